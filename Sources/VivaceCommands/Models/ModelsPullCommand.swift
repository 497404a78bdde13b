import ArgumentParser
import Foundation
import ModelHub
import MusicCore

/// `vivace models pull`: download models, or what has changed of them.
struct ModelsPullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download models, or what has changed of them.",
        discussion: """
            Example: vivace models pull turbo lm-0.6b

            An interrupted download goes on where it stopped when the command is run again. Every file is checked \
            against the hash that the hub lists. Tokens: HF_TOKEN, MODELSCOPE_API_TOKEN.
            """)

    @Argument(help: "Short names, or hub ids OWNER/NAME[@REVISION][/FOLDER].")
    var names: [String]

    @Option(
        name: [.customLong("source"), .customLong("download-source")],
        help: "The site to ask first; the official models are on both, and the other one steps in.")
    var source: SourceOption?

    @Option(help: "How many files to download at the same time.")
    var parallel: Int = 4

    @Flag(help: "Print one JSON document.")
    var json = false

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func validate() throws {
        guard (1...32).contains(parallel) else { throw ValidationError("--parallel takes a number from 1 to 32") }
    }

    func run() async throws {
        let plain = try ModelsSupport.locator()
        var configuration = plain.configuration
        if let source { configuration.source = source.source }
        configuration.parallelDownloads = parallel
        let locator = plain.with(configuration)
        let reporter = DownloadReporter(isQuiet: quiet)
        let models = try await withInterruption { [names] in
            defer { reporter.clear() }
            return try await locator.pull(names) { reporter.show($0) }
        }
        if json {
            Terminal.output(try ModelsSupport.json(models.map(ModelPaths.init)))
            return
        }
        for model in models {
            for notice in model.notices where !quiet { Terminal.note(notice) }
            Terminal.output(model.directory.path)
        }
    }
}

/// Where the parts of a model lie, as a JSON document.
struct ModelPaths: Encodable {
    var name: String
    var layout: String
    var directory: String
    /// Folders by role.
    var directories: [String: String]

    init(_ model: ResolvedModel) {
        name = model.name
        layout = model.layout.rawValue
        directory = model.directory.path
        directories = Dictionary(uniqueKeysWithValues: model.directories.map { ($0.key.rawValue, $0.value.path) })
    }
}
