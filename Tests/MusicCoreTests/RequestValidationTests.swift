import Foundation
import MusicCore
import Testing

/// What a request of any family may hold.
struct RequestValidationTests {
    /// The fields of a family that only these tests know.
    private struct Options: Equatable, Sendable {
        var tempo: Int?
        var colour = "red"

        static let fields = FieldTable<Options>([
            Field("tempo", \.tempo, .integer(30...300), aliases: ["speed"]),
            Field("colour", \.colour, .choice(["red", "green"])),
        ])
    }

    private func error(_ change: (inout MusicRequest) -> Void) -> MusicError? {
        var request = MusicRequest(prompt: "slow jazz", duration: 30)
        change(&request)
        do {
            _ = try request.validate()
            try request.checkOptions(Options.fields.descriptions, of: "sample")
            return nil
        } catch {
            return error as? MusicError
        }
    }

    private func notices(_ change: (inout MusicRequest) -> Void) throws -> [String] {
        var request = MusicRequest(prompt: "slow jazz", duration: 30)
        change(&request)
        return try request.validate()
    }

    @Test func ordinaryRequestPassesWithoutNotices() throws {
        let request = MusicRequest(
            prompt: "slow jazz", duration: 120.5, seeds: [1, 2], batchSize: 2, steps: 8, guidanceScale: 7)
        #expect(try request.validate() == [])
    }

    @Test(arguments: [0, 0.19, -1, 600.1, 10_000, .nan, .infinity])
    func impossibleDurationsAreRefused(_ seconds: Double) throws {
        let failure = try #require(error { $0.duration = seconds })
        #expect(failure.code == .invalidRequest)
        #expect(failure.message.contains("duration") && failure.field == "duration")
        #expect(failure.advice == "use 0.2 to 600 seconds")
    }

    @Test(arguments: [0.2, 2.0, 9.99, 600]) func possibleDurationsPass(_ seconds: Double) throws {
        #expect(try notices { $0.duration = seconds } == [])
    }

    @Test func stepsHaveLimits() throws {
        for steps in [1, 200] { #expect(error { $0.steps = steps } == nil) }
        for steps in [0, -3, 201] {
            let failure = try #require(error { $0.steps = steps })
            #expect(failure.message == "The field inference_steps is \(steps)")
            #expect(failure.advice == "use 1 to 200")
            #expect(failure.field == "inference_steps" && failure.value == "\(steps)")
            #expect(failure.expected == "1 to 200")
        }
    }

    @Test(arguments: [-0.1, 100.5, .nan]) func impossibleGuidanceIsRefused(_ scale: Double) {
        #expect(error { $0.guidanceScale = scale }?.message.contains("guidance_scale") == true)
    }

    @Test(arguments: [0.1, -60.5, .nan]) func impossibleLevelsAreRefused(_ level: Double) {
        #expect(error { $0.normalizationLevel = level }?.field == "normalization_db")
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

    @Test func emptyCaptionsArePointedOutAndControlCharactersRefused() throws {
        #expect(try notices { $0.prompt = " \n" }.count == 1)
        #expect(error { $0.prompt = "a\0b" }?.message.contains("caption") == true)
    }

    @Test func optionsAreThoseOfTheFamily() throws {
        #expect(
            error {
                $0.options["speed"] = "120"
                $0.options["colour"] = "green"
            } == nil)
        let unknown = try #require(error { $0.options["tmepo"] = 120 })
        #expect(unknown.code == .invalidRequest && unknown.field == "tmepo")
        #expect(unknown.description == "A request to sample has no field 'tmepo'; did you mean tempo?")
        let stranger = try #require(error { $0.options["temperature_of_it_all"] = 1 })
        #expect(stranger.suggestion == nil && stranger.advice == "docs/requests.md lists the fields")
        #expect(error { $0.options["tempo"] = 10 }?.description == "The field tempo is 10; use 30 to 300")
    }

    // MARK: JSON

    private func read(_ json: String) throws -> MusicRequest {
        try JSONDecoder().decode(MusicRequest.self, from: Data(json.utf8))
    }

    @Test func requestsSurviveJSON() throws {
        var request = MusicRequest(
            prompt: "x", duration: 12.5, seeds: [0, 1 << 63, .max], batchSize: 3, steps: 4, guidanceScale: 1.5,
            task: .cover, source: AudioInput(path: "a.wav"), reference: AudioInput(path: "b.wav"),
            normalization: .none, options: ["tempo": 120, "list": [1, "two", [true]]])
        request.normalizationLevel = -2.5
        let json = try JSONEncoder().encode(request)
        #expect(try JSONDecoder().decode(MusicRequest.self, from: json) == request)
        // Samples are not stored.
        request.source?.audio = AudioBuffer(sampleRate: 8000, channels: [[0.5]])
        #expect(try JSONEncoder().encode(request).count == json.count)
    }

    @Test func fieldsHaveSeveralNamesAndTheRestAreOptions() throws {
        #expect(try read(#"{"caption": "x", "seeds": [3]}"#) == MusicRequest(prompt: "x", seeds: [3]))
        let other = try read(
            #"{"prompt": "x", "steps": "8", "audio_duration": "-1", "cfg_scale": 2, "src_audio_path": "a.wav", "k": 1}"#
        )
        #expect(
            other
                == MusicRequest(
                    prompt: "x", steps: 8, guidanceScale: 2, source: AudioInput(path: "a.wav"), options: ["k": 1]))
        #expect(try read(#"{"caption": null, "k": null, "seeds": null}"#) == MusicRequest())
    }

    @Test func seedsHaveSeveralForms() throws {
        #expect(try read(#"{"seeds": 9}"#).seeds == [9])
        #expect(try read(#"{"seeds": "1, 18446744073709551615"}"#).seeds == [1, .max])
        #expect(try read(#"{"seeds": [18446744073709551615]}"#).seeds == [.max])
        #expect(try read(#"{"seeds": [-1, "-1"]}"#).seeds == [])
        let drawn = try read(#"{"seeds": [5, -1]}"#).seeds
        #expect(drawn.count == 2 && drawn[0] == 5)
        for bad in [#"{"seeds": [0.5]}"#, #"{"seeds": "x"}"#, #"{"seeds": [18446744073709551616]}"#] {
            #expect(throws: MusicError.self) { try read(bad) }
        }
    }
}
