import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicJobs

/// The routes of ACE-Step's API server that make songs and give them out.
enum NativeRoutes {
    static let all: [Route] = [
        Route(.post, "/release_task", .body, releaseTask),
        Route(.post, "/query_result", .body, scope: .read, queryResult),
        Route(.get, "/v1/audio", .open, AudioRoute.answer),
        Route(.get, "/v1/audio/{handle}", .open, AudioRoute.answer),
        Route(.post, "/cancel_task", .body, cancelTask),
    ]

    // MARK: Taking on

    @Sendable private static func releaseTask(_ exchange: Exchange) async throws -> Response {
        let (exchange, form) = try await form(exchange)
        let request = try await Submission(exchange: exchange).request(form.fields, form.files)
        let admission = try await exchange.submit(request)
        let id = JSONValue.text(admission.job.id)
        let data = JSONValue([
            "task_id": id, "status": "queued", "queue_position": JSONValue(admission.status.position ?? 1),
            "notices": .list(admission.job.request.notices.map { .text($0) }),
        ])
        // Some clients look for the id at the top.
        return try Reply.wrapped(
            data, now: exchange.now, more: [("task_id", id), ("status", "queued")], headers: replay(admission))
    }

    /// The body of a request, whose token counts as a key.
    ///
    /// - Returns: the request with its owner, and the body.
    static func form(_ exchange: Exchange) async throws -> (Exchange, BodyForm) {
        let type = exchange.request.headers[.contentType]
        let limits = exchange.state.settings.limits
        let isForm = type?.lowercased().hasPrefix("multipart/") == true
        let data: Data
        do {
            data = try await exchange.body(limit: isForm ? limits.upload : limits.body)
        } catch let failure as ServerFailure where failure.status == 413 && exchange.owner == nil {
            throw ServerFailure(401, "Missing ai_token or Authorization header")
        }
        let form: BodyForm
        do {
            form = try BodyForm(data, type: type)
        } catch {
            // Whoever shows no key is told nothing of what is wrong with the body.
            _ = try Authentication(exchange.state.settings.keys).holder(token: nil, header: exchange.holder)
            throw error
        }
        var exchange = exchange
        exchange.holder = try Authentication(exchange.state.settings.keys)
            .holder(token: form.fields["ai_token"]?.plainText, header: exchange.holder)
        try exchange.require(exchange.scope)
        return (exchange, form)
    }

    /// Header fields that say that a submission came before.
    static func replay(_ admission: JobAdmission) -> HTTPFields {
        guard admission.isReplay, let name = HTTPField.Name("Idempotency-Replayed") else { return [:] }
        return [name: "true"]
    }

    // MARK: Results

    @Sendable private static func queryResult(_ exchange: Exchange) async throws -> Response {
        let (exchange, form) = try await form(exchange)
        let ids = try ids(in: form.fields, limit: exchange.state.settings.limits.ids)
        var items: [JSONValue] = []
        let owner = try exchange.requiredOwner()
        let finished = exchange.state.finishedTasks
        for id in ids {
            if let known = finished.find(id, owner: owner) {
                items.append(known)
                continue
            }
            do {
                let status = try await exchange.service.queue.status(of: id, owner: exchange.owner)
                let item = try TaskResult(status, now: exchange.now).item()
                items.append(item)
                if status.job.state.isFinal { finished.add(item, of: id, owner: owner) }
            } catch let refusal as JobRefusal where refusal.reason == .notFound {
                items.append(try TaskResult.unknown(id, now: exchange.now))
            }
        }
        return try Reply.wrapped(.list(items), now: exchange.now)
    }

    /// The ids that are asked for: a list, the JSON text of one, or a single one, under several names.
    private static func ids(in fields: [String: JSONValue], limit: Int) throws -> [String] {
        var values: [JSONValue] = []
        for name in ["task_id_list", "task_ids", "task_id", "job_id"] {
            switch fields[name] {
            case nil, .null: continue
            case .list(let list): values = list
            case .text(let text) where text.trimming.hasPrefix("["):
                values = (try? JSONText.read(Data(text.utf8), what: "The list"))?.items ?? []
            case .text(let text): values = text.split(separator: ",").map { .text($0.trimming) }
            case let value?: values = [value]
            }
            break
        }
        guard values.count <= limit else {
            throw ServerFailure(413, "There are \(values.count) ids in the list; ask for at most \(limit) at once")
        }
        return values.map(\.plainText)
    }

    // MARK: Cancelling

    @Sendable private static func cancelTask(_ exchange: Exchange) async throws -> Response {
        let (exchange, form) = try await form(exchange)
        guard let id = form.fields["job_id"]?.saying ?? form.fields["task_id"]?.saying else {
            throw ServerFailure(400, "'job_id' is required")
        }
        _ = try await exchange.service.queue.cancel(id, owner: exchange.owner)
        return try Reply.wrapped(
            JSONValue(["job_id": .text(id), "task_id": .text(id), "status": "cancelled"]), now: exchange.now)
    }
}
