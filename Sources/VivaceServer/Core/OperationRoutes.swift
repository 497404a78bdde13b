import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicEngine
import MusicJobs
import NIOCore

/// Routes about the server itself: whether it lives and is ready, what it can do, and what it measures.
enum OperationRoutes {
    static let all: [Route] = [
        Route(.get, "/livez", .open, .jobs) { _ in try Reply.object([("status", "ok")]) },
        Route(.get, "/readyz", .open, .jobs, readiness),
        Route(.get, "/v1/capabilities", .header, .jobs, capabilities),
        Route(.get, "/metrics", .header, .jobs, scope: .admin, metrics),
        Route(.get, "/openapi.json", .open, .jobs, description),
    ]

    @Sendable private static func metrics(_ exchange: Exchange) async throws -> Response {
        let text = exchange.state.metrics.text(try await exchange.service.queue.statistics())
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    @Sendable private static func description(_ exchange: Exchange) async throws -> Response {
        try Reply.json(try OpenAPI.document(exchange.state.engine.families), status: 200)
    }

    @Sendable private static func readiness(_ exchange: Exchange) async throws -> Response {
        guard try await exchange.service.queue.statistics().isAccepting else {
            throw ServerFailure(503, "The server is about to end", code: "draining", retryAfter: 10)
        }
        return try Reply.object([("status", "ready")])
    }

    @Sendable private static func capabilities(_ exchange: Exchange) async throws -> Response {
        let state = exchange.state
        let families = state.engine.families.map { family in
            let fields = MusicRequest.fields.descriptions + family.fields + PlanningOptions.fields.descriptions
            return JSONValue([
                "name": .text(family.name),
                "fields": .list(
                    fields.map { field in
                        JSONValue([
                            "name": .text(field.name), "aliases": .list(field.aliases.map { .text($0) }),
                            "expected": .text(field.kind.expected), "group": .text(field.group.rawValue),
                            "help": .text(field.help),
                        ])
                    }),
                "defaults": .object(family.documentDefaults),
            ])
        }
        let limits = state.settings.limits
        return try Reply.object([
            ("version", .text(Release.version)), ("families", .list(families)),
            ("models", .object(try await ModelRoutes.list(exchange))),
            ("kinds", .list(JobKind.allCases.map { .text($0.rawValue) })),
            ("adapters", .list(state.service.adapters.names.map { .text($0) })),
            ("audio_formats", ["flac", "wav", "wav32", "mp3", "opus", "ogg"]),
            ("lyric_formats", ["lrc", "srt", "vtt"]),
            (
                "limits",
                JSONValue([
                    "body_bytes": JSONValue(limits.body), "chat_bytes": JSONValue(limits.chat),
                    "upload_bytes": JSONValue(limits.upload), "waiting": JSONValue(state.service.queue.limits.waiting),
                    "batch_size": JSONValue(RequestLimits.batchSize.upperBound),
                    "duration": .number(RequestLimits.duration.upperBound),
                ])
            ),
        ])
    }
}
