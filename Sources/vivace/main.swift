import ACEStep
import Foundation
import ModelHub
import MusicManager
import VivaceCommands

// The composition root: the one place that knows every family.

let locator = { @Sendable in try ModelLocator(builtin: { try Installation.builtinModel() }) }

await VivaceCommand.run(
    in: CommandEnvironment(
        manager: MusicManager(
            families: [ACEStepBackend.family],
            locate: { try await locator().resolve($0).location },
            defaultModel: { try await DefaultModel.name(locator()) }),
        makeRandomCheckpoint: { folder, seed, report in
            try RandomCheckpoint.write(to: folder, seed: seed) { try report($0, RandomCheckpoint.byteCount) }
        },
        quantizeCheckpoint: { try await QuantizedCheckpoint.write(from: $0, to: $1, progress: $2) }))
