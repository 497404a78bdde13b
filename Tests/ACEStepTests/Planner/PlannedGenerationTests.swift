import ACEStep
import MusicCore
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

        /// The first request that the backend was given.
        var made: ACEStepRequest {
            get throws { try ACEStepRequest(try #require(backend.requests.first)) }
        }
    }

    private func run(
        _ request: ACEStepRequest, _ options: PlanningOptions = PlanningOptions(), codes: [[Int]] = [],
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
        for try await event in generation.generate(request.neutral, details: details) { events.append(event) }
        guard case .finished(let result) = events.last else { throw MusicError(.internal, "no result") }
        return Run(planner: planner, backend: backend, events: events, result: result)
    }

    // MARK: Who decides

    @Test func whatIsOpenComesFromThePlan() async throws {
        let run = try await run(ACEStepRequest(prompt: "x", seeds: [1]))
        let asked = try #require(run.planner.requests.first)
        #expect(asked.caption == "x" && asked.lyrics.isEmpty && asked.known == SongMetadata())
        #expect(asked.duration == nil && asked.seeds == [1])
        let made = try run.made
        #expect(made.bpm == 90 && made.keyScale == "A minor" && made.timeSignature == "3" && made.duration == 40)
        #expect(made.prompt == "a better caption" && made.vocalLanguage == "fr" && made.audioCodes == nil)
        #expect(run.backend.requests.count == 1 && run.backend.codes == [nil])
    }

    @Test func theUsersValuesWin() async throws {
        let request = ACEStepRequest(
            prompt: "x", lyrics: "la", vocalLanguage: "de", duration: 37.4, bpm: 120, keyScale: "C major",
            timeSignature: "4", seeds: [1])
        let run = try await run(request)
        let asked = try #require(run.planner.requests.first)
        #expect(
            asked.known
                == SongMetadata(bpm: 120, duration: 37, keyScale: "C major", language: "de", timeSignature: "4"))
        #expect(asked.duration == 37.4)
        var expected = request
        expected.prompt = "a better caption"
        #expect(run.backend.requests == [expected.neutral])
    }

    @Test func wordsForNothingAreNoValues() async throws {
        let request = ACEStepRequest(
            prompt: "x", vocalLanguage: "unknown", keyScale: " N/A", timeSignature: "", seeds: [1])
        let run = try await run(request)
        #expect(run.planner.requests.first?.known == SongMetadata())
        #expect(try run.made.keyScale == "A minor")
        #expect(try run.made.timeSignature == "3")
        #expect(try run.made.vocalLanguage == "fr")
    }

    @Test func partsThatAreTurnedOffStayAsTheyAre() async throws {
        var options = PlanningOptions()
        options.rewritesCaption = false
        options.detectsLanguage = false
        let run = try await run(ACEStepRequest(prompt: "x", seeds: [1]), options)
        let made = try run.made
        #expect(made.prompt == "x" && made.vocalLanguage == nil)
        let unknown = try await self.run(ACEStepRequest(prompt: "x", vocalLanguage: "unknown", seeds: [1]), options)
        #expect(try unknown.made.vocalLanguage == "unknown")
        // Without a caption there is nothing to keep.
        let empty = try await self.run(ACEStepRequest(prompt: "", seeds: [1]), options)
        #expect(try empty.made.prompt == "a better caption")
    }

    @Test func anInstrumentalHasNoWordsForThePlanner() async throws {
        let run = try await run(ACEStepRequest(prompt: "x", lyrics: "la", instrumental: true, seeds: [1]))
        #expect(run.planner.requests.first?.lyrics == "[Instrumental]")
    }

    @Test func newLyricsAreSung() async throws {
        let run = try await run(ACEStepRequest(prompt: "x", lyrics: "la", seeds: [1]), lyrics: "[Verse]\nla")
        #expect(try run.made.lyrics == "[Verse]\nla")
    }

    @Test func codesOfTheUserAreKept() async throws {
        var request = ACEStepRequest(prompt: "x", seeds: [1])
        request.audioCodes = "<|audio_code_5|>"
        let run = try await run(request)
        #expect(run.planner.requests.first?.options.writesCodes == false)
        #expect(try run.made.audioCodes == "<|audio_code_5|>")
        #expect(run.backend.codes == [nil])
    }

    @Test func coversAndRepaintsAreNotPlanned() {
        for task in MusicTask.known {
            var request = MusicRequest(prompt: "x")
            request.task = task
            let reason = PlannedGeneration.reasonAgainst(request)
            #expect((reason == nil) == ![.cover, .repaint].contains(task))
            #expect(reason?.contains(task.rawValue) ?? true)
        }
    }

    // MARK: Songs of their own

    @Test func eachSongFollowsItsCodesFromItsSeed() async throws {
        let request = ACEStepRequest(prompt: "x", seeds: [7, 8, 9], batchSize: 3)
        let codes = [[1, 2], [3, 4], [5, 6]]
        let run = try await run(request, codes: codes)
        #expect(run.planner.requests.first?.seeds == [7, 8, 9])
        // All songs are one batch, which is told the codes of each.
        #expect(run.backend.requests.map(\.seeds) == [[7, 8, 9]])
        #expect(run.backend.requests.map(\.batchSize) == [3])
        #expect(run.backend.codes == [codes])
        #expect(try run.made.audioCodes == nil)

        let texts = codes.map { AudioCodeText.text($0) }
        #expect(run.result.songs.map(\.seed) == [7, 8, 9])
        #expect(run.result.songs.map { $0.request?.options["audio_codes"]?.plainText } == texts)
        #expect(run.result.request.seeds == [7, 8, 9] && run.result.request.batchSize == 3)
        #expect(run.result.request.options["audio_codes"] == nil)
        #expect(run.result.plan?.codes == codes)
        #expect(run.result.seconds[.diffuse] == 6 && run.result.seconds[.decode] == 3)
        #expect((run.result.seconds[.plan] ?? -1) >= 0)
    }

    @Test func missingSeedsAreDrawnBeforeThePlan() async throws {
        let run = try await run(ACEStepRequest(prompt: "x", seeds: [7], batchSize: 2), codes: [[1], [2]])
        let seeds = try #require(run.planner.requests.first?.seeds)
        #expect(seeds.count == 2 && seeds[0] == 7)
        #expect(run.result.songs.map(\.seed) == seeds)
    }

    @Test func eventsAreThoseOfOneBatch() async throws {
        let run = try await run(
            ACEStepRequest(prompt: "x", seeds: [7, 8], batchSize: 2), codes: [[1], [2]], details: [.previews, .audio])
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
            case .progress(.plan, let completed, let total, _): plan.append([completed, total])
            case .progress(_, let completed, let total, let fraction):
                progress.append([completed, total])
                #expect(fraction == 0.5)
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
        #expect(started == [.plan, .diffuse])
        let finished = run.events.filter { if case .finished = $0 { true } else { false } }
        #expect(finished.count == 1)
    }

    // MARK: What is told of it

    @Test func parametersTellWhatWasFound() async throws {
        let request = ACEStepRequest(prompt: "x", bpm: 120, seeds: [7, 8], batchSize: 2)
        let run = try await run(request, codes: [[1], [2]])
        let plan = try #require(run.result.plan)
        let songs = run.result.songs.indices.map { index in
            ACEStepFamily().parameters(of: run.result.request(ofSong: index), plan: plan)
        }
        let first = try #require(songs.first)
        #expect(first["bpm"] == .integer(120) && (first["cot_bpm"] ?? .null) == .null)
        #expect(first["cot_keyscale"] == .text("A minor") && first["cot_timesignature"] == .text("3"))
        #expect(first["cot_duration"] == .number(40))
        #expect(first["cot_vocal_language"] == .text("fr") && first["cot_caption"] == .text("a better caption"))
        #expect(
            songs.map { $0["audio_codes"] } == [JSONValue.text("<|audio_code_1|>"), .text("<|audio_code_2|>")])
        #expect(songs.map { $0["seed"] } == [JSONValue.integer(7), .integer(8)])
        #expect(
            plan.metadata.object == [
                "bpm": 120, "caption": "a better caption", "duration": 40, "keyscale": "A minor", "language": "fr",
                "timesignature": "3",
            ])
        #expect(plan.reasoningSeconds == 1.5 && plan.codesSeconds == 2.5)
    }

    // MARK: When it goes wrong

    @Test func badRequestsAndOptionsReachNobody() async {
        let planner = FakePlanner { Self.plan($0, codes: []) }
        let backend = FakeBackend()
        var options = PlanningOptions()
        options.sampling.temperature = 3
        for (request, options) in [
            (MusicRequest(prompt: "x"), options),
            (ACEStepRequest(prompt: "x", bpm: 1).neutral, PlanningOptions()),
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
                if case .progress(.plan, _, _, _) = event { withUnsafeCurrentTask { $0?.cancel() } }
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
            if case .progress(.diffuse, _, _, _) = event { break }
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
