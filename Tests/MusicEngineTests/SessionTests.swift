import AudioFile
import Foundation
import MusicCore
import MusicEngine
import Synchronization
import Testing
import ToneFamily

/// The one way from an order to songs, with a family that only these tests know.
struct SessionTests {
    private func result(_ engine: Engine, _ order: GenerationOrder) async throws -> (MusicResult, [MusicEvent]) {
        var events: [MusicEvent] = []
        let result = try await GenerationSession(engine, order).result { events.append($0) }
        return (result, events)
    }

    @Test func aSongIsWrittenWithItsRecipe() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        let request = MusicRequest(prompt: "a", duration: 0.5, options: ["pitch": 300])
        let plan = try OutputPlan(.file(folder["a.wav"]))
        let (result, events) = try await result(engine, GenerationOrder(request: request, output: plan))
        #expect(result.songs[0].path == folder["a.wav"].relativePath && result.songs[0].seed == 77)

        let audio = try AudioFile.read(folder["a.wav"])
        #expect(audio.sampleRate == 44_100 && audio.channels.count == 1 && audio.frameCount == 22_050)
        let recipe = try Recipe(file: folder["a.wav"])
        #expect(recipe.request == result.request && recipe.model == "tone" && recipe.variant == "tone sine")
        #expect(recipe.request.options == ["pitch": 300.0] && recipe.request.seeds == [77])

        // The recipe makes the same song.
        let again = try OutputPlan(.file(folder["b.wav"]))
        _ = try await self.result(engine, GenerationOrder(request: recipe.request, output: again))
        #expect(try Data(contentsOf: folder["a.wav"]) == Data(contentsOf: folder["b.wav"]))

