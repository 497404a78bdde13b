import ACEStep
import Foundation
import ModelSupport
import MusicCore
import Synchronization
import TestSupport
import Testing

/// A closure that looks at each denoising step, changes latents, or ends a song early.
@MLXActor
struct StepCallbackTests {
    private func result(
        steps: Int = 4, seeds: [UInt64] = [1], _ change: (inout ACEStepRequest) -> Void = { _ in },
        _ onStepEnd: @escaping StepCallback
    ) async throws -> (result: MusicResult, notices: [String]) {
        let run = try TestRun("turbo-f32", .official)
        var request = ACEStepRequest(prompt: "slow jazz", duration: 0.6, steps: steps, seeds: seeds)
        request.batchSize = seeds.count
        change(&request)
        var notices: [String] = []
        let result = try await run.pipeline.generate(try run.resolver.resolve(request), onStepEnd: onStepEnd) { event in
            if case .notice(let text) = event { notices.append(text) }
        }
        return (result, notices)
    }

    @Test func stepsTimesAndLatentsAreThoseOfTheSchedule() async throws {
        let seen = Mutex<[DenoisedStep]>([])
        let made = try await result(seeds: [1, 2]) { step in
            seen.withLock { $0.append(step) }
            return .goOn
        }.result
        let steps = seen.withLock { $0 }
        #expect(steps.map(\.song) == [0, 0, 0, 0, 1, 1, 1, 1] && steps.map(\.step) == [0, 1, 2, 3, 0, 1, 2, 3])
        #expect(steps.allSatisfy { $0.count == 4 && $0.latents.shape == [15, 5] })
        let times = NoiseSchedule(steps: 4, shift: 3).times.map { Double($0) }
        #expect(steps.map(\.timestep) == times + times)
        // The last step's latents are the song's, and looking changes nothing.
        #expect(steps[3].latents == made.songs[0].latents && steps[7].latents == made.songs[1].latents)
        let plain = try await TestRun("turbo-f32", .official).result {
            $0.seeds = [1, 2]
            $0.batchSize = 2
        }
        #expect(plain.songs.map(\.audio) == made.songs.map(\.audio))
    }

    @Test func latentsThatAreReplacedAreGoneOnFrom() async throws {
        // The third step begins from latents that another song has there: from then on both are the same.
        let other = Mutex<Latents?>(nil)
        let first = try await result(seeds: [9]) { step in
            if step.step == 1 { other.withLock { $0 = step.latents } }
            return .goOn
        }.result
        let latents = try #require(other.withLock { $0 })
        let second = try await result(seeds: [1]) { step in step.step == 1 ? .replace(latents) : .goOn }.result
        #expect(second.songs[0].latents == first.songs[0].latents && second.songs[0].audio == first.songs[0].audio)
        #expect(second.songs[0].seed == 1)
    }

    @Test func anEndedSongIsDecodedAsItStands() async throws {
        let standing = Mutex<Latents?>(nil)
        let (ended, notices) = try await result(seeds: [1, 2]) { step in
            guard step.song == 0, step.step == 1 else { return .goOn }
            standing.withLock { $0 = step.latents }
            return .finish
        }
        #expect(ended.songs[0].latents == standing.withLock { $0 })
        #expect(ended.songs[0].audio.peak > 0)
        #expect(notices.contains("Song 1 was ended after step 2 of 4"))
        // The next song has all its steps.
        let plain = try await TestRun("turbo-f32", .official).song { $0.seeds = [2] }
        #expect(ended.songs[1].audio == plain.audio)

        let zero = Latents(values: [Float](repeating: 0.25, count: 75), shape: [15, 5])
        let with = try await result { $0.step == 0 ? .finishWith(zero) : .goOn }.result
        #expect(with.songs[0].latents == zero)
    }

    @Test func progressEndsWithTheLastUnit() async throws {
        let run = try TestRun("turbo-f32", .official)
        let request = ACEStepRequest(prompt: "x", duration: 0.6, steps: 4, seeds: [1])
        var progress: [Int] = []
        _ = try await run.pipeline.generate(try run.resolver.resolve(request), onStepEnd: { _ in .finish }) { event in
            if case .progress(.diffuse, let done, 4, _) = event { progress.append(done) }
        }
        #expect(progress == [4])
    }

    @Test(
        arguments: [
            Latents(values: [1, 2], shape: [1, 2]), Latents(values: [1, 2], shape: [15, 5]),
            Latents(values: [Float](repeating: .nan, count: 75), shape: [15, 5]),
        ])
    func latentsOfAnotherShapeAreRefused(_ latents: Latents) async throws {
        let error = await #expect(throws: MusicError.self) { try await result { _ in .replace(latents) } }
        #expect(error?.code == .invalidRequest && error?.advice.contains("15 frames of 5 channels") == true)
    }

    @Test func whatTheClosureThrowsEndsTheGeneration() async throws {
        let error = await #expect(throws: MusicError.self) {
            try await result { _ in throw MusicError(.cancelled, "enough") }
        }
        #expect(error?.message == "enough")
    }

    @Test func aBackendCallsIt() async throws {
        let backend = try await ACEStepBackend.load(
            try TestCheckpoint("turbo-f32", .official).location,
            options: LoadOptions(precision: .float32, device: .cpu))
        let count = Mutex(0)
        let called = try backend.calling { _ in
            count.withLock { $0 += 1 }
            return .goOn
        }
        for try await _ in called.generate(MusicRequest(prompt: "x", duration: 0.6, seeds: [1], steps: 3)) {}
        for try await _ in backend.generate(MusicRequest(prompt: "x", duration: 0.6, seeds: [1], steps: 3)) {}
        #expect(count.withLock { $0 } == 3)
    }
}
