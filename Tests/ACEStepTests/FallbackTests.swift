import ACEStep
import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Songs whose latents become NaN: one second try, said aloud, then an error.
@MLXActor
struct FallbackTests {
    /// A layer that gives NaN some times before it works.
    private final class FailingLayer: Module, LinearLayer {
        @ModuleInfo(key: "inner") private var inner: any LinearLayer
        var failures: Int

        init(_ inner: any LinearLayer, failures: Int) {
            self.failures = failures
            super.init()
            _inner.wrappedValue = inner
        }

        var base: (any LinearLayer)? { inner }
        var inputDimensions: Int { inner.inputDimensions }
        var outputDimensions: Int { inner.outputDimensions }
        var dtype: DType { inner.dtype }
        var bias: MLXArray? { inner.bias }
        func denseWeight() -> MLXArray { inner.denseWeight() }

        func callAsFunction(_ x: MLXArray) -> MLXArray {
            guard failures > 0 else { return inner(x) }
            failures -= 1
            return inner(x) * Float.nan
        }
    }

    private struct Run {
        var result: MusicResult
        var notices: [String]
    }

    private let request = ACEStepRequest(prompt: "slow jazz", duration: 0.6, steps: 3, seeds: [7, 8], batchSize: 2)

    /// Runs a request while the transformer fails in its first calls.
    private func run(failures: Int, _ change: (inout ACEStepRequest) -> Void = { _ in }) async throws -> Run {
        let run = try TestRun("turbo-f32", .official)
        let transformer = try run.pipeline.model.transformer
        let named = Dictionary(transformer.namedModules(), uniquingKeysWith: { first, _ in first })
        let layer = try #require(named["proj_out"] as? any LinearLayer)
        try transformer.replaceModules([("proj_out", FailingLayer(layer, failures: failures))])
        var request = request
        change(&request)
        var notices: [String] = []
        let result = try await run.pipeline.generate(try run.resolver.resolve(request)) { event in
            if case .notice(let text) = event { notices.append(text) }
        }
        return Run(result: result, notices: notices)
    }

    @Test(arguments: [Solver.euler, .stochastic, .heun, .multistep])
    func theSecondTryTakesTheOtherSolverAndTheNextSeed(_ solver: Solver) async throws {
        let run = try await run(failures: 1) { $0.solver = solver }
        let other: Solver = solver == .euler ? .stochastic : .euler
        #expect(run.result.songs.map(\.seed) == [8, 8])
        let song = run.result.songs[0]
        #expect(song.fallback?.askedSeed == 7 && song.fallback?.changes == ["infer_method": other.json])
        #expect(song.fallback?.reason.contains("the latents became NaN") == true)
        #expect(run.result.songs[1].fallback == nil)
        let notice = try #require(run.notices.first)
        #expect(run.notices.count == 1 && notice.hasPrefix("FALLBACK for song 1: "))
        for word in [other.rawValue, solver.rawValue, "seed 8 in place of 7"] { #expect(notice.contains(word)) }

        // What is stored with the song says what was truly used, and makes it again.
        let stored = try ACEStepRequest(run.result.request(ofSong: 0))
        #expect(stored.seeds == [8] && stored.solver == other)
        #expect(try ACEStepRequest(run.result.request(ofSong: 1)).solver == solver)
        let again = try await self.run(failures: 0) { $0 = stored }
        #expect(again.result.songs[0].audio == song.audio && again.notices.isEmpty)
        // The whole says what was asked for.
        #expect(run.result.request.seeds == [7, 8])
    }

    @Test func theErrorIsTheFirstOneIfBothTriesFail() async throws {
        let error = await #expect(throws: MusicError.self) { try await run(failures: 100) }
        #expect(error?.code == .numericalFailure)
        #expect(error?.message == "Generation failed at diffusion, step 1 of 3: the latents became NaN")
    }

    @Test func itCanBeSwitchedOff() async throws {
        let error = await #expect(throws: MusicError.self) {
            try await run(failures: 1) { $0.retriesNonFinite = false }
        }
        #expect(error?.code == .numericalFailure)
    }

    @Test func theLargestSeedIsFollowedByZero() async throws {
        let run = try await run(failures: 1) { $0.seeds = [.max, 3] }
        #expect(run.result.songs.map(\.seed) == [0, 3])
    }

    @Test func resultsTellOfIt() async throws {
        let run = try await run(failures: 1)
        let json = try JSONEncoder().encode(run.result)
        let songs = try JSONDecoder().decode(MusicResult.self, from: json).songs
        #expect(songs[0].fallback == run.result.songs[0].fallback && songs[0].fallback != nil)
    }
}
