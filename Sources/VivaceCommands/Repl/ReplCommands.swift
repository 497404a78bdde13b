import Foundation
import MusicCore
import MusicEngine

/// A command of the conversation.
struct ReplEntry: Sendable {
    typealias Action = @Sendable (Repl, String) async throws -> Void

    enum Group: String, CaseIterable, Sendable {
        case core = "Core", song = "Songs", words = "Words and plans", parameters = "Parameters", session = "Session"
    }

    let name: String
    let others: [String]
    /// What stands behind it, such as `[NUMBER|clear]`.
    let argument: String
    let help: String
    let group: Group
    /// Candidates for its argument.
    let choices: [String]
    let run: Action

    init(
        _ name: String, _ others: [String] = [], _ argument: String = "", _ help: String, _ group: Group,
        choices: [String] = [], _ run: @escaping Action
    ) {
        self.name = name
        self.others = others
        self.argument = argument
        self.help = help
        self.group = group
        self.choices = choices
        self.run = run
    }
}

/// `vivace repl`: lines that begin with a slash are commands, and any other line is a prompt that is made at once.
final class Repl {
    let session: MusicSession
    private let lines: any LineReader
    private(set) var isOver = false
    private let table: [ReplEntry]

    /// Words that take a setting back.
    static let clearWords: Set<String> = ["none", "clear", "null", "auto", "off", "default"]
    private static let prompt = "music> "

    init(_ session: MusicSession, lines: any LineReader) {
        self.session = session
        self.lines = lines
        table = ReplTable.entries
    }

    /// Talks until the user has enough.
    func run() async {
        Terminal.output("Vivace \(Release.version): type what you want to hear, or a command.")
        Terminal.output("/help shows all commands; /duration 30, /style jazz, /status, /quit are some of them.")
        while !isOver {
            switch lines.next(Self.prompt) {
            case .line(let line): await take(line)
            case .interrupted:
                if Interruption.isEnding { return }
            case .end: return
            }
        }
    }

    func quit() { isOver = true }

    /// Lines up to one that is a mark alone.
    func text(until mark: String) -> String {
        var text: [String] = []
        while case .line(let line) = lines.next("... "), line.trimmingCharacters(in: .whitespaces) != mark {
            text.append(line)
        }
        return text.joined(separator: "\n")
    }

    /// Does what a line says; whatever goes wrong is said, and the conversation goes on.
    private func take(_ line: String) async {
        let line = line.trimmingCharacters(in: .whitespaces)
        guard !line.isEmpty else { return }
        do {
            if line.hasPrefix("!") {
                throw MusicError(
                    .invalidRequest, "Commands of the shell are not run here", advice: "leave with /quit first")
            }
            let isWord = ["help", "exit", "quit", "q"].contains(line.lowercased())
            guard line.hasPrefix("/") || isWord else {
                session.settings.prompt = line
                return try await render(line)
            }
            try await command(line.hasPrefix("/") ? String(line.dropFirst()) : line)
        } catch is CancellationError {
            Terminal.note("stopped")
        } catch let error as MusicError where error.code == .cancelled {
            Terminal.note("stopped")
        } catch let error as MusicError {
            Terminal.note("ERROR: " + error.description(in: ReplWording(families: session.families)))
        } catch {
            Terminal.note("ERROR: \(error.localizedDescription)")
        }
    }

    private func command(_ line: String) async throws {
        let word = line.prefix { !$0.isWhitespace }
        let argument = line.dropFirst(word.count).trimmingCharacters(in: .whitespaces)
        guard let entry = Self.entry(String(word), in: table) else {
            let names = table.map(\.name)
            let near = NearestName.suggestion(for: word.lowercased().replacing("-", with: "_"), among: names)
            throw MusicError(
                .invalidRequest, "There is no command /\(word.prefix(40))",
                advice: near.map { "did you mean /\($0)?" } ?? "see /help")
        }
        try await entry.run(self, argument)
    }

    static func entry(_ name: String, in table: [ReplEntry]) -> ReplEntry? {
        let plain = name.lowercased().replacing("-", with: "_")
        return table.first { $0.name == plain || $0.others.contains(plain) }
    }

    /// Makes a song and says where it is.
    func render(_ prompt: String, changes: [String: JSONValue] = [:]) async throws {
        let settings = session.settings
        var model = settings.model ?? ""
        if model.isEmpty { model = try await session.engine.defaultName() + " [default]" }
        let seconds = settings.values["duration"]?.plainText ?? "auto"
        Terminal.output(
            "Generating with \(settings.engine.isEmpty ? "acestep" : settings.engine) (model=\(model), \(seconds)s)...")
        for file in try await session.render(prompt, changes: changes) {
            Terminal.output("Saved: \(file.relativePath)")
            if settings.opens { try session.open(file) }
        }
    }

    func showHelp(_ name: String) throws {
        if !name.isEmpty {
            guard let entry = Self.entry(String(name.trimmingPrefix("/")), in: table) else {
                throw MusicError(.invalidRequest, "There is no command /\(name.prefix(40))", advice: "see /help")
            }
            return Terminal.output("/\(entry.name) \(entry.argument)\n  \(entry.help)")
        }
        for group in ReplEntry.Group.allCases {
            Terminal.output("\(group.rawValue):")
            for entry in table where entry.group == group {
                let usage = "/\(entry.name)" + (entry.argument.isEmpty ? "" : " " + entry.argument)
                let padding = String(repeating: " ", count: max(1, 36 - usage.count))
                Terminal.output("  \(usage)\(padding)\(entry.help)")
            }
        }
    }

    /// Candidates for the last word of a line.
    static func candidates(_ line: String, models: [String]) -> [String] {
        guard line.hasPrefix("/") else { return [] }
        let words = line.dropFirst().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if words.count <= 1 {
            return ReplTable.entries.flatMap { [$0.name] + $0.others }.map { "/" + $0 }
                .filter { $0.hasPrefix(line) }.sorted()
        }
        guard words.count == 2, let entry = entry(words[0], in: ReplTable.entries) else { return [] }
        let choices = entry.name == "model" ? models + ["default", "clear"] : entry.choices
        return choices.filter { $0.hasPrefix(words[1]) }
    }
}

/// Suggestions in the words of the conversation.
struct ReplWording: ErrorWording {
    var families: [any MusicFamily]

    func phrase(for suggestion: Suggestion) -> String {
        switch suggestion {
        case .set(let field, let value): "use /set \(field) \(value)"
        case .give(let field): "give it by /set \(field)"
        case .leaveOut(let field): "take it back by /set \(field) clear"
        default: CommandLineWording(families: families).phrase(for: suggestion)
        }
    }
}