        let fractions = events.compactMap { event -> Double? in
            if case .progress(_, _, _, let fraction) = event { fraction } else { nil }
        }
        #expect(fractions.count == 4 && fractions == fractions.sorted() && fractions[0] > 0)
        #expect(fractions.allSatisfy { $0 <= 1 })
        #expect(await engine.pool.statistics == .init(loaded: 1, byteCount: 100))
    }

    @Test func aBatchIsNumberedAndKeyed() async throws {
        let folder = try Folder()
        let next = Mutex<UInt64>(UInt64.max - 2)
        let engine = try toneEngine(
            folder,
            seeds: SeedSource {
                next.withLock { seed in
                    seed += 1
                    return seed
                }
            })
        let request = MusicRequest(prompt: "a", duration: 0.2, seeds: [3], batchSize: 3)
        let numbered = GenerationOrder(request: request, output: try OutputPlan(.file(folder["x.flac"])))
        #expect(try await result(engine, numbered).0.songs.map(\.seed) == [3, UInt64.max - 1, UInt64.max])
        #expect(folder.names == ["model", "x-1.flac", "x-2.flac", "x-3.flac"])
        #expect(try Recipe(file: folder["x-3.flac"]).request.seeds == [UInt64.max])

        let keyed = GenerationOrder(
            request: MusicRequest(prompt: "a", duration: 0.2, seeds: [1, 2], batchSize: 2),
            output: try OutputPlan(.keyed(folder: folder["new/deep"]), usualFormat: "wav"))
        let (made, _) = try await result(engine, keyed)
        let keys = GenerationResult(made, family: ToneFamily()).audios.map { "\($0.key).wav" }
        #expect(Set(keys).count == 2)
        #expect(made.songs.map { URL(fileURLWithPath: $0.path ?? "").lastPathComponent } == keys)
        #expect(FileManager.default.fileExists(atPath: folder["new/deep/\(keys[0])"].path))
    }

    @Test func whatCanNotBeWrittenIsRefusedBeforeAnythingIsLoaded() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        func failure(_ order: GenerationOrder) async -> MusicError? {
            do {
                _ = try await result(engine, order)
                return nil
            } catch {
                return error as? MusicError
            }
        }
        let request = MusicRequest(prompt: "a", duration: 0.2)
        let nowhere = GenerationOrder(request: request, output: try OutputPlan(.file(folder["no/a.wav"])))
        #expect(await failure(nowhere)?.code == .unwritableOutput)
        let taken = GenerationOrder(
            request: request, output: try OutputPlan(.file(folder["model.wav"])), latents: folder.url)
        #expect(await failure(taken)?.code == .invalidRequest)
        #expect(throws: MusicError.self) { try OutputPlan(.automatic, usualFormat: "aiff") }
        let long = GenerationOrder(request: MusicRequest(prompt: "a", duration: 1000))
        #expect(await failure(long)?.field == "duration")
        let unknown = GenerationOrder(request: MusicRequest(prompt: "a", options: ["pich": 3]))
        #expect(await failure(unknown)?.suggestion == .didYouMean(["pitch"]))
        let wrong = GenerationOrder(request: MusicRequest(prompt: "a", options: ["pitch": 3]))
        #expect(await failure(wrong)?.description.contains("use 20 to 20000") == true)
        var missing = MusicRequest(prompt: "a", task: "cover")
        missing.source = AudioInput(path: folder["gone.wav"].path)
        #expect(await failure(GenerationOrder(request: missing))?.code == .unreadableInput)
        #expect(await engine.pool.statistics == .init())
    }

    @Test func aTonesFamilyTakesNoPlansAndHasNoLatents() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        let tier = MemoryTiers.unlimited.all[0]
        var order = GenerationOrder(
            request: MusicRequest(prompt: "a", duration: 0.2), planning: PlannerChoice(wish: .required, tier: tier))
        let notices = try await result(engine, order).1.compactMap { event -> String? in
            if case .notice(let text) = event { text } else { nil }
        }
        #expect(notices.contains("no plan is made: models of the family tone take no plans"))
        order.latents = folder["a.npy"]
        await #expect(throws: MusicError.self) { _ = try await result(engine, order) }
    }

    @Test(.timeLimit(.minutes(1))) func endingTheIterationEndsTheWork() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        let plan = try OutputPlan(.file(folder["a.wav"]))
        let order = GenerationOrder(request: MusicRequest(prompt: "a", duration: 0.2, steps: 200), output: plan)
        let task = Task {
            var steps = 0
            for try await event in GenerationSession(engine, order).events() {
                guard case .progress = event else { continue }
                steps += 1
                if steps == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return steps
        }
        // A task that is cancelled gets no more events.
        #expect(try await task.value == 3)
        #expect(folder.names == ["model"])
        while await engine.pool.statistics.leased != 0 { await Task.yield() }
    }

    @Test func onlyWhatTheUserNamedIsReplaced() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        func make(_ place: OutputPlan.Place, songs: Int, replaces: Bool? = nil) async throws -> [String] {
            var plan = try OutputPlan(place, usualFormat: "wav")
            plan.replacesFile = replaces ?? plan.replacesFile
            let request = MusicRequest(prompt: "a", duration: 0.2, seeds: [3], batchSize: songs)
            let made = try await result(engine, GenerationOrder(request: request, output: plan)).0
            return made.songs.map { URL(fileURLWithPath: $0.path ?? "").lastPathComponent }
        }
        for _ in 0..<2 { #expect(try await make(.file(folder["a.wav"]), songs: 1) == ["a.wav"]) }
        #expect(try await make(.file(folder["a.wav"]), songs: 1, replaces: false) == ["a-2.wav"])
        // The numbers of a batch are the program's choice.
        #expect(try await make(.file(folder["b.wav"]), songs: 2) == ["b-1.wav", "b-2.wav"])
        #expect(try await make(.file(folder["b.wav"]), songs: 2) == ["b-3.wav", "b-4.wav"])
        let first = try await make(.keyed(folder: folder["keyed"]), songs: 1)[0]
        let second = try await make(.keyed(folder: folder["keyed"]), songs: 1)[0]
        #expect(second == first.replacing(".wav", with: "-2.wav"))
    }
}
