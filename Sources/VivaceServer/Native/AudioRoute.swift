import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicJobs

/// `GET /v1/audio`: songs by their handles, whole or in ranges.
///
/// A handle can't be guessed, so that it is enough: players set no header.
enum AudioRoute {
    static func answer(_ exchange: Exchange) async throws -> Response {
        let handle = exchange.parameters["handle"] ?? exchange.query("path") ?? ""
        guard Handle.kind(of: handle) == .song else { throw ServerFailure(404, "Audio file not found") }
        let file: URL
        do {
            file = try await exchange.service.library.file(of: handle)
        } catch is JobRefusal {
            throw ServerFailure(404, "Audio file not found")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        guard let size = (attributes[.size] as? NSNumber)?.intValue, size > 0 else {
            throw ServerFailure(404, "Audio file not found")
        }
        let modified = (attributes[.modificationDate] as? Date) ?? .distantPast
        // The file of a handle never changes.
        let tag = "\"\(handle)\""
        var headers: HTTPFields = [
            .contentType: type(of: file.pathExtension), .acceptRanges: "bytes", .eTag: tag,
            .lastModified: HTTPDate.text(modified), .cacheControl: "private, max-age=86400, immutable",
            .contentDisposition: "inline; filename=\"\(handle)\"",
        ]
        if matches(exchange.request.headers[.ifNoneMatch], tag) {
            return Response(status: .notModified, headers: headers)
        }
        let condition = exchange.header("If-Range")
        let isCurrent = condition == nil || condition == tag || condition == HTTPDate.text(modified)
        switch isCurrent ? ByteRange(exchange.request.headers[.range], size: size) : .whole {
        case .whole:
            headers[.contentLength] = String(size)
            return Response(
                status: .ok, headers: headers, body: try await body(file, 0...(size - 1), size, exchange))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(size)"
            headers[.contentLength] = String(range.count)
            return Response(
                status: .partialContent, headers: headers, body: try await body(file, range, size, exchange))
        case .outside:
            headers[.contentRange] = "bytes */\(size)"
            headers[.contentType] = "application/json"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    private static func body(
        _ file: URL, _ range: ClosedRange<Int>, _ size: Int, _ exchange: Exchange
    ) async throws -> ResponseBody {
        if exchange.request.method == .head { return ResponseBody() }
        return try await FileIO().loadFile(path: file.path, range: range, context: exchange.context)
    }

    private static func matches(_ field: String?, _ tag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { part in
            let text = part.trimmingCharacters(in: .whitespaces)
            return text == "*" || text == tag || text == "W/" + tag
        }
    }

    /// The media type of a file.
    static func type(of ending: String) -> String {
        switch ending.lowercased() {
        case "mp3": "audio/mpeg"
        case "wav": "audio/wav"
        case "flac": "audio/flac"
        case "ogg": "audio/ogg"
        case "opus": "audio/ogg; codecs=opus"
        case "m4a", "mp4": "audio/mp4"
        case "aac": "audio/aac"
        default: "application/octet-stream"
        }
    }
}

/// What a client asks for of a file.
enum ByteRange: Equatable {
    case whole
    case part(ClosedRange<Int>)
    case outside

    /// - Parameters:
    ///   - field: the header field `Range`; several ranges, and what can't be read, are the whole file.
    ///   - size: of the file, above 0.
    init(_ field: String?, size: Int) {
        self = .whole
        guard let field, field.hasPrefix("bytes=") else { return }
        let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }) else { return }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let first?, let last?) where first <= last:
            self = first < size ? .part(first...min(last, size - 1)) : .outside
        case (let first?, nil) where parts[1].isEmpty: self = first < size ? .part(first...(size - 1)) : .outside
        case (nil, let count?) where parts[0].isEmpty:
            self = count > 0 ? .part(max(0, size - count)...(size - 1)) : .outside
        default: break
        }
    }
}

/// Times in the form of HTTP.
enum HTTPDate {
    static func text(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }
}
