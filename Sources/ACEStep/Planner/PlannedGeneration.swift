import Foundation
import MusicCore

/// A generation that a language model plans first: tempo, key, metre, length, caption, language and audio codes that
/// the request leaves open, then the songs.
///
/// What the user has said always wins. Songs with audio codes of their own are made as one batch.
package struct PlannedGeneration: Sendable {
    private let planner: any MusicPlanner
    private let backend: any SongCodesBackend
    private let options: PlanningOptions

    /// - Parameters:
    ///   - planner: plans.
    ///   - backend: makes the songs.
    ///   - options: what is planned.
    package init(planner: any MusicPlanner, backend: any SongCodesBackend, options: PlanningOptions) {
        self.planner = planner
        self.backend = backend
        self.options = options
    }

    /// Why a request is made without a plan; `nil` if a plan is of use to it.
    ///
    /// Covers and repainted songs follow their source audio and what the user wrote, as in the reference; for tasks on
    /// tracks the metadata, the caption and the language are planned. Songs with source audio have no planned codes,
    /// which would stand in its place.
    package static func reasonAgainst(_ request: MusicRequest) -> String? {
        guard [.cover, .repaint].contains(request.task) else { return nil }
        return "the task \(request.task.rawValue) follows its source audio"
    }

    /// Plans, and makes the songs.
    ///
    /// - Parameters:
    ///   - request: the samples of its audio are read already.
    ///   - details: which events to report beside those that are always reported.
    /// - Returns: events, ending with `finished`, whose result holds the plan. The stream throws ``MusicError``.
    package func generate(
        _ request: MusicRequest, details: MusicDetails = []
    ) -> AsyncThrowingStream<MusicEvent, any Error> {
        .reporting { try await run(request, details, $0) }
    }

    private func run(
        _ request: MusicRequest, _ details: MusicDetails, _ report: @escaping @Sendable (MusicEvent) -> Void
    ) async throws {
        var request = try ACEStepRequest(request.withSeeds()).withGenres()
        _ = try request.validate()
        try options.validate()
        report(.started(.plan))
        let clock = ContinuousClock()
        let start = clock.now
        let plan = try await planner.plan(planRequest(request)) { completed, total in
            report(.progress(.plan, completed: completed, total: total))
        }
        let seconds = (clock.now - start) / .seconds(1)
        apply(plan, to: &request)
        var result = try await songs(
            of: request.neutral, codes: plan.codes.isEmpty ? nil : plan.codes, details, report)
        result.plan = plan
        if request.findsScores { try await score(&result, request, plan) }
        result.seconds[.plan] = seconds
        try Task.checkCancellation()
        report(.finished(result))
    }

    /// Has the language model listen to finished songs.
    private func score(_ result: inout MusicResult, _ request: ACEStepRequest, _ plan: Plan) async throws {
        for index in result.songs.indices where !result.songs[index].audio.channels.isEmpty {
            let song = try ACEStepRequest(result.request(ofSong: index))
            let codes =
                plan.codes.indices.contains(index)
                ? plan.codes[index]
                : try await backend.audioCodes(of: AudioInput(audio: result.songs[index].audio))
            var asked = plan.metadata
            asked.caption = asked.caption ?? song.prompt
            asked.bpm = asked.bpm ?? song.bpm
            asked.duration = asked.duration ?? song.duration.map { Int($0) }
            asked.keyScale = asked.keyScale ?? song.keyScale
            asked.language = asked.language ?? Self.stated(language: song.vocalLanguage)
            asked.timeSignature = asked.timeSignature ?? song.timeSignature
            var scores = result.songs[index].scores ?? SongScores()
            scores.heard = try await planner.score(
                codes: codes, asked: asked, lyrics: song.isWordless ? "" : song.lyrics, scale: song.scoreScale)
            result.songs[index].scores = scores
        }
    }

    /// What the language model is asked for.
    private func planRequest(_ request: ACEStepRequest) -> PlanRequest {
        var options = options
        if request.audioCodes != nil || request.task != .text2music { options.writesCodes = false }
        if request.instrumental { options.rewritesLyrics = false }
        // A song that follows codes is as long as they are.
        let codeSeconds = request.audioCodes.map { Double(AudioCodeText.codes(in: $0).count) / 5 }
        let sourceSeconds = request.task == .text2music ? nil : request.source?.audio?.duration
        let duration = codeSeconds ?? request.duration ?? sourceSeconds
        let language = Self.stated(language: request.vocalLanguage)
        let known = SongMetadata(
            bpm: request.bpm, duration: duration.map { Int($0) }.flatMap { $0 > 0 ? $0 : nil },
            keyScale: request.keyScale.flatMap(Self.stated), language: language,
            timeSignature: request.timeSignature.flatMap(Self.stated))
        let lyrics = request.instrumental ? "[Instrumental]" : request.lyrics
        return PlanRequest(
            caption: request.prompt, lyrics: lyrics, known: known, duration: duration, seeds: request.seeds,
            options: options)
    }

    private static func stated(language: String?) -> String? {
        language == PromptText.unknownLanguage ? nil : language
    }

    private static func stated(_ text: String) -> String? {
        let text = text.trimmingCharacters(in: .whitespaces)
        return text.isEmpty || text.lowercased() == "n/a" ? nil : text
    }

    /// Fills in what the request leaves open.
    private func apply(_ plan: Plan, to request: inout ACEStepRequest) {
        let metadata = plan.metadata
        request.bpm = request.bpm ?? metadata.bpm
        if request.keyScale.flatMap(Self.stated) == nil { request.keyScale = metadata.keyScale ?? request.keyScale }
        if request.timeSignature.flatMap(Self.stated) == nil {
            request.timeSignature = metadata.timeSignature ?? request.timeSignature
        }
        if request.audioCodes == nil, request.task == .text2music {
            request.duration = request.duration ?? metadata.duration.map(Double.init)
        }
        if let lyrics = plan.lyrics { request.lyrics = lyrics }
        if options.rewritesCaption || request.prompt.isEmpty { request.prompt = metadata.caption ?? request.prompt }
        if options.detectsLanguage, Self.stated(language: request.vocalLanguage) == nil {
            request.vocalLanguage = metadata.language ?? request.vocalLanguage
        }
    }

    /// The songs, each with audio codes of its own where some were planned.
    private func songs(
        of request: MusicRequest, codes: [[Int]]?, _ details: MusicDetails, _ report: (MusicEvent) -> Void
    ) async throws -> MusicResult {
        for try await event in backend.generate(request, codes: codes, details: details) {
            if case .finished(let result) = event { return result }
            report(event)
        }
        throw CancellationError()
    }
}

/// A backend whose songs can follow audio codes of their own.
package protocol SongCodesBackend: MusicBackend {
    /// Makes songs that follow audio codes of their own, as one batch: what is the same for all is computed once.
    ///
    /// - Parameters:
    ///   - request: without audio codes if its songs have their own.
    ///   - codes: a list of codes for each song; `nil` if the songs don't have their own.
    ///   - details: which events to report beside those that are always reported.
    /// - Returns: events, ending with `finished`, whose songs hold their codes; the stream throws ``MusicError``.
    func generate(
        _ request: MusicRequest, codes: [[Int]]?, details: MusicDetails
    ) -> AsyncThrowingStream<MusicEvent, any Error>
}
