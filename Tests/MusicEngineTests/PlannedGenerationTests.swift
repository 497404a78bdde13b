import Foundation
import MusicCore
import MusicManager
import Synchronization
import Testing

/// Plans and songs that follow them, with a planner and a backend that only say what they were asked.
struct PlannedGenerationTests {
    /// What a language model finds out about a song of which nothing is known.
    private static let found = SongMetadata(
        bpm: 90, caption: "a better caption", duration: 40, keyScale: "A minor", language: "fr", timeSignature: "3")

    /// A plan as a language model makes it: what the user said, completed.
    private static func plan(_ request: PlanRequest, codes: [[Int]]) -> Plan {
        func left<Value>(_ known: Value?, _ found: Value?) -> Value? { known == nil ? found : nil }
        let known = request.known
        let open = SongMetadata(
            bpm: left(known.bpm, found.bpm), caption: found.caption, duration: left(known.duration, found.duration),
            keyScale: left(known.keyScale, found.keyScale), language: left(known.language, found.language),
            timeSignature: left(known.timeSignature, found.timeSignature))
        let all = SongMetadata(
            bpm: known.bpm ?? open.bpm, caption: open.caption, duration: known.duration ?? open.duration,
            keyScale: known.keyScale ?? open.keyScale, language: known.language ?? open.language,
            timeSignature: known.timeSignature ?? open.timeSignature)
        return Plan(metadata: all, found: open, codes: codes, reasoningSeconds: 1.5, codesSeconds: 2.5)
    }

    private struct Run {
        var planner: FakePlanner
        var backend: FakeBackend
        var events: [MusicEvent]
        var result: MusicResult
    }

    private func run(
        _ request: MusicRequest, _ options: PlanningOptions = PlanningOptions(), codes: [[Int]] = [],
        lyrics: String? = nil, details: MusicDetails = []
    ) async throws -> Run {
        let planner = FakePlanner { request in
            var plan = Self.plan(request, codes: codes)
            plan.lyrics = lyrics
            return plan
        }
        let backend = FakeBackend()
        var events: [MusicEvent] = []
        let generation = PlannedGeneration(planner: planner, backend: backend, options: options)
        for try await event in generation.generate(request, details: details) { events.append(event) }
        guard case .finished(let result) = events.last else { throw MusicError(.internal, "no result") }
        return Run(planner: planner, backend: backend, events: events, result: result)
    }

    // MARK: Who decides

    @Test func whatIsOpenComesFromThePlan() async throws {
        let run = try await run(MusicRequest(prompt: "x", seeds: [1]))
        let asked = try #require(run.planner.requests.first)
        #expect(asked.caption == "x" && asked.lyrics.isEmpty && asked.known == SongMetadata())
        #expect(asked.duration == nil && asked.seeds == [1])
        let made = try #require(run.backend.requests.first)
        #expect(made.bpm == 90 && made.keyScale == "A minor" && made.timeSignature == "3" && made.duration == 40)
        #expect(made.prompt == "a better caption" && made.vocalLanguage == "fr" && made.audioCodes == nil)
        #expect(run.backend.requests.count == 1)
    }

