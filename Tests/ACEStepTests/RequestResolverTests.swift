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

    /// What is brought into range is told.
    @Test func codesBeyondTheCodebookAreTold() throws {
        var request = open
        request.audioCodes = AudioCodeText.text([0, 1023, 1024, 64_000]) + "<|audio_code_-1|>"
        let resolver = RequestResolver(variant: .turbo, codeCount: 1024)
        let notices = try resolver.resolve(request).notices
        #expect(notices.contains { $0.hasPrefix("1 of 5 audio codes is passed over") })
        #expect(notices.contains { $0.hasPrefix("2 of 4 audio codes are beyond this model's 1024") })
        // The codes of a language model that was made for another model.
        #expect(try resolver.resolve(open, codes: [[5, 2000]]).notices.contains { $0.hasPrefix("1 of 2 audio codes") })
        request.audioCodes = AudioCodeText.text([0, 1023])
        #expect(try !resolver.resolve(request).notices.contains { $0.contains("audio codes") })
    }

    @Test func tooManyCodesAreRefused() {
        var request = open
        for codes in [AudioCodeText.text(Array(repeating: 1, count: 3001)), String(repeating: "é", count: 200_000)] {
            request.audioCodes = codes
            let error = #expect(throws: MusicError.self) { try RequestResolver(variant: .turbo).resolve(request) }
            #expect(error?.code == .invalidRequest && error?.message.hasPrefix("The audio codes are") == true)
        }
    }

    @Test func clippedSourcesAreTold() throws {
        func notices(_ peak: Float) throws -> [String] {
            var request = open
            request.task = .cover
            request.source = AudioInput(
                path: "", audio: AudioBuffer(sampleRate: 48_000, channels: [[Float](repeating: peak, count: 48_000)]))
            request.reference = request.source
            return try RequestResolver(variant: .turbo).resolve(request).notices.filter { $0.contains("full scale") }
        }
        #expect(
            try notices(2)
                == ["source", "reference audio"].map {
                    "The \($0) goes 6.0 dB beyond full scale, to which it is limited"
                })
        #expect(try notices(1).isEmpty)
    }

    @Test func shiftsThatBecomeOthersAreTold() throws {
        var request = open
        request.snapsTimesteps = true
        request.shift = 5
        let notices = try RequestResolver(variant: .turbo).resolve(request).notices
        #expect(notices == ["The shift 5 counts as 3, the nearest that turbo models were trained with"])
        request.shift = 2
        #expect(try RequestResolver(variant: .turbo).resolve(request).notices.isEmpty)
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
