import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicEngine
import MusicJobs

/// Files that jobs work on, whose handles stand in requests.
enum UploadRoutes {
    static let all: [Route] = [
        Route(.post, "/v1/uploads", .header, .jobs, store),
        Route(.get, "/v1/uploads/{id}", .header, .jobs, show),
        Route(.delete, "/v1/uploads/{id}", .header, .jobs, remove),
    ]

    /// A whole file: the body itself, or the only file of a multipart form.
    @Sendable private static func store(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let data = try await exchange.body(limit: exchange.state.settings.limits.upload)
        let type = exchange.request.headers[.contentType]
        var file = BodyForm.File(field: "file", name: exchange.query("name") ?? "audio", data: data)
        if type?.lowercased().hasPrefix("multipart/") == true {
            guard let first = try BodyForm(data, type: type).files.first else {
                throw ServerFailure(400, "The form has no file; send one")
            }
            file = first
        }
        let sources = AudioSources(exchange: exchange, owner: owner)
        let id = try await sources.store(file.data, name: file.name)
        let upload = try await exchange.service.uploads.upload(id, owner: owner)
        return try Reply.json(json(upload), status: 201, headers: [.location: "/v1/uploads/\(id)"])
    }

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        let upload = try await exchange.service.uploads.upload(
            exchange.parameters["id"] ?? "", owner: exchange.requiredOwner())
        return try Reply.json(json(upload), status: 200)
    }

    @Sendable private static func remove(_ exchange: Exchange) async throws -> Response {
        try await exchange.service.uploads.remove(exchange.parameters["id"] ?? "", owner: exchange.requiredOwner())
        return Response(status: .noContent)
    }

    private static func json(_ upload: UploadRecord) -> JSONValue {
        JSONValue([
            "id": .text(upload.id), "name": .text(upload.name), "bytes": JSONValue(upload.length),
            "sha256": JSONValue(optional: upload.sha256), "duration": JSONValue(optional: upload.audio?.duration),
            "sample_rate": upload.audio.map { JSONValue($0.sampleRate) } ?? .null,
            "channels": upload.audio.map { JSONValue($0.channels) } ?? .null,
            "expires": .number(upload.expires.timeIntervalSince1970),
        ])
    }
}
