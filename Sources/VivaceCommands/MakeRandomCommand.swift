import ArgumentParser
import Foundation
import MusicCore

/// `vivace models make-random`: a checkpoint to measure with.
struct MakeRandomCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-random",
        abstract: "Write a checkpoint with random weights, to measure speed and memory with.",
        discussion: "It has the sizes and the files of the published turbo model. What it makes is noise.")

    @Argument(help: "The folder to make; it must not exist yet.")
    var folder: String

    @Flag(help: "All sizes as published: 2.4 billion weights, 4.6 GiB. The only size so far, so it must be given.")
    var fullSize = false

    @Option(help: "Seed of the weights.")
    var seed: UInt64 = 0

    func validate() throws {
        guard fullSize else { throw ValidationError("give --full-size: it needs 4.6 GiB of disk") }
    }

    func run() async throws {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        let url = URL(fileURLWithPath: folder)
        try await withInterruption { [seed] in
            var shown = -1
            try environment.makeRandomCheckpoint(url, seed) { bytes, total in
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
