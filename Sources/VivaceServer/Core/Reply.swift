import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import NIOCore

/// Answers as clients of the reference read them.
enum Reply {
    /// A value in the envelope of the native routes: data, code, error, timestamp and extra, in this order.
    ///
    /// - Parameters:
    ///   - code: 200, or that of a failure which comes with HTTP 200.
    ///   - more: further members, behind those of the envelope.
    static func wrapped(
        _ data: JSONValue, now: Date, code: Int = 200, error: String? = nil, more: [(String, JSONValue)] = [],
        headers: HTTPFields = [:]
    ) throws -> Response {
        try object(
            [
                ("data", data), ("code", .integer(Int64(code))), ("error", error.map { .text($0) } ?? .null),
                ("timestamp", .integer(Int64(now.timeIntervalSince1970 * 1000))), ("extra", .null),
            ] + more, headers: headers)
    }

    /// An object whose members keep their order.
    static func object(
        _ members: [(String, JSONValue)], status: Int = 200, headers: HTTPFields = [:]
    ) throws -> Response {
        var text = "{"
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { text += "," }
            text += json(JSONValue.text(name)) + ":" + json(value)
        }
        return response(text + "}", status: status, headers: headers)
    }

    static func json(_ value: JSONValue, status: Int, headers: HTTPFields = [:]) throws -> Response {
        response(json(value), status: status, headers: headers)
    }

    static func json(_ value: JSONValue) -> String { JSONText.write(value) }

    /// An answer that is JSON text already.
    static func jsonText(_ text: String, status: Int = 200, headers: HTTPFields = [:]) -> Response {
        response(text, status: status, headers: headers)
    }

    /// JSON text with sorted names.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func response(_ text: String, status: Int, headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(
            status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A failure, in a body where each kind of client finds what it looks for.
    static func failure(_ failure: ServerFailure, dialect: Dialect, now: Date) -> Response {
        var headers = HTTPFields()
        if let seconds = failure.retryAfter { headers[.retryAfter] = String(max(1, Int(seconds.rounded(.up)))) }
        if let allow = failure.allow { headers[.allow] = allow }
        if failure.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        let detail: JSONValue =
            failure.fields.isEmpty
            ? .text(failure.detail)
            : .list(
                failure.fields.map { field in
                    .object([
                        "type": "value_error", "loc": .list(["body", .text(field.name)]), "msg": .text(field.message),
                        "input": field.input,
                    ])
                })
        let members: [(String, JSONValue)] =
            switch dialect {
            case .native:
                [
                    ("detail", detail), ("error", .text(failure.detail)), ("code", .integer(Int64(failure.status))),
                    ("data", .null), ("timestamp", .integer(Int64(now.timeIntervalSince1970 * 1000))),
                    ("extra", .null), ("error_code", .text(failure.code)),
                ]
            case .chat, .jobs:
                [
                    (
                        "error",
                        .object([
                            "message": .text(failure.detail), "type": .text(failure.code),
                            "code": .integer(Int64(failure.status)),
                            "field": JSONValue(optional: failure.field ?? failure.fields.first?.name),
                            "expected": JSONValue(optional: failure.expected),
                        ])
                    ), ("detail", detail),
                ]
            }
        // Texts and whole numbers always have a JSON form.
        return (try? object(members, status: failure.status, headers: headers))
            ?? Response(status: .internalServerError)
    }
}

/// Whose clients a route is for.
enum Dialect: Sendable {
    /// ACE-Step's API server.
    case native
    /// OpenRouter and OpenAI.
    case chat
    /// The job API.
    case jobs
}