    @Test func theUsersValuesWin() async throws {
        let request = MusicRequest(
            prompt: "x", lyrics: "la", vocalLanguage: "de", duration: 37.4, bpm: 120, keyScale: "C major",
            timeSignature: "4/4", seeds: [1])
        let run = try await run(request)
        let asked = try #require(run.planner.requests.first)
        #expect(
            asked.known
                == SongMetadata(bpm: 120, duration: 37, keyScale: "C major", language: "de", timeSignature: "4/4"))
        #expect(asked.duration == 37.4)
        var expected = request
        expected.prompt = "a better caption"
        #expect(run.backend.requests == [expected])
    }

    @Test func wordsForNothingAreNoValues() async throws {
        let request = MusicRequest(
            prompt: "x", vocalLanguage: "unknown", keyScale: " N/A", timeSignature: "", seeds: [1])
        let run = try await run(request)
        #expect(run.planner.requests.first?.known == SongMetadata())
        #expect(run.backend.requests.first?.keyScale == "A minor")
        #expect(run.backend.requests.first?.timeSignature == "3")
    }

    @Test func partsThatAreTurnedOffStayAsTheyAre() async throws {
        var options = PlanningOptions()
        options.rewritesCaption = false
        options.detectsLanguage = false
        let run = try await run(MusicRequest(prompt: "x", seeds: [1]), options)
        let made = try #require(run.backend.requests.first)
        #expect(made.prompt == "x" && made.vocalLanguage == "unknown")
        // Without a caption there is nothing to keep.
        let empty = try await self.run(MusicRequest(prompt: "", seeds: [1]), options)
        #expect(empty.backend.requests.first?.prompt == "a better caption")
    }

    @Test func anInstrumentalHasNoWordsForThePlanner() async throws {
        let run = try await run(MusicRequest(prompt: "x", lyrics: "la", instrumental: true, seeds: [1]))
        #expect(run.planner.requests.first?.lyrics == "[Instrumental]")
    }

    @Test func newLyricsAreSung() async throws {
        let run = try await run(MusicRequest(prompt: "x", lyrics: "la", seeds: [1]), lyrics: "[Verse]\nla")
        #expect(run.backend.requests.first?.lyrics == "[Verse]\nla")
    }

    @Test func codesOfTheUserAreKept() async throws {
        var request = MusicRequest(prompt: "x", seeds: [1])
        request.audioCodes = "<|audio_code_5|>"
        let run = try await run(request)
        #expect(run.planner.requests.first?.options.writesCodes == false)
        #expect(run.backend.requests.first?.audioCodes == "<|audio_code_5|>")
    }

    @Test func tasksWithASourceAreNotPlanned() {
        for task in MusicTask.allCases {
            var request = MusicRequest(prompt: "x")
            request.task = task
            let reason = PlannedGeneration.reasonAgainst(request)
            #expect((reason == nil) == (task == .text2music))
            #expect(reason?.contains(task.rawValue) ?? true)
        }
    }

    // MARK: Songs of their own

    @Test func eachSongFollowsItsCodesFromItsSeed() async throws {
        let request = MusicRequest(prompt: "x", seeds: [7, 8, 9], batchSize: 3)
        let run = try await run(request, codes: [[1, 2], [3, 4], [5, 6]])
        #expect(run.planner.requests.first?.seeds == [7, 8, 9])
        #expect(run.backend.requests.map(\.seeds) == [[7], [8], [9]])
        #expect(run.backend.requests.allSatisfy { $0.batchSize == 1 })
        let texts = [[1, 2], [3, 4], [5, 6]].map { AudioCodeText.text($0) }
        #expect(run.backend.requests.map(\.audioCodes) == texts)

        #expect(run.result.songs.map(\.seed) == [7, 8, 9])
        #expect(run.result.songs.map(\.audioCodes) == texts)
        #expect(run.result.request.seeds == [7, 8, 9] && run.result.request.batchSize == 3)
        #expect(run.result.request.audioCodes == nil)
        #expect(run.result.seconds[.diffuse] == 6 && run.result.seconds[.decode] == 3)
        #expect((run.result.seconds[.plan] ?? -1) >= 0)
    }

    @Test func missingSeedsAreDrawnBeforeThePlan() async throws {
        let run = try await run(MusicRequest(prompt: "x", seeds: [7], batchSize: 2), codes: [[1], [2]])
        let seeds = try #require(run.planner.requests.first?.seeds)
        #expect(seeds.count == 2 && seeds[0] == 7)
        #expect(run.result.songs.map(\.seed) == seeds)
    }

    @Test func eventsAreThoseOfOneBatch() async throws {
        let run = try await run(
            MusicRequest(prompt: "x", seeds: [7, 8], batchSize: 2), codes: [[1], [2]], details: [.previews, .audio])
        var resolved: [MusicRequest] = []
        var notices = 0
        var progress: [[Int]] = []
        var plan: [[Int]] = []
        var previews: [Int] = []
        var chunks: [Int] = []
        for event in run.events {
            switch event {
            case .resolved(let request): resolved.append(request)
            case .notice: notices += 1
            case .progress(.plan, let completed, let total): plan.append([completed, total])
            case .progress(_, let completed, let total): progress.append([completed, total])
            case .preview(let preview): previews.append(preview.song)
            case .audio(let chunk): chunks.append(chunk.song)
            case .started, .finished: break
            }
        }
        #expect(resolved.map(\.seeds) == [[7, 8]] && resolved.map(\.batchSize) == [2] && notices == 1)
        #expect(plan == [[3, 7]])
        #expect(progress == [[1, 4], [2, 4], [3, 4], [4, 4]])
        #expect(previews == [0, 0, 1, 1] && chunks == [0, 1])
        let started = run.events.compactMap { if case .started(let stage) = $0 { stage } else { nil } }
        #expect(started.first == .plan)
        let finished = run.events.filter { if case .finished = $0 { true } else { false } }
        #expect(finished.count == 1)
    }

    // MARK: What is told of it

    @Test func theResultTellsWhatWasFound() async throws {
        let request = MusicRequest(prompt: "x", bpm: 120, seeds: [7, 8], batchSize: 2)
        let run = try await run(request, codes: [[1], [2]])
        let result = GenerationResult(run.result)
        let params = try #require(result.audios.first?.params)
        #expect(params.bpm == 120 && params.cotBpm == nil)
        #expect(params.cotKeyscale == "A minor" && params.cotTimesignature == "3" && params.cotDuration == 40)
        #expect(params.cotVocalLanguage == "fr" && params.cotCaption == "a better caption")
        #expect(result.audios.map(\.params.audioCodes) == ["<|audio_code_1|>", "<|audio_code_2|>"])
        #expect(Set(result.audios.map(\.key)).count == 2)
        let extra = try #require(result.extraOutputs)
        #expect(
            extra.lmMetadata == [
                "bpm": "120", "caption": "a better caption", "duration": "40", "keyscale": "A minor",
                "language": "fr", "timesignature": "3",
            ])
        #expect(extra.timeCosts["lm_phase1_time"] == 1.5 && extra.timeCosts["lm_phase2_time"] == 2.5)
        #expect(extra.timeCosts["lm_total_time"] == 4 && extra.timeCosts["dit_total_time_cost"] == 6)
        #expect(extra.timeCosts["pipeline_total_time"] == 10)
        #expect(extra.seedValue == "7, 8")
    }

    // MARK: When it goes wrong

    @Test func badRequestsAndOptionsReachNobody() async {
        let planner = FakePlanner { Self.plan($0, codes: []) }
        let backend = FakeBackend()
        var options = PlanningOptions()
        options.sampling.temperature = 3
        for (request, options) in [
            (MusicRequest(prompt: "x"), options), (MusicRequest(prompt: "x", bpm: 1), PlanningOptions()),
        ] {
            let error = await failure(PlannedGeneration(planner: planner, backend: backend, options: options), request)
            #expect(error?.code == .invalidRequest)
        }
        #expect(planner.requests.isEmpty && backend.requests.isEmpty)
    }

    @Test func errorsPassOn() async {
        let bad = FakePlanner { _ in throw MusicError(.numericalFailure, "no plan") }
        let idle = FakeBackend()
        let first = await failure(PlannedGeneration(planner: bad, backend: idle, options: PlanningOptions()))
        #expect(first == MusicError(.numericalFailure, "no plan") && idle.requests.isEmpty)

        let good = FakePlanner { Self.plan($0, codes: [[1]]) }
        let broken = FakeBackend(failure: MusicError(.outOfMemory, "no room"))
        let second = await failure(PlannedGeneration(planner: good, backend: broken, options: PlanningOptions()))
        #expect(second == MusicError(.outOfMemory, "no room"))
    }

    @Test(.timeLimit(.minutes(1))) func cancellingStopsThePlan() async {
        let planner = FakePlanner { _ in
            while true { try await Task.sleep(for: .milliseconds(1)) }
        }
        let backend = FakeBackend()
        let generation = PlannedGeneration(planner: planner, backend: backend, options: PlanningOptions())
        let task = Task {
            for try await event in generation.generate(MusicRequest(prompt: "x", seeds: [1])) {
                if case .progress(.plan, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        _ = await task.result
        #expect(task.isCancelled && backend.requests.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func endingTheIterationStopsTheSongs() async throws {
        let planner = FakePlanner { Self.plan($0, codes: [[1], [2]]) }
        let backend = FakeBackend(isEndless: true)
        let generation = PlannedGeneration(planner: planner, backend: backend, options: PlanningOptions())
        for try await event in generation.generate(MusicRequest(prompt: "x", seeds: [1, 2], batchSize: 2)) {
            if case .progress(.diffuse, _, _) = event { break }
        }
        while backend.cancelled == 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(backend.requests.count == 1)
    }

    private func failure(
        _ generation: PlannedGeneration, _ request: MusicRequest = MusicRequest(prompt: "x", seeds: [1])
    ) async -> MusicError? {
        do {
            for try await _ in generation.generate(request) {}
            return nil
        } catch {
            return error as? MusicError
        }
    }
}
