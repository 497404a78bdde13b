import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicEngine
import MusicJobs
import NIOCore

/// The job API: strict requests, jobs as resources, events as they happen.
enum JobRoutes {
    static let all: [Route] = [
        Route(.post, "/v1/jobs", .header, .jobs, submit),
        Route(.post, "/v1/jobs/batch", .header, .jobs, submitBatch),
        Route(.get, "/v1/jobs", .header, .jobs, list),
        Route(.get, "/v1/jobs/{id}", .header, .jobs, show),
        Route(.delete, "/v1/jobs/{id}", .header, .jobs, cancel),
        Route(.post, "/v1/jobs/{id}/cancel", .header, .jobs, cancel),
        Route(.get, "/v1/jobs/{id}/events", .header, .jobs, events),
        Route(.get, "/v1/jobs/{id}/parts/{name}", .header, .jobs, part),
        Route(.get, "/v1/jobs/{id}/archive", .header, .jobs, ArchiveRoute.answer),
        Route(.get, "/v1/events", .header, .jobs, feed),
        Route(.post, "/v1/music/generate", .body, .jobs, legacy),
    ]

    // MARK: Taking on

    @Sendable private static func submit(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.jsonObject()
        let (request, priority) = try await JobBody(body).request(exchange)
        let admission = try await exchange.submit(request, priority: priority)
        var headers = NativeRoutes.replay(admission)
        headers[.location] = "/v1/jobs/\(admission.job.id)"
        return try Reply.json(
            JobDocument(status: admission.status, meanSeconds: nil).json, status: admission.isReplay ? 200 : 202,
            headers: headers)
    }

    private static let longestBatch = 100

    /// Several jobs, all or none.
    @Sendable private static func submitBatch(_ exchange: Exchange) async throws -> Response {
        let body = try StrictBody(await exchange.jsonObject(), names: ["jobs"])
        guard case .list(let items)? = body.fields["jobs"], (1...longestBatch).contains(items.count) else {
            throw StrictBody.wrong(
                "jobs", "give a list of 1 to \(longestBatch) jobs", body.fields["jobs"] ?? .null)
        }
        var submissions: [JobSubmission] = []
        for (index, item) in items.enumerated() {
            guard case .object(let fields) = item else {
                throw StrictBody.wrong("jobs[\(index)]", "give an object", item)
            }
            let (request, priority) = try await JobBody(fields).request(exchange)
            submissions.append(
                JobSubmission(
                    request, owner: try exchange.requiredOwner(), priority: priority,
                    idempotencyKey: exchange.idempotencyKey, waitingLimit: exchange.holder?.waiting))
        }
        let admissions = try await exchange.service.queue.submit(submissions)
        let isReplay = admissions.allSatisfy(\.isReplay)
        return try Reply.object(
            [
                ("batch", JSONValue(optional: admissions.first?.job.batch)),
                ("jobs", .list(admissions.map { JobDocument(status: $0.status, meanSeconds: nil).json })),
            ], status: isReplay ? 200 : 202, headers: admissions.first.map(NativeRoutes.replay) ?? [:])
    }

    /// The reference's first releases: lenient as its later ones, and without an envelope.
    @Sendable private static func legacy(_ exchange: Exchange) async throws -> Response {
        let (exchange, form) = try await NativeRoutes.form(exchange)
        let request = try await Submission(exchange: exchange).request(form.fields, form.files)
        let admission = try await exchange.submit(request)
        return try Reply.json(
            JobDocument(status: admission.status, meanSeconds: nil).json, status: 200,
            headers: NativeRoutes.replay(admission))
    }

    // MARK: Asking

    private static func id(_ exchange: Exchange) -> String { exchange.parameters["id"] ?? "" }

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let id = id(exchange)
        if let known = exchange.state.finishedJobs.find(id, owner: owner) { return Reply.jsonText(known) }
        let status = try await exchange.service.queue.status(of: id, owner: owner)
        let text = Reply.json(JobDocument(status: status, meanSeconds: await exchange.service.queue.mean).json)
        if status.job.state.isFinal { exchange.state.finishedJobs.add(text, of: id, owner: owner) }
        return Reply.jsonText(text)
    }

    @Sendable private static func list(_ exchange: Exchange) async throws -> Response {
        var query = JobQuery(owner: try exchange.requiredOwner())
        if let text = exchange.query("state") {
            let states = text.split(separator: ",").map { JobState(rawValue: String($0)) }
            guard states.allSatisfy({ $0 != nil }) else {
                throw ServerFailure(
                    400, "The state is not known; give " + JobState.allCases.map(\.rawValue).joined(separator: ", "))
            }
            query.states = Set(states.compactMap { $0 })
        }
        query.limit = try exchange.queryNumber("limit", 1...1000) ?? 50
        query.batch = exchange.query("batch")
        query.after = exchange.query("cursor")
        let jobs = try await exchange.service.queue.jobs(query)
        return try Reply.object([
            ("jobs", .list(jobs.map { JobDocument(status: JobStatus($0), meanSeconds: nil).json })),
            ("cursor", jobs.count == query.limit ? JSONValue(optional: jobs.last?.id) : .null),
        ])
    }

    @Sendable private static func cancel(_ exchange: Exchange) async throws -> Response {
        let status = try await exchange.service.queue.cancel(id(exchange), owner: exchange.requiredOwner())
        return try Reply.json(JobDocument(status: status, meanSeconds: nil).json, status: 200)
    }

    @Sendable private static func events(_ exchange: Exchange) async throws -> Response {
        let stream = try await exchange.service.queue.events(
            of: id(exchange), after: lastEvent(exchange), owner: exchange.requiredOwner())
        return EventStreamReply.response(exchange.state.clock) { write in
            for await event in stream { try await write(.event(try JobEventText.text(of: event))) }
        }
    }

    /// A stretch of a song that is being made.
    @Sendable private static func part(_ exchange: Exchange) async throws -> Response {
        let file = try await exchange.service.queue.part(
            exchange.parameters["name"] ?? "", of: id(exchange), owner: exchange.requiredOwner())
        guard case .content(let data) = PlainFile(path: file.path, limit: 64 << 20) else {
            throw ServerFailure(404, "The part is gone: the job is over", code: "notFound")
        }
        return Response(
            status: .ok, headers: [.contentType: "audio/wav", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// The events of all jobs of an owner; it never ends.
    @Sendable private static func feed(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let queue = exchange.service.queue
        let stream = exchange.service.events.feed(after: try lastEvent(exchange))
        return EventStreamReply.response(exchange.state.clock) { write in
            // Whose a job is does not change.
            var isOwn: [String: Bool] = [:]
            for await event in stream {
                let mine: Bool
                if let known = isOwn[event.job] {
                    mine = known
                } else {
                    mine = (try? await queue.status(of: event.job, owner: owner)) != nil
                    if isOwn.count >= 10_000 { isOwn = [:] }
                    isOwn[event.job] = mine
                }
                if mine { try await write(.event(try JobEventText.text(of: event, naming: true))) }
            }
        }
    }

    /// The number of the event behind which a stream goes on.
    private static func lastEvent(_ exchange: Exchange) throws -> Int {
        let text = exchange.header("Last-Event-ID") ?? exchange.query("last_event_id") ?? "0"
        guard let number = Int(text), number >= 0 else {
            throw ServerFailure(400, "Last-Event-ID must be the number of an event")
        }
        return number
    }
}
