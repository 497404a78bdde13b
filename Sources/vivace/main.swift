import ACEStep
import Foundation
import ModelHub
import ModelSupport
import MusicCore
import MusicManager
import VivaceCommands

// The composition root: the one place that knows every family.

let catalog = ModelCatalog([.aceStep])
let locator = { @Sendable in try ModelLocator(catalog: catalog, builtin: { try Installation.builtinModel() }) }

await VivaceCommand.run(
    in: CommandEnvironment(
        manager: MusicManager(
            families: [ACEStepBackend.family], planners: [ACEStepPlanner.family],
            locate: { try await locator().resolve($0).location },
            defaultModel: { try await DefaultModel.name(locator()) }),
        builtinName: ModelRegistry.builtinName,
        machine: {
            .init(
                memory: Machine.memory, threads: Machine.threads, instructionSet: Machine.instructionSet,
                hasGPU: Machine.hasGPU)
        },
        locator: locator,
        makeRandomCheckpoint: { folder, kind, seed, report in
            switch kind {
            case .model:
                try RandomCheckpoint.write(to: folder, seed: seed) { try report($0, RandomCheckpoint.byteCount) }
            case .planner(let name):
                let size = try RandomCheckpoint.PlannerSize(named: name)
                let total = RandomCheckpoint.plannerByteCount(size)
                try RandomCheckpoint.writePlanner(to: folder, size: size, seed: seed) { try report($0, total) }
            }
        },
        quantizeCheckpoint: { try await QuantizedCheckpoint.write(from: $0, to: $1, progress: $2) }))
