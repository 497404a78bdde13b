import MusicCore
import ToneFamily
import Vivace
import VivaceCommands

// The command line with a family of which it knows nothing, and nothing else.

let families: [any MusicFamily] = [ToneFamily()]

VivaceCommand.run(
    in: CommandEnvironment(
        engine: .standard(families: families),
        machine: { .init(memory: 8_000_000_000, threads: 1, instructionSet: "none", hasGPU: false) },
        locator: { try Engine.locator(of: families) },
        makeRandomCheckpoint: { _, _, _, _ in throw MusicError(.unsupported, "a tone has no weights") },
        quantizeCheckpoint: { _, _, _ in throw MusicError(.unsupported, "a tone has no weights") }))
