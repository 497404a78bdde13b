import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicEngine
import MusicJobs

/// Files that jobs work on, whose handles stand in requests: whole, or in pieces by the tus protocol (1.0, core with
/// creation and termination).
enum UploadRoutes {
    static let all: [Route] = [
        Route(.post, "/v1/uploads", .header, .jobs, store),
        Route(.options, "/v1/uploads", .open, .jobs, options),
        Route(.head, "/v1/uploads/{id}", .header, .jobs, offset),
        Route(.get, "/v1/uploads/{id}", .header, .jobs, show),
        Route(.patch, "/v1/uploads/{id}", .header, .jobs, append),
        Route(.delete, "/v1/uploads/{id}", .header, .jobs, remove),
    ]

    private static let version = "1.0.0"
    private static let versionField = HTTPField.Name("Tus-Resumable")!
    private static let offsetField = HTTPField.Name("Upload-Offset")!
    private static let lengthField = HTTPField.Name("Upload-Length")!
    /// Bytes of a piece that are brought to the disk together.
    private static let pieceBytes = 4 << 20

    // MARK: Whole files

    /// A whole file, the body itself or the only file of a multipart form; or, with `Upload-Length`, the beginning of
    /// one in pieces.
    @Sendable private static func store(_ exchange: Exchange) async throws -> Response {
        if exchange.header("Upload-Length") != nil { return try await begin(exchange) }
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
        guard !file.data.isEmpty else {
            throw ServerFailure(400, "The body is empty; send an audio file, or say its length in Upload-Length")
        }
        let id = try await AudioSources(exchange: exchange, owner: owner).store(file.data, name: file.name)
        let upload = try await exchange.service.uploads.upload(id, owner: owner)
        return try Reply.json(json(upload), status: 201, headers: [.location: address(id)])
    }

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        try Reply.json(json(try await upload(exchange)), status: 200)
    }

    @Sendable private static func remove(_ exchange: Exchange) async throws -> Response {
        try checkVersion(exchange)
        let upload = try await upload(exchange)
        try await exchange.service.uploads.remove(upload.id, owner: exchange.requiredOwner())
        return Response(status: .noContent, headers: [versionField: version])
    }

    // MARK: In pieces

    @Sendable private static func options(_ exchange: Exchange) async throws -> Response {
        var headers = HTTPFields()
        headers[versionField] = version
        headers[HTTPField.Name("Tus-Version")!] = version
        headers[HTTPField.Name("Tus-Extension")!] = "creation,termination"
        headers[HTTPField.Name("Tus-Max-Size")!] = String(exchange.service.uploads.limits.bytes)
        headers[.allow] = "OPTIONS, POST"
        return Response(status: .noContent, headers: headers)
    }

    private static func begin(_ exchange: Exchange) async throws -> Response {
        try checkVersion(exchange)
        let length = try number(exchange, lengthField)
        let upload = try await exchange.service.uploads.create(
            owner: exchange.requiredOwner(), name: try name(exchange), length: length)
        return try Reply.json(
            json(upload), status: 201,
            headers: [.location: address(upload.id), versionField: version, offsetField: "0"])
    }

    @Sendable private static func offset(_ exchange: Exchange) async throws -> Response {
        try checkVersion(exchange)
        return Response(status: .ok, headers: fields(of: try await upload(exchange)))
    }

    /// Takes a piece in as it comes, so that what has come before a connection breaks counts.
    @Sendable private static func append(_ exchange: Exchange) async throws -> Response {
        try checkVersion(exchange)
        let type = exchange.request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard ["application/offset+octet-stream", "application/octet-stream"].contains(type) else {
            throw ServerFailure(415, "A piece of an upload is sent as application/offset+octet-stream")
        }
        let owner = try exchange.requiredOwner()
        var upload = try await upload(exchange)
        var offset = try number(exchange, offsetField)
        let uploads = exchange.service.uploads
        guard offset == upload.offset, !upload.isComplete else {
            // Says where to go on, in the words of the uploads themselves.
            _ = try await uploads.append(Data(), to: upload.id, offset: offset, owner: owner)
            throw ServerFailure(409, "The upload is complete", code: "wrongOffset")
        }
        var piece = Data()
        func flush() async throws {
            guard !piece.isEmpty else { return }
            do {
                upload = try await uploads.append(piece, to: upload.id, offset: offset, owner: owner)
            } catch let error as MusicError where error.code == .unreadableInput {
                throw AudioSources.unreadable(upload.name, error)
            }
            offset += piece.count
            piece.removeAll(keepingCapacity: true)
        }
        do {
            for try await buffer in exchange.request.body {
                guard offset + piece.count + buffer.readableBytes <= upload.length else {
                    throw ServerFailure(413, "The piece reaches beyond the \(upload.length) bytes of the upload")
                }
                piece.append(contentsOf: buffer.readableBytesView)
                if piece.count >= pieceBytes { try await flush() }
            }
        } catch {
            // A connection that breaks has brought something all the same.
            try await flush()
            throw Exchange.bodyFailure(error)
        }
        try await flush()
        return Response(status: .noContent, headers: fields(of: upload))
    }

    private static func upload(_ exchange: Exchange) async throws -> UploadRecord {
        try await exchange.service.uploads.upload(
            exchange.parameters["id"] ?? "", owner: exchange.requiredOwner())
    }

    /// - Throws: ``ServerFailure`` 412 for another version of the protocol.
    private static func checkVersion(_ exchange: Exchange) throws {
        guard let asked = exchange.request.headers[versionField], asked != version else { return }
        throw ServerFailure(412, "The version of the protocol must be \(version)", code: "unsupported")
    }

    private static func number(_ exchange: Exchange, _ field: HTTPField.Name) throws -> Int {
        guard let text = exchange.request.headers[field], text.utf8.allSatisfy(\.isDigit), let number = Int(text) else {
            throw ServerFailure(400, "\(field.canonicalName) must be a number of bytes")
        }
        return number
    }

    /// The file's name in `Upload-Metadata`: pairs of a word and base64, with commas between.
    private static func name(_ exchange: Exchange) throws -> String {
        for pair in exchange.header("Upload-Metadata")?.split(separator: ",") ?? [] {
            let parts = pair.split(separator: " ")
            guard ["filename", "name"].contains(parts.first), parts.count == 2 else { continue }
            guard let data = Data(base64Encoded: String(parts[1])), let name = String(data: data, encoding: .utf8)
            else {
                throw ServerFailure(400, "Upload-Metadata must hold words, each with a value in base64")
            }
            return name
        }
        return ""
    }

    // MARK: Words

    private static func address(_ id: String) -> String { "/v1/uploads/\(id)" }

    private static func fields(of upload: UploadRecord) -> HTTPFields {
        var fields = HTTPFields()
        fields[versionField] = version
        fields[offsetField] = String(upload.offset)
        fields[lengthField] = String(upload.length)
        fields[.cacheControl] = "no-store"
        return fields
    }

    private static func json(_ upload: UploadRecord) -> JSONValue {
        JSONValue([
            "id": .text(upload.id), "name": .text(upload.name), "bytes": JSONValue(upload.length),
            "offset": JSONValue(upload.offset), "sha256": JSONValue(optional: upload.sha256),
            "duration": JSONValue(optional: upload.audio?.duration),
            "sample_rate": upload.audio.map { JSONValue($0.sampleRate) } ?? .null,
            "channels": upload.audio.map { JSONValue($0.channels) } ?? .null,
            "expires": .number(upload.expires.timeIntervalSince1970),
        ])
    }
}
