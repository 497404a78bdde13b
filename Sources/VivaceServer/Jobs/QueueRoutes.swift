import Hummingbird
import MusicCore
import MusicJobs

/// The order of one's own jobs that wait, and a pause in which none of one's songs begins.
enum QueueRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/queue", .header, .jobs, show),
        Route(.patch, "/v1/queue", .header, .jobs, change),
        Route(.post, "/v1/jobs/{id}/move", .header, .jobs, move),
    ]

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        let line = await exchange.service.queue.line(of: try exchange.requiredOwner())
        return try Reply.object([
            ("is_paused", .flag(line.isPaused)), ("jobs", .list(line.jobs.map { .text($0) })),
        ])
    }

    @Sendable private static func change(_ exchange: Exchange) async throws -> Response {
        let body = try StrictBody(await exchange.jsonObject(), names: ["is_paused"])
        guard let isPaused = try body.flag("is_paused") else {
            throw StrictBody.wrong("is_paused", "give true or false", .null)
        }
        try await exchange.service.queue.setPaused(isPaused, owner: exchange.requiredOwner())
        return try await show(exchange)
    }

    @Sendable private static func move(_ exchange: Exchange) async throws -> Response {
        let body = try StrictBody(await exchange.jsonObject(), names: ["before"])
        guard body.fields["before"] != nil else {
            throw StrictBody.wrong(
                "before", "give the id of a job of yours that waits, or null for the end", .null)
        }
        let status = try await exchange.service.queue.move(
            exchange.parameters["id"] ?? "", before: body.text("before"), owner: exchange.requiredOwner())
        return try Reply.json(JobDocument(status: status, meanSeconds: nil).json, status: 200)
    }
}
