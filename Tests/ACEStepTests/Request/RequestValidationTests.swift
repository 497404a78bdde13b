import ACEStep
import MusicCore
import Testing

/// What a request to ACE-Step may hold is decided in one place; these tests hold it to its limits.
struct RequestValidationTests {
    private func error(_ change: (inout ACEStepRequest) -> Void) -> MusicError? {
        var request = ACEStepRequest(prompt: "slow jazz", duration: 30)
        change(&request)
        do {
            _ = try request.validate()
            return nil
        } catch {
            return error as? MusicError
        }
    }

    private func notices(_ change: (inout ACEStepRequest) -> Void) throws -> [String] {
        var request = ACEStepRequest(prompt: "slow jazz", duration: 30)
        change(&request)
        return try request.validate()
    }

    @Test func ordinaryRequestPassesWithoutNotices() throws {
        let request = ACEStepRequest(
            prompt: "slow jazz", lyrics: "[Verse]\nla la", duration: 120.5, bpm: 96, keyScale: "F# minor",
            timeSignature: "3/4", steps: 8, shift: 3, guidanceScale: 7, seeds: [1, 2], batchSize: 2)
        #expect(try request.validate() == [])
    }

    @Test(arguments: [0, 0.19, -1, 600.1, 10_000, .nan, .infinity])
    func impossibleDurationsAreRefused(_ seconds: Double) throws {
        let failure = try #require(error { $0.duration = seconds })
        #expect(failure.code == .invalidRequest)
        #expect(failure.message.contains("duration"))
        #expect(failure.advice == "use 0.2 to 600 seconds")
    }

    @Test(arguments: [0.2, 2.0, 9.99])
    func shortDurationsAreAllowedAndPointedOut(_ seconds: Double) throws {
        let notices = try notices { $0.duration = seconds }
        #expect(notices.count == 1)
        #expect(notices[0].contains("10 to 600"))
    }

    @Test func stepsHaveLimits() throws {
        for steps in [1, 200] { #expect(error { $0.steps = steps } == nil) }
        for steps in [0, -3, 201] {
            let failure = try #require(error { $0.steps = steps })
            #expect(failure.message == "The field inference_steps is \(steps)")
            #expect(failure.advice == "use 1 to 200")
        }
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1001]) func impossibleShiftsAreRefused(_ shift: Double) {
        #expect(error { $0.shift = shift }?.message.contains("shift") == true)
    }

    @Test(arguments: [-0.1, 100.5, .nan]) func impossibleGuidanceIsRefused(_ scale: Double) {
        #expect(error { $0.guidanceScale = scale }?.message.contains("guidance_scale") == true)
    }

    @Test func timestepsMustFallFromOneTowardsZero() throws {
        #expect(error { $0.timesteps = [1, 0.5, 0.25] } == nil)
        #expect(error { $0.timesteps = [] }?.message == "The field timesteps has 0 values")
        #expect(error { $0.timesteps = [1, 0.5, 0.5] }?.message.contains("Value 3") == true)
        #expect(error { $0.timesteps = [0.5, 1] }?.message.contains("Value 2") == true)
        #expect(error { $0.timesteps = [1, 0] }?.message == "Value 2 of timesteps is 0")
        #expect(error { $0.timesteps = [1.5] }?.message == "Value 1 of timesteps is 1.5")
        #expect(error { $0.timesteps = [.nan] }?.code == .invalidRequest)
        #expect(error { $0.timesteps = Array(repeating: 1, count: 201) }?.message.contains("201") == true)
        // Different as doubles, equal in the precision in which the model sees them.
        #expect(error { $0.timesteps = [0.5, 0.5 - 1e-12] }?.message.contains("Value 2") == true)
    }

    @Test func stepsBesideTimestepsArePointedOut() throws {
        let contradiction = try notices {
            $0.timesteps = [1, 0.5]
            $0.steps = 8
        }
        #expect(contradiction.count == 1)
        let agreement = try notices {
            $0.timesteps = [1, 0.5]
            $0.steps = 2
        }
        #expect(agreement.isEmpty)
    }

