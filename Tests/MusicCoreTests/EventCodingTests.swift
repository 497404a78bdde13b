import Foundation
import MusicCore
import Testing

/// Events and results as JSON, for programs that pass them on.
struct EventCodingTests {
    private static let request = MusicRequest(
        prompt: "slow jazz", duration: 12.5, seeds: [4, .max], batchSize: 2, steps: 8,
        source: AudioInput(path: "a.wav"), normalization: .none, options: ["bpm": 96, "weights": [0.5, "x", .null]])

    private static let audio = AudioBuffer(sampleRate: 48_000, channels: [[0.5, -0.25], [0, 1]])

    /// A result with everything that it can hold.
    private static let result: MusicResult = {
        var first = Song(audio: audio, seed: 4, latents: Latents(values: [0.5, 1, -2, 3], shape: [2, 2]))
        first.request = MusicRequest(
            prompt: "slow jazz", seeds: [4], options: ["bpm": 96, "audio_codes": "<|audio_code_1|>"])
        first.fallback = Song.Fallback(reason: "NaN", askedSeed: 3, changes: ["infer_method": "sde"])
        first.path = "/tmp/a.flac"
        var plan = Plan(
            metadata: SongMetadata(bpm: 96, caption: "x", duration: 12, keyScale: "C major"),
            found: SongMetadata(bpm: 96), lyrics: "la", codes: [[1], [2, 3]], reasoningSeconds: 1.5, codesSeconds: 2.5)
        plan.sampling.temperature = 0.5
        var result = MusicResult(
            songs: [first, Song(audio: audio, seed: .max)], request: request,
            seconds: [.plan: 4, .diffuse: 2.5, MusicStage(rawValue: "polish"): 0.5])
        result.plan = plan
        result.model = "turbo"
        result.info = ModelInfo(
            family: "sample", variant: "small", precision: "f32", device: "cpu", parameterCount: 12, byteCount: 48,
            notice: "noise")
        return result
    }()

    private static let events: [MusicEvent] = [
        .resolved(request), .notice("The caption is empty"), .started(.diffuse), .started("polish"),
        .progress(.diffuse, completed: 3, total: 16, fraction: 0.25), .progress(.decode, completed: 1, total: 2),
        .preview(LatentsPreview(song: 1, step: 3, latents: [0.5, -1], shape: [1, 2])),
        .audio(AudioChunk(song: 1, start: 2, total: 4, audio: audio)), .finished(result),
    ]

    private func areEqual(_ one: MusicEvent, _ other: MusicEvent) -> Bool {
        switch (one, other) {
        case (.resolved(let one), .resolved(let other)): one == other
        case (.notice(let one), .notice(let other)): one == other
        case (.started(let one), .started(let other)): one == other
        case (
            .progress(let stage, let completed, let total, let fraction),
            .progress(let otherStage, let otherCompleted, let otherTotal, let otherFraction)
        ):
            stage == otherStage && completed == otherCompleted && total == otherTotal && fraction == otherFraction
        case (.preview(let one), .preview(let other)): one == other
        case (.audio(let one), .audio(let other)): one == other
        case (.finished(let one), .finished(let other)): one == other
        default: false
        }
    }

    @Test(arguments: events.indices) func eventsSurviveJSON(_ index: Int) throws {
        let event = Self.events[index]
        let again = try JSONDecoder().decode(MusicEvent.self, from: JSONEncoder().encode(event))
        #expect(areEqual(again, event))
    }

    @Test func everyEventSaysWhatItIs() throws {
        let names = try Self.events.map { event in
            let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(event)) as? [String: Any]
            return try #require(object?["event"] as? String)
        }
        #expect(
            names == [
                "resolved", "notice", "started", "started", "progress", "progress", "preview", "audio", "finished",
            ])
        let unknown = Data(#"{"event": "applause"}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(MusicEvent.self, from: unknown) }
        let bare = Data(#"{"event": "progress", "stage": "diffuse"}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(MusicEvent.self, from: bare) }
    }

    @Test func resultsSurviveJSON() throws {
        let json = try JSONEncoder().encode(Self.result)
        let again = try JSONDecoder().decode(MusicResult.self, from: json)
        #expect(again == Self.result)
        #expect(again.songs[1].latents == nil && again.songs[1].seed == .max && again.songs[1].path == nil)
        let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(object["seconds"] as? [String: Double] == ["plan": 4, "diffuse": 2.5, "polish": 0.5])

        let plain = MusicResult(songs: [], request: MusicRequest(prompt: "x"), seconds: [:])
        #expect(try JSONDecoder().decode(MusicResult.self, from: JSONEncoder().encode(plain)) == plain)
    }

    @Test func theRequestOfASongIsItsOwn() {
        let first = Self.result.request(ofSong: 0)
        #expect(first.seeds == [4] && first.batchSize == 1)
        #expect(first.options["audio_codes"] == .text("<|audio_code_1|>") && first.options["bpm"] == .integer(96))
        let second = Self.result.request(ofSong: 1)
        #expect(second.seeds == [.max] && second.options == Self.request.options)
    }

    @Test func brokenAudioIsRefused() {
        for json in [#"{"sampleRate": 0, "channels": []}"#, #"{"sampleRate": 8000, "channels": [[0], [0, 1]]}"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(AudioBuffer.self, from: Data(json.utf8))
            }
        }
    }
}
