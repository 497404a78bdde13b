import ACEStep
import ACEStepTools
import ModelSupport
import Vivace
import VivaceCommands

// The composition root: the one place that knows every family and every face.

let families = Engine.standardFamilies

VivaceCommand.run(
    in: CommandEnvironment(
        engine: .standard(families: families, downloads: true),
        machine: {
            .init(
                memory: Machine.memory, threads: Machine.threads, instructionSet: Machine.instructionSet,
                hasGPU: Machine.hasGPU)
        },
        locator: { try Engine.locator(of: families) },
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
