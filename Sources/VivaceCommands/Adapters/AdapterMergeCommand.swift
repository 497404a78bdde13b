import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace adapter merge`: a copy of a model with adapters in its weights.
struct AdapterMergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Write a copy of a model with adapters merged into its weights.",
        discussion: """
            The copy keeps the layout and the configuration of the model, and needs no adapter any more. Use it by its \
            path: vivace generate --model DIR.
            Example: vivace adapter merge voice.safetensors:0.8 --model turbo --output turbo-voice
            """)

    @Argument(
        help: ArgumentHelp(
            "Folders or .safetensors files, each with its strength behind a colon if need be.",
            valueName: "path[:scale]"), completion: .file())
    var adapters: [String]

    @Option(help: "A folder, a hub id, or a short name.")
    var model: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to make; it must not exist yet.", valueName: "folder"))
    var output: String

    @Option(help: "Number format of the transformer in the copy: f32 or bf16 (default: that of the model).")
    var dtype: LoadOptions.Precision = .auto

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let uses = try adapters.map { try AdapterUse(text: $0) }
        let url = try PathArgument.url(output, "--output")
        let line = ProgressLine(isQuiet: quiet)
        try await withInterruption { [model, dtype, quiet] in
            defer { line.clear() }
            let (tools, location) = try await environment.engine.adapterTools(for: model)
            for use in uses {
                let report = try tools.report(use.path, for: location)
                guard !quiet else { continue }
                Terminal.note(report.summary)
                ([report.unmatchedNotice].compactMap { $0 } + report.notices).forEach { Terminal.note("note: \($0)") }
            }
            try await tools.merge(uses, into: location, to: url, precision: dtype) { file in
                line.show("writing \(file)")
            }
        }
        Terminal.output(output)
    }
}
