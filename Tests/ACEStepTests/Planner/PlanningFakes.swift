import ACEStep
import MusicCore
import Synchronization

/// A planner that says what a test wants, and remembers what it was asked.
final class FakePlanner: MusicPlanner {
    let info = ModelInfo(family: "fake", variant: "lm", precision: "f32", device: "cpu", parameterCount: 1)
    let codeCount = 100
    private let answer: @Sendable (PlanRequest) async throws -> Plan
    private let asked = Mutex<[PlanRequest]>([])

    var requests: [PlanRequest] { asked.withLock { $0 } }

    init(_ answer: @escaping @Sendable (PlanRequest) async throws -> Plan) { self.answer = answer }

    func plan(
        _ request: PlanRequest, progress: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void
    ) async throws -> Plan {
        asked.withLock { $0.append(request) }
        progress(3, 7)
        return try await answer(request)
    }

    func understand(codes: [Int], sampling: PlannerSampling, seed: UInt64) async throws -> SongDescription {
        throw MusicError(.unsupported, "not here")
    }

    func createSample(
        query: String, instrumental: Bool, language: String?, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription {
        throw MusicError(.unsupported, "not here")
    }

    func formatSample(
        caption: String, lyrics: String, known: SongMetadata, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription {
        throw MusicError(.unsupported, "not here")
    }
}

/// A backend that makes one sample for each song, and remembers what it was asked.
final class FakeBackend: SongCodesBackend {
    let info = ModelInfo(family: "fake", variant: "dit", precision: "f32", device: "cpu", parameterCount: 1)
    private let failure: MusicError?
    private let asked = Mutex<[(request: MusicRequest, codes: [[Int]]?)]>([])
    private let cancellations = Mutex(0)
    /// Whether it works until it is cancelled.
    private let isEndless: Bool

    var requests: [MusicRequest] { asked.withLock { $0.map { $0.request } } }
    /// The codes of all songs, for each request.
    var codes: [[[Int]]?] { asked.withLock { $0.map { $0.codes } } }
    var cancelled: Int { cancellations.withLock { $0 } }

    init(failure: MusicError? = nil, isEndless: Bool = false) {
        self.failure = failure
        self.isEndless = isEndless
    }

    func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) { (request, []) }

    func generate(_ request: MusicRequest, details: MusicDetails) -> AsyncThrowingStream<MusicEvent, any Error> {
        generate(request, codes: nil, details: details)
    }

    func generate(
        _ request: MusicRequest, codes: [[Int]]?, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        asked.withLock { $0.append((request, codes)) }
        return AsyncThrowingStream { continuation in
            let task = Task { [failure, isEndless] in
                do {
                    if let failure { throw failure }
                    var resolved = request
                    resolved.steps = 2
                    continuation.yield(.resolved(resolved))
                    continuation.yield(.notice("hello"))
                    continuation.yield(.started(.diffuse))
                    for song in request.seeds.indices {
                        for step in 1...2 {
                            let done = 2 * song + step
                            continuation.yield(
                                .progress(.diffuse, completed: done, total: 2 * request.seeds.count, fraction: 0.5))
                            if details.contains(.previews) {
                                continuation.yield(
                                    .preview(LatentsPreview(song: song, step: step, latents: [0], shape: [1, 1])))
                            }
                        }
                    }
                    while isEndless { try await Task.sleep(for: .milliseconds(1)) }
                    if details.contains(.audio) {
                        let audio = AudioBuffer(sampleRate: 48_000, channels: [[0], [0]])
                        for song in request.seeds.indices {
                            continuation.yield(.audio(AudioChunk(song: song, start: 0, total: 1, audio: audio)))
                        }
                    }
                    let songs = request.seeds.enumerated().map { index, seed in
                        FakeBackend.song(seed, codes: codes.map { $0[index] }, of: resolved)
                    }
                    let count = Double(songs.count)
                    continuation.yield(
                        .finished(
                            MusicResult(
                                songs: songs, request: resolved, seconds: [.diffuse: 2 * count, .decode: count])))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { [self] reason in
                if case .cancelled = reason { cancellations.withLock { $0 += 1 } }
                task.cancel()
            }
        }
    }

    private static func song(_ seed: UInt64, codes: [Int]?, of request: MusicRequest) -> Song {
        let value = Float(seed)
        var song = Song(
            audio: AudioBuffer(sampleRate: 48_000, channels: [[value], [value]]), seed: seed,
            latents: Latents(values: [value], shape: [1, 1]))
        if let codes {
            song.request = request
            song.request?.options["audio_codes"] = .text(AudioCodeText.text(codes))
        }
        return song
    }

    func audioCodes(of audio: AudioInput) async throws -> [Int] { [] }
}
