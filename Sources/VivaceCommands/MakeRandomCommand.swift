import ArgumentParser
import Foundation
import MusicCore

/// `vivace models make-random`: a checkpoint to measure with.
struct MakeRandomCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-random",
        abstract: "Write a checkpoint with random weights, to measure speed and memory with.",
        discussion: """
            It has the sizes and the files of the published turbo model, or of a published language model. What it \
            makes is noise.
            """)

    @Argument(help: "The folder to make; it must not exist yet.")
    var folder: String

    @Flag(help: "The model that makes audio, with all sizes as published: 2.4 billion weights, 4.6 GiB.")
    var fullSize = false

    @Option(help: ArgumentHelp("Instead, the language model of a published size: 0.6B, 1.7B or 4B.", valueName: "size"))
    var lm: String?

    @Option(help: "Seed of the weights.")
    var seed: UInt64 = 0

    func validate() throws {
        guard fullSize != (lm != nil) else {
            throw ValidationError("give --full-size, which needs 4.6 GiB of disk, or --lm with a size")
        }
    }

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let url = URL(fileURLWithPath: folder)
        try await withInterruption { [seed, lm] in
            var shown = -1
            try environment.makeRandomCheckpoint(url, lm.map { .planner($0) } ?? .model, seed) { bytes, total in
                try Task.checkCancellation()
                let percent = Int(100 * Double(bytes) / Double(max(total, 1)))
                if Terminal.isInteractive, percent != shown {
                    Terminal.rewriteLine("writing random weights: \(percent) %")
                    shown = percent
                }
            }
        }
        if Terminal.isInteractive { Terminal.rewriteLine("") }
        Terminal.output(folder)
    }
}
