import ACEStep
import MusicCore
import Testing

struct RequestResolverTests {
    private let open = ACEStepRequest(prompt: "slow jazz")

    @Test func turboDefaults() throws {
        let resolved = try RequestResolver(variant: .turbo).resolve(open)
        let (request, notices) = (resolved.request, resolved.notices)
        #expect(request.duration == 60)
        #expect(request.steps == 8)
        #expect(request.shift == 3)
        #expect(request.guidanceScale == 1)
        #expect(request.vocalLanguage == "en")
        #expect(request.seeds.count == 1)
        #expect(request.seeds[0] <= UInt64(UInt32.max))
        #expect(notices.isEmpty)
    }

    @Test(arguments: [ModelVariant.base, .sft]) func guidedDefaults(_ variant: ModelVariant) throws {
        let request = try RequestResolver(variant: variant).resolve(open).request
        #expect(request.steps == 50)
        #expect(request.shift == 1)
        #expect(request.guidanceScale == 7)
    }

    @Test func whatIsGivenStays() throws {
        let given = ACEStepRequest(
            prompt: "x", vocalLanguage: "ja", duration: 12.5, bpm: 90, keyScale: "C major", timeSignature: "6",
            steps: 20, shift: 2.5, guidanceScale: 4, seeds: [7], batchSize: 1)
        #expect(try RequestResolver(variant: .base).resolve(given).request == given)
    }

    @Test func turboSaysThatGuidanceIsNotUsed() throws {
        var request = open
        request.guidanceScale = 7
        let resolved = try RequestResolver(variant: .turbo).resolve(request)
        #expect(resolved.request.guidanceScale == 1)
        #expect(resolved.notices.count == 1)
    }

    @Test func songsWithoutSeedsDrawTheirs() throws {
        var request = open
        request.batchSize = 8
        request.seeds = [5]
        let seeds = try RequestResolver(variant: .turbo).resolve(request).request.seeds
        #expect(seeds.count == 8)
        #expect(seeds[0] == 5)
        #expect(Set(seeds).count == 8)
    }

    @Test func timestepsDecideTheNumberOfSteps() throws {
        var request = open
        request.timesteps = [1, 0.5, 0.2]
        let resolved = try RequestResolver(variant: .turbo).resolve(request).request
        #expect(resolved.steps == 3)
        #expect(RequestResolver.schedule(resolved).times == [1, 0.5, 0.2])
    }

    @Test func invalidRequestsAreRefused() {
        var request = open
        request.duration = 10_000
        #expect(throws: MusicError.self) { try RequestResolver(variant: .turbo).resolve(request) }
    }

    @Test(
        arguments: [
            (2.0, 50), (2.01, 51), (2.04, 51), (0.2, 5), (600, 15_000),
            // Above 56 in double precision, as in the reference.
            (2.24, 57),
        ])
    func framesAreRoundedUp(_ seconds: Double, _ frames: Int) {
        #expect(RequestResolver.frames(seconds, rate: 25) == frames)
    }
}
