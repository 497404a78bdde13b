import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// How a model is brought to fit a memory: step by step, each said, before it is refused.
@MLXActor
struct MemoryPlanTests {
    private func parts() throws -> CheckpointParts {
        try CheckpointParts(try CheckpointLayout(try TestCheckpoint("turbo-f32", .official).location))
    }

    private func plan(_ bytes: Int, taken: Int = 0, _ options: LoadOptions = LoadOptions()) throws -> MemoryPlan {
        try parts().memoryPlan(
            options, dtype: .float32, limit: MemoryLimit(bytes: bytes, taken: taken, isCap: true), name: "tiny")
    }

    /// The smallest limits at which each plan is chosen, found by bisection.
    private func smallest(_ isGood: (MemoryPlan) -> Bool) throws -> Int {
        var (low, high) = (0, 1 << 40)
        while high - low > 1 {
            let middle = (low + high) / 2
            if let plan = try? plan(middle), isGood(plan) { high = middle } else { low = middle }
        }
        return high
    }

    @Test func stepsAreTakenInOrder() throws {
        let whole = try smallest { $0.measures.isEmpty }
        let frugal = try smallest { $0.tile == nil }
        let any = try smallest { _ in true }
        #expect(any < frugal && frugal < whole)
        let first = try plan(whole)
        #expect(!first.isFrugal && first.tile == nil && first.measures.isEmpty)
        #expect(try first.footprint == parts().footprint(dtype: .float32, quantization: .none))
        let second = try plan(whole - 1)
        #expect(second.isFrugal && second.tile == nil && second.measures.count == 1)
        #expect(second.measures[0].contains("low_memory"))
        let third = try plan(frugal - 1)
        #expect(third.isFrugal && third.tile == 64 && third.measures.count == 2)
        #expect(third.measures[1].contains("tiles of 64 latent frames in place of 128"))
        #expect(try plan(any).tile == 16)
        let error = #expect(throws: MusicError.self) { try plan(any - 1) }
        #expect(error?.code == .outOfMemory && error?.message.contains("to be kept within") == true)
        guard case .anyOf(let ways)? = error?.suggestion, case .set("max_memory", let size)? = ways.first else {
            Issue.record("the cap that suffices is not told")
            return
        }
        #expect(try ByteCount.bytes(of: size, field: "x") >= any)
    }

    @Test func whatIsAskedForIsNoMeasure() throws {
        let whole = try smallest { $0.measures.isEmpty }
        let asked = try plan(whole - 1, LoadOptions(lowMemory: true))
        #expect(asked.isFrugal && asked.measures.isEmpty)
    }

    @Test func whatIsTakenCounts() throws {
        let whole = try smallest { $0.measures.isEmpty }
        #expect(try plan(whole + 1000, taken: 1000).measures.isEmpty)
        #expect(try !plan(whole + 1000, taken: 1001).measures.isEmpty)
    }

    @Test func aCapIsTheSmallerOfBoth() {
        #expect(!MemoryLimit(LoadOptions()).isCap && MemoryLimit(LoadOptions()).bytes == Machine.memory)
        let cap = MemoryLimit(LoadOptions(maxMemory: 1 << 30))
        #expect(cap.isCap && cap.bytes == 1 << 30 && cap.taken > 1 << 20)
        #expect(!MemoryLimit(LoadOptions(maxMemory: .max)).isCap)
    }

    @Test func smallTilesGiveTheSameSong() async throws {
        let model = try TestCheckpoint("turbo-f32", .official).load(dtype: .float32)
        let target = try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0)
        let request = try RequestResolver(model).resolve(ACEStepRequest(prompt: "x", duration: 2, steps: 2, seeds: [1]))
        let usual = try await Pipeline(model: model, target: target).generate(request) { _ in }
        var tiles: [Int] = []
        let pipeline = Pipeline(model: model, target: target, tile: 16)
        let small = try await pipeline.generate(request) { event in
            if case .progress(.decode, _, let total, _) = event { tiles.append(total) }
        }
        #expect(tiles == [4, 4, 4, 4] && pipeline.stages(of: request).last?.units == 4)
        let differences = zip(usual.songs[0].audio.channels, small.songs[0].audio.channels).map(largestDifference)
        #expect(differences.allSatisfy { $0 < 1e-5 })
    }

    @Test func aSongThatNeedsRoomGetsItOrIsRefused() async throws {
        let target = try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0)
        func run(_ bytes: Int, duration: Double) async throws -> [String] {
            let model = try TestCheckpoint("turbo-f32", .official).load(dtype: .float32)
            let budget = MemoryBudget(
                limit: MemoryLimit(bytes: bytes, isCap: true),
                weights: MemoryBudget.Weights(all: 20_000_000, transformer: 200_000, autoencoder: 200_000))
            let pipeline = Pipeline(model: model, target: target, budget: budget)
            let request = ACEStepRequest(prompt: "x", duration: duration, steps: 1, seeds: [1])
            var notices: [String] = []
            _ = try await pipeline.generate(try RequestResolver(model).resolve(request)) { event in
                if case .notice(let text) = event { notices.append(text) }
            }
            return notices
        }
        #expect(try await run(100_000_000, duration: 12).isEmpty)
        let frugal = try await run(60_000_000, duration: 12)
        #expect(frugal.count == 1 && frugal[0].contains("low_memory"))
        let small = try await run(40_000_000, duration: 12)
        #expect(small.count == 2 && small[0].contains("low_memory") && small[1].contains("tiles of"))
        let error = await #expect(throws: MusicError.self) { try await run(40_000_000, duration: 600) }
        #expect(error?.code == .outOfMemory && error?.message.hasPrefix("A song of 600 seconds takes") == true)
    }

    @Test func longerAndGuidedSongsTakeMore() throws {
        let configuration = try TestCheckpoint("turbo-f32", .official).load(dtype: .float32).configuration.transformer
        func bytes(_ frames: Int, guided: Bool = false, condition: Int = 50) -> Int {
            configuration.workingBytes(frames: frames, condition: condition, isGuided: guided, elementSize: 4)
        }
        #expect(bytes(200) > bytes(100) && bytes(100, guided: true) > bytes(100))
        #expect(bytes(100, condition: 100) > bytes(100))
    }
}
