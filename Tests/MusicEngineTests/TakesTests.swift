import AudioFile
import Foundation
import MusicCore
import MusicEngine
import Testing

/// Several takes of a song, of which the best are kept.
struct TakesTests {
    /// Tones whose scores follow from their seeds; the seed 13 fails, and 14 is clipped.
    private struct ScoredFamily: MusicFamily {
        var catalog: FamilyCatalog {
            FamilyCatalog(family: "scored", title: "Scored", models: [], folderDescription: "any folder") { folder in
                .model(FoundModel(purpose: .music, layout: "scored", parts: [.init("scored", folder.url)]))
            }
        }

        static let table = FieldTable<Options>([Field("get_scores", \.findsScores, .flag, flags: ["score"])])

        struct Options: Equatable, Sendable {
            var findsScores = false
        }

        var fields: [FieldDescription] { Self.table.descriptions }

        func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend { Backend() }

        struct Backend: MusicBackend {
            let info = ModelInfo(
                family: "scored", variant: "tone", precision: "f32", device: "cpu", parameterCount: 1,
                sampleRate: 8000, channelCount: 1)

            func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) {
                (request.withSeeds(), [])
            }

            func generate(
                _ request: MusicRequest, details: MusicDetails
            ) -> AsyncThrowingStream<MusicEvent, any Error> {
                .reporting { report in
                    report(.resolved(request))
                    report(.notice("a notice of every take"))
                    let songs = try request.seeds.map { seed in
                        guard seed != 13 else { throw MusicError(.numericalFailure, "the samples became NaN") }
                        // The seed 14 makes a wave with flat tops.
                        let level = seed == 14 ? 9 : 0.1
                        let wave = (0..<8000).map {
                            Float(max(-1, min(1, level * sin(Double($0) * Double(seed) / 100))))
                        }
                        var song = Song(audio: AudioBuffer(sampleRate: 8000, channels: [wave]), seed: seed)
                        if request.options["get_scores"] == true {
                            song.scores = SongScores(ditScore: 1 / Double(seed))
                            song.lyrics = TimedLyrics(
                                lines: [.init(text: "la", start: 0.25, end: 1, words: [])], tokens: [], duration: 1)
                        }
                        return song
                    }
                    report(.finished(MusicResult(songs: songs, request: request, seconds: [.diffuse: 0.1])))
                }
            }
        }
    }

    private func engine(_ folder: Folder, seeds: [UInt64] = [21, 13, 8, 5]) throws -> Engine {
        let next = NextSeed(seeds)
        let url = folder.url
        return Engine(
            families: [ScoredFamily()], seeds: SeedSource { next.draw() }, memory: { 8_000_000_000 },
            locate: { ModelLocation(name: $0, directory: url) }, defaultModel: { "scored" })
    }

    private final class NextSeed: @unchecked Sendable {
        private let lock = NSLock()
        private var seeds: [UInt64]
        init(_ seeds: [UInt64]) { self.seeds = seeds }
        func draw() -> UInt64 { lock.withLock { seeds.isEmpty ? 99 : seeds.removeFirst() } }
    }

    @Test func theBestAreKeptAndAreWhatTheirSeedsMakeAlone() async throws {
        let folder = try Folder()
        let engine = try engine(folder)
        var order = GenerationOrder(request: MusicRequest(prompt: "x", seeds: [30]))
        order.bestOf = BestOf(takes: 5, keep: 2)
        var notices: [String] = []
        let result = try await GenerationSession(engine, order).result { event in
            if case .notice(let text) = event { notices.append(text) }
        }
        #expect(result.songs.map(\.seed) == [5, 8])
        #expect(result.takes.map(\.seed) == [30, 21, 13, 8, 5])
        #expect(result.takes.map(\.rank) == [4, 3, nil, 2, 1])
        #expect(result.takes.map(\.isKept) == [false, false, false, true, true])
        #expect(result.takes[2].rejection?.contains("NaN") == true)
        #expect(notices.filter { $0 == "a notice of every take" }.count == 1)
        for song in result.songs {
            let alone = try await GenerationSession(
                engine, GenerationOrder(request: MusicRequest(prompt: "x", seeds: [song.seed]))
            ).result()
            #expect(alone.songs[0].audio == song.audio)
            #expect(song.scores?.measures?.duration == 1)
        }
        let decoded = try JSONDecoder().decode(MusicResult.self, from: JSONEncoder().encode(result))
        #expect(decoded.takes == result.takes)
    }

    @Test func aSongsTimesGoBesideItAndIntoItsTags() async throws {
        let folder = try Folder()
        let engine = try engine(folder)
        for (format, hasTimes) in [("flac", false), ("mp3", true), ("wav", true)] {
            var request = MusicRequest(prompt: "x", seeds: [5])
            request.options["get_scores"] = true
            let file = folder["\(format)-song.\(format)"]
            let order = GenerationOrder(request: request, output: try OutputPlan(.file(file)))
            let result = try await GenerationSession(engine, order).result()
            let written = folder["\(format)-song.lrc"]
            #expect(try String(contentsOf: written, encoding: .utf8) == "[00:00.25]la\n")
            #expect(result.songs[0].lyricsPath?.hasSuffix("\(format)-song.lrc") == true)
            let tags = try AudioFile.readTags(file)
            #expect(tags.lyrics == (hasTimes ? "la" : "[00:00.25]la"), "\(format)")
            #expect(tags.timedLyrics == (hasTimes ? [.init(start: 0.25, text: "la")] : []), "\(format)")
        }
    }

    @Test func numbersThatDoNotGoTogetherAreRefused() async throws {
        let folder = try Folder()
        let engine = try engine(folder)
        func error(_ best: BestOf, _ change: (inout MusicRequest) -> Void = { _ in }) async -> MusicError? {
            var request = MusicRequest(prompt: "x")
            change(&request)
            var order = GenerationOrder(request: request)
            order.bestOf = best
            do {
                try await GenerationSession(engine, order).check()
                return nil
            } catch { return error as? MusicError }
        }
        #expect(await error(BestOf(takes: 1))?.field == "best_of")
        #expect(await error(BestOf(takes: 4, keep: 5))?.field == "keep")
        #expect(await error(BestOf(takes: 4)) { $0.batchSize = 3 }?.field == "batch_size")
        #expect(await error(BestOf(takes: 4)) { $0.output = .latents }?.field == "output_type")
        #expect(await error(BestOf(takes: 4)) == nil)
        // A family that scores nothing has no takes.
        let tones = try toneEngine(folder)
        var order = GenerationOrder(request: MusicRequest(prompt: "x"))
        order.bestOf = BestOf(takes: 2)
        await #expect(throws: MusicError.self) { try await GenerationSession(tones, order).check() }
    }

    @Test func takesOfWhichNoneIsLeftAreAFailure() async throws {
        let folder = try Folder()
        let engine = try engine(folder, seeds: [14])
        var order = GenerationOrder(request: MusicRequest(prompt: "x", seeds: [13]))
        order.bestOf = BestOf(takes: 2)
        await #expect { try await GenerationSession(engine, order).result() } throws: { error in
            (error as? MusicError)?.code == .numericalFailure
        }
    }
}
