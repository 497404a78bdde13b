import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicJobs
import NIOCore

/// The library over HTTP: search, ratings, favourites, folders, and a trash from which songs come back.
enum SongRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/songs", .header, .jobs, list),
        Route(.get, "/v1/songs/{id}", .header, .jobs, show),
        Route(.patch, "/v1/songs/{id}", .header, .jobs, change),
        Route(.delete, "/v1/songs/{id}", .header, .jobs, trash),
        Route(.post, "/v1/songs/{id}/restore", .header, .jobs, restore),
        Route(.get, "/v1/folders", .header, .jobs, folders),
        Route(.get, "/v1/songs/{id}/lyrics.lrc", .header, .jobs) { try await lyrics($0, as: .lrc) },
        Route(.get, "/v1/songs/{id}/lyrics.srt", .header, .jobs) { try await lyrics($0, as: .srt) },
        Route(.get, "/v1/songs/{id}/lyrics.vtt", .header, .jobs) { try await lyrics($0, as: .vtt) },
        Route(.delete, "/v1/trash", .header, .jobs, emptyTrash),
    ]

    // MARK: Looking

    @Sendable private static func list(_ exchange: Exchange) async throws -> Response {
        let query = try query(exchange)
        let page = try await exchange.service.library.songs(query)
        let next = query.offset + page.songs.count
        return try Reply.object([
            ("songs", .list(page.songs.map(SongDocument.json))), ("total", JSONValue(page.total)),
            ("next_offset", next < page.total && !page.songs.isEmpty ? JSONValue(next) : .null),
        ])
    }

    private static func query(_ exchange: Exchange) throws -> SongQuery {
        var query = SongQuery(exchange.query("text") ?? "", owner: try exchange.requiredOwner())
        query.isFavourite = try exchange.queryFlag("favourite")
        query.isTrashed = try exchange.queryFlag("trashed") ?? false
        query.rating = try exchange.queryNumber("rating", 1...5)
        query.folder = exchange.query("folder")
        query.offset = try exchange.queryNumber("offset", 0...1_000_000_000) ?? 0
        query.limit = try exchange.queryNumber("limit", 1...1000) ?? 50
        if let name = exchange.query("order") {
            guard let order = SongQuery.Order(rawValue: name) else {
                let names = SongQuery.Order.allCases.map(\.rawValue).joined(separator: ", ")
                throw ServerFailure(400, "The order must be one of \(names)")
            }
            query.order = order
        }
        return query
    }

    private static func id(_ exchange: Exchange) -> String { exchange.parameters["id"] ?? "" }

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        let song = try await exchange.service.library.song(id(exchange), owner: exchange.requiredOwner())
        return try Reply.json(SongDocument.json(song), status: 200)
    }

    @Sendable private static func folders(_ exchange: Exchange) async throws -> Response {
        let folders = try await exchange.service.library.folders(owner: exchange.requiredOwner())
        return try Reply.object([
            (
                "folders",
                .list(
                    folders.sorted { $0.key < $1.key }.map { name, count in
                        JSONValue(["name": .text(name), "songs": JSONValue(count)])
                    })
            )
        ])
    }

    /// When the lyrics of a song are sung, of a song that was made with `get_lrc`.
    private static func lyrics(_ exchange: Exchange, as format: TimedLyricsFormat) async throws -> Response {
        let times = try await exchange.service.library.lyricTimes(of: id(exchange), owner: exchange.requiredOwner())
        guard let times else {
            throw ServerFailure(404, "The song has no times of its lyrics: make it with get_lrc", code: "noLyricTimes")
        }
        let type = format == .vtt ? "text/vtt; charset=utf-8" : "text/plain; charset=utf-8"
        return Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: try times.text(as: format))))
    }

    // MARK: Changing

    @Sendable private static func change(_ exchange: Exchange) async throws -> Response {
        let body = try StrictBody(
            await exchange.jsonObject(), names: ["title", "rating", "favourite", "folder"])
        let change = SongChange(
            title: try body.text("title"), rating: try body.integer("rating", 0...5),
            isFavourite: try body.flag("favourite"), folder: try body.text("folder"))
        let song = try await exchange.service.library.change(id(exchange), change, owner: exchange.requiredOwner())
        return try Reply.json(SongDocument.json(song), status: 200)
    }

    @Sendable private static func trash(_ exchange: Exchange) async throws -> Response {
        let song = try await exchange.service.library.trash(id(exchange), owner: exchange.requiredOwner())
        return try Reply.json(SongDocument.json(song), status: 200)
    }

    @Sendable private static func restore(_ exchange: Exchange) async throws -> Response {
        let song = try await exchange.service.library.restore(id(exchange), owner: exchange.requiredOwner())
        return try Reply.json(SongDocument.json(song), status: 200)
    }

    @Sendable private static func emptyTrash(_ exchange: Exchange) async throws -> Response {
        let age = try exchange.queryNumber("older_than", 0...1_000_000_000) ?? 0
        let removed = try await exchange.service.library.emptyTrash(
            olderThan: Double(age), owner: exchange.requiredOwner())
        return try Reply.object([("removed", .list(removed.map { .text($0) }))])
    }
}

/// A song of the library as the job API tells of it.
enum SongDocument {
    static func json(_ song: SongRecord) -> JSONValue {
        JSONValue([
            "id": .text(song.id), "url": .text(JobDocument.address(song.id)), "job": JSONValue(optional: song.job),
            "index": JSONValue(song.index), "title": .text(song.title), "caption": .text(song.caption),
            "lyrics": .text(song.lyrics), "parameters": .object(song.parameters), "model": .text(song.model),
            "seed": JSONValue(song.seed), "duration": JSONValue(optional: song.duration),
            "sample_rate": song.sampleRate.map { JSONValue($0) } ?? .null, "bytes": JSONValue(song.bytes),
            "format": .text(song.format), "created_at": .number(song.created.timeIntervalSince1970),
            "rating": song.rating.map { JSONValue($0) } ?? .null, "favourite": .flag(song.isFavourite),
            "folder": .text(song.folder),
            "trashed_at": JSONValue(optional: song.trashed.map(\.timeIntervalSince1970)),
        ])
    }
}
