import ACEStep
import Foundation
import MusicCore
import Testing

/// What the command line shows of itself, word for word.
///
/// A change on purpose is written down by `make goldens`.
struct HelpTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    private static let commands = [
        "", "generate", "create", "format", "understand", "extract", "bgm", "codes", "info", "spectrogram", "waveform",
        "models", "models list", "models pull", "models path", "models remove", "models verify", "models quantize",
        "models make-random", "doctor", "bench", "serve", "keys", "keys new", "keys list", "library", "library list",
        "library rebuild", "repl", "t2m", "dj", "mix", "adapter", "adapter info", "adapter merge", "adapter convert",
        "adapter extract", "lrc",
    ]

    private static func compare(_ text: String, with name: String) throws {
        let file = goldens.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["VIVACE_WRITE_GOLDENS"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        guard text != golden else { return }
        let pairs = zip(text.split(separator: "\n"), golden.split(separator: "\n"))
        let first = pairs.first { $0 != $1 }.map { "\($0) instead of \($1)" } ?? "another number of lines"
        Issue.record("\(name) differs: \(first); if that is meant: make goldens")
    }

    @Test(arguments: commands) func helpText(_ command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let outcome = try Program.run(words + ["--help"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        try Self.compare(outcome.output, with: "help-\(words.isEmpty ? "vivace" : words.joined(separator: "-")).txt")
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionScript(_ shell: String) throws {
        let outcome = try Program.run(["--generate-completion-script", shell])
        #expect(outcome.status == 0, "\(outcome.errors)")
        try Self.compare(outcome.output, with: "completion.\(shell)")
    }

    /// One row of a table is an option of the command line, with its help.
    @Test func everyFieldWithAFlagIsAnOption() throws {
        let lines = try Program.run(["generate", "--help"]).output
        let help = lines.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let tables =
            MusicRequest.fields.descriptions + ACEStepOptions.fields.descriptions + PlanningOptions.fields.descriptions
        for field in tables where !field.flags.isEmpty && field.name != "caption" {
            for flag in field.flags { #expect(help.contains("--\(flag)"), "\(field.name)") }
            let words = field.help.split(separator: " ").prefix(3)
            #expect(help.contains(words.joined(separator: " ")), "\(field.name)")
        }
    }
}