    @Test(arguments: [29, 301, 0, -120]) func impossibleTempiAreRefused(_ bpm: Int) {
        #expect(error { $0.bpm = bpm }?.advice == "use 30 to 300")
    }

    @Test(
        arguments: [
            ("2", "2"), ("3", "3"), ("4", "4"), ("6", "6"), ("4/4", "4"), ("6/8", "6"), (" 3 / 4 ", "3"), ("2/4", "2"),
            ("6/4", nil), ("5", nil), ("4/", nil), ("", nil), ("4/4/4", nil), ("four", nil), ("3/8", nil),
        ] as [(String, String?)])
    func timeSignaturesAreNormalized(_ text: String, _ expected: String?) {
        #expect(ACEStepRequest.normalizedTimeSignature(text) == expected)
    }

    @Test func unknownTimeSignatureIsRefusedAndAnEmptyOneIsNone() {
        #expect(error { $0.timeSignature = "5/4" }?.message.contains("5/4") == true)
        #expect(error { $0.timeSignature = "" } == nil)
    }

    @Test func keysAreNotesWithModes() {
        for key in ["C", "F# minor", "Bb Major", "E♭ minor", "Am", "d dorian", "N/A", "", " G major "] {
            #expect(error { $0.keyScale = key } == nil, "\(key)")
        }
        for key in ["H major", "C## minor", "major", "C minor major", "do"] {
            #expect(error { $0.keyScale = key }?.message.contains("keyscale is '\(key)'") == true, "\(key)")
        }
    }

    @Test func namesStayOnOneLine() {
        #expect(error { $0.keyScale = "C major\n- bpm: 1" }?.message.contains("keyscale") == true)
        #expect(error { $0.vocalLanguage = "en\r\n" }?.message.contains("vocal_language") == true)
        #expect(error { $0.keyScale = String(repeating: "x", count: 65) }?.code == .invalidRequest)
    }

    @Test func batchAndSeedsAgree() throws {
        for size in [0, 9, -1] { #expect(error { $0.batchSize = size }?.message.contains("batch_size") == true) }
        let failure = try #require(error { $0.seeds = [1, 2] })
        #expect(failure.message == "There are 2 seeds for 1 song")
        #expect(
            error {
                $0.seeds = [1, 2]
                $0.batchSize = 3
            } == nil)
    }

    @Test func longTextsArePointedOutAndControlCharactersRefused() throws {
        #expect(try notices { $0.prompt = String(repeating: "a", count: 513) }.count == 1)
        #expect(try notices { $0.lyrics = String(repeating: "a", count: 4097) }.count == 1)
        #expect(try notices { $0.prompt = " \n" }.count == 1)
        #expect(error { $0.lyrics = "a\0b" }?.message.contains("lyrics") == true)
    }

    @Test func theFamilySaysTheSame() throws {
        var request = ACEStepRequest(prompt: "slow jazz", duration: 2, bpm: 96)
        #expect(try ACEStepFamily().validate(request.neutral) == request.validate())
        #expect(try request.validate().count == 1)
        request.bpm = 29
        let error = #expect(throws: MusicError.self) { try ACEStepFamily().validate(request.neutral) }
        #expect(error?.field == "bpm" && error?.value == "29")
    }

    @Test func fieldsOfNobodyAreRefused() throws {
        var request = MusicRequest(prompt: "slow jazz")
        request.options["bmp"] = 96
        let error = #expect(throws: MusicError.self) { try ACEStepRequest(request) }
        #expect(error?.code == .invalidRequest && error?.field == "bmp")
        #expect(error?.suggestion == .didYouMean(["bpm"]))
    }

    @Test func lyricsOfAnInstrumentalSongArePointedOut() throws {
        let conflict = try notices {
            $0.instrumental = true
            $0.lyrics = "la"
        }
        #expect(conflict == ["The song is instrumental: the lyrics are not used"])
        #expect(try notices { $0.instrumental = true }.isEmpty)
    }
}
