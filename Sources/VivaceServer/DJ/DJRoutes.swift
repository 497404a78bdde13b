import DJ
import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicEngine
import MusicJobs

/// The DJ over HTTP: conversations that lead to plans, plans that become jobs, and mixes of what was made.
///
/// The keys of services stay in the server.
enum DJRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/dj/providers", .header, .jobs, providers),
        Route(.get, "/v1/dj/providers/{id}/models", .header, .jobs, models),
        Route(.post, "/v1/dj/chat", .header, .jobs, chat),
        Route(.post, "/v1/dj/plan", .header, .jobs, plan),
        Route(.post, "/v1/dj/mixes", .header, .jobs, mix),
        Route(.get, "/v1/songs/{id}/cue", .header, .jobs, cueSheet),
    ]

    // MARK: Services

    @Sendable private static func providers(_ exchange: Exchange) async throws -> Response {
        let settings = exchange.state.settings.dj
        return try Reply.object([
            (
                "data",
                .list(
                    ProviderKind.allCases.map { kind in
                        let missing = settings.missing(kind)
                        return JSONValue([
                            "id": .text(kind.rawValue), "name": .text(kind.name), "is_ready": .flag(missing == nil),
                            "needs_key": .flag(kind.needsKey),
                            "default_model": JSONValue(optional: settings.usualModel(of: kind)),
                            "reason": JSONValue(optional: missing),
                        ])
                    })
            ), ("default", .text(settings.first.rawValue)),
        ])
    }

    /// - Throws: ``ServerFailure`` 404.
    private static func kind(_ exchange: Exchange) throws -> ProviderKind {
        guard let kind = ProviderKind(rawValue: exchange.parameters["id"] ?? "") else {
            throw ServerFailure(404, "There is no such provider", code: "notFound")
        }
        return kind
    }

    @Sendable private static func models(_ exchange: Exchange) async throws -> Response {
        try await exchange.whileConnected { exchange in
            let kind = try Self.kind(exchange)
            let settings = exchange.state.settings.dj
            func answer(_ names: [String], isListed: Bool, _ notice: String?) throws -> Response {
                try Reply.object([
                    ("data", .list(names.prefix(2000).map { .text(String($0.prefix(200))) })),
                    ("is_listed", .flag(isListed)), ("notice", JSONValue(optional: notice)),
                ])
            }
            guard kind != .local else { return try answer([], isListed: true, nil) }
            do {
                return try answer(try await RemoteProvider(kind, settings).models(), isListed: true, nil)
            } catch let error as MusicError where error.code != .cancelled {
                return try answer(settings.knownModels(of: kind), isListed: false, PublicText.of(error))
            }
        }
    }

    // MARK: Conversation

    @Sendable private static func chat(_ exchange: Exchange) async throws -> Response {
        let body = try DJBody(chat: await exchange.jsonObject(limit: DJBody.limit))
        let kind = body.provider ?? exchange.state.settings.dj.first
        let session =
            kind == .local
            ? DJSession(local: try await describer(exchange))
            : DJSession(try RemoteProvider(kind, exchange.state.settings.dj))
        let turn = body.turn
        return EventStreamReply.response(exchange.state.clock) { write in
            do {
                for try await event in session.events(turn) { try await write(.event(text(of: event))) }
            } catch let error as MusicError {
                let failure = JSONValue(["error": JobDocument.error(error)])
                try await write(.event("event: failed\ndata: \(Reply.json(failure))\n\n"))
            }
        }
    }

    private static func text(of event: DJEvent) -> String {
        let (name, data): (String, [String: JSONValue]) =
            switch event {
            case .text(let delta): ("text", ["delta": .text(delta)])
            case .notice(let text): ("notice", ["notice": .text(text)])
            case .plan(let plan): ("plan", ["plan": plan.json])
            case .done(let text, let isCut): ("done", ["text": .text(text), "is_cut": .flag(isCut)])
            }
        return "event: \(name)\ndata: \(Reply.json(.object(data)))\n\n"
    }

    /// The language model that plans songs, as a writer of captions and lyrics; `nil` where none but the built-in one
    /// is there, which knows its own music alone.
    private static func describer(_ exchange: Exchange) async throws -> LocalPlanner.Describe? {
        let state = exchange.state
        guard state.settings.usesLanguageModel != false,
            let name = try await state.models.installedLanguageModels().first
        else { return nil }
        let owner = try exchange.requiredOwner()
        return { query, isInstrumental, language in
            var document: [String: JSONValue] = ["query": .text(query), "instrumental": .flag(isInstrumental)]
            document["vocal_language"] = language.map { .text($0) }
            var request = JobRequest(
                .create, document: document, model: state.settings.model, loadOptions: state.settings.loadOptions)
            request.planning.languageModel = name
            let id = try await state.service.queue.submit(
                JobSubmission(request, owner: owner, priority: .interactive)
            ).job.id
            return try await withTaskCancellationHandler {
                for await event in try await state.service.queue.events(of: id, owner: owner) {
                    switch event.event {
                    case .finished(let result):
                        guard case .object(let members) = result.document else { return nil }
                        return SongWords(
                            caption: members["caption"]?.saying ?? "", lyrics: members["lyrics"]?.saying ?? "")
                    case .failed(let error, _): throw error
                    case .cancelled: return nil
                    default: continue
                    }
                }
                return nil
            } onCancel: {
                Task { _ = try? await state.service.queue.cancel(id, owner: owner) }
            }
        }
    }

    // MARK: Plans and mixes

    /// Checks a plan, and says what jobs it is.
    @Sendable private static func plan(_ exchange: Exchange) async throws -> Response {
        let body = try DJBody(plan: await exchange.jsonObject(limit: DJBody.limit))
        var plan = body.plan ?? SetPlan()
        var notices = body.notices
        let (low, high) = (Double(body.lowest ?? 30), Double(body.highest ?? 300))
        for index in plan.tracks.indices {
            guard let bpm = plan.tracks[index].bpm, bpm < low || bpm > high else { continue }
            plan.tracks[index].bpm = min(high, max(low, bpm))
            notices.append("track \(index + 1): the tempo is brought to \(Int(min(high, max(low, bpm)))) BPM")
        }
        if body.isOrdered { plan.tracks = SetOrder.ordered(plan.tracks, along: body.mood, keeping: body.locked) }
        guard case .object(var document) = plan.json else { return try Reply.json(plan.json, status: 200) }
        var tracks: [JSONValue] = []
        for track in plan.tracks {
            guard case .object(var members) = track.json else { continue }
            let request = body.jobBody(of: track, plan.settings)
            members["request"] = .object(request)
            members["problems"] = .list(try await problems(request, exchange))
            tracks.append(.object(members))
        }
        document["tracks"] = .list(tracks)
        return try Reply.object([("plan", .object(document)), ("notices", .list(notices.map { .text($0) }))])
    }

    /// Why a job would be refused.
    private static func problems(_ request: [String: JSONValue], _ exchange: Exchange) async throws -> [JSONValue] {
        func problem(_ field: String?, _ message: String) -> JSONValue {
            JSONValue(["field": JSONValue(optional: field), "message": .text(message)])
        }
        do {
            let (job, _) = try await JobBody(request).request(exchange)
            _ = try await RequestCheck(exchange.state.engine)(job)
            return []
        } catch let error as MusicError {
            return [problem(error.field, PublicText.of(error))]
        } catch let failure as ServerFailure where failure.status < 500 {
            return failure.fields.isEmpty
                ? [problem(nil, failure.detail)] : failure.fields.map { problem($0.name, $0.message) }
        }
    }

    /// Has songs of the library joined.
    @Sendable private static func mix(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let body = try StrictBody(
            await exchange.jsonObject(),
            names: ["songs", "transitions", "titles", "title", "audio_format", "folder", "priority"])
        var document = body.fields.filter { MixDocument.names.contains($0.key) }
        let mix = try MixDocument(document)
        if mix.titles.isEmpty {
            // What the user calls them counts, and not what was in the files when they were made.
            var titles: [JSONValue] = []
            for song in mix.songs where Handle.kind(of: song) == .song {
                titles.append(.text(try await exchange.service.library.song(song, owner: owner).title))
            }
            if titles.count == mix.songs.count { document["titles"] = .list(titles) }
        }
        let request = JobRequest(
            .mix, document: document, model: exchange.state.settings.model,
            audioFormat: try body.text("audio_format"), title: try body.text("title") ?? "Mix",
            folder: try body.text("folder") ?? "")
        let admission = try await exchange.submit(request, priority: try body.choice("priority", usual: .interactive))
        var headers = NativeRoutes.replay(admission)
        headers[.location] = "/v1/jobs/\(admission.job.id)"
        return try Reply.json(
            JobDocument(status: admission.status, meanSeconds: nil).json, status: admission.isReplay ? 200 : 202,
            headers: headers)
    }

    @Sendable private static func cueSheet(_ exchange: Exchange) async throws -> Response {
        let song = try await exchange.service.library.song(
            exchange.parameters["id"] ?? "", owner: exchange.requiredOwner())
        guard case .object = song.parameters["mix"] ?? .null,
            let data = try? JSONEncoder().encode(JSONValue(["vivace": "", "mix": song.parameters["mix"] ?? .null])),
            let recipe = try? JSONDecoder().decode(MixRecipe.self, from: data)
        else { throw ServerFailure(404, "This song is no mix, and has no cue sheet", code: "notFound") }
        var named = recipe
        named.title = song.title
        return Response(
            status: .ok, headers: [.contentType: "application/x-cue; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: .init(string: named.cueSheet(file: song.file))))
    }
}
