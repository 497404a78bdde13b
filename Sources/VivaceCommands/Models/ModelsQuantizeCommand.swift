import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace models quantize`: a copy of a model with its large weights in 8 bits.
struct ModelsQuantizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a copy of a model with its large weights in 8 bits.",
        discussion: """
            The copy takes about half the space and memory, and loads faster than --quantize q8 makes it of the \
            original each time. Use it by its path: vivace generate --model DIR.
            """)

    @Argument(help: "A short name, a hub id, or a folder.")
    var name: String

    @Argument(help: "The folder to make; it must not exist yet.")
    var folder: String

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let url = URL(fileURLWithPath: folder)
        let line = ProgressLine(isQuiet: quiet)
        try await withInterruption { [name] in
            defer { line.clear() }
            let location = try await environment.engine.location(of: name)
            try await environment.quantizeCheckpoint(location, url) { file in line.show("writing \(file)") }
        }
        Terminal.output(folder)
    }
}
