import Foundation
import MusicCore

/// A body as fields and files, whatever its kind.
struct BodyForm: Sendable {
    /// A file of a multipart form.
    struct File: Sendable {
        /// Of the field.
        var field: String
        /// As the client calls it.
        var name: String
        var data: Data
    }

    /// JSON values; texts where the body is a form.
    var fields: [String: JSONValue] = [:]
    var files: [File] = []

    /// Reads a body.
    ///
    /// - Parameter type: of the header field `Content-Type`.
    /// - Throws: ``ServerFailure`` 400 or 415.
    init(_ data: Data, type: String?) throws {
        let type = type ?? ""
        let main = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        switch main {
        case _ where main.hasPrefix("application/json") || main.hasSuffix("+json"): fields = try Self.object(data)
        case "multipart/form-data":
            for part in try MultipartForm(data, type: type).parts {
                if let name = part.fileName {
                    files.append(File(field: part.name, name: name, data: part.data))
                } else {
                    try add(part.name, Self.text(part.data))
                }
            }
        case "application/x-www-form-urlencoded": try readForm(data)
        default:
            let first = data.first { !" \t\r\n".utf8.contains($0) }
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                fields = try Self.object(data, what: "Invalid JSON body")
            } else if data.contains(UInt8(ascii: "=")) {
                try readForm(data)
            } else {
                throw ServerFailure(415, "Unsupported Content-Type: \(main.isEmpty ? "none" : String(main.prefix(80)))")
            }
        }
    }

    /// A JSON object.
    ///
    /// - Throws: ``ServerFailure`` 400 in the reference's words, with the place of the mistake behind them.
    static func object(_ data: Data, what: String = "Malformed JSON payload") throws -> [String: JSONValue] {
        let value: JSONValue
        do {
            value = try JSONText.read(data, what: "The body")
        } catch let error as MusicError {
            throw ServerFailure(400, "\(what): \(error.message)")
        }
        guard case .object(let object) = value else { throw ServerFailure(400, "JSON payload must be an object") }
        return object
    }

    private mutating func readForm(_ data: Data) throws {
        let text = try Self.text(data)
        let pairs = text.split(separator: "&")
        guard pairs.count <= MultipartForm.mostParts else { throw ServerFailure(413, "The form has too many fields") }
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0])
            try add(name, parts.count > 1 ? try Self.decoded(parts[1]) : "")
        }
    }

    /// A field that comes again becomes a list.
    private mutating func add(_ name: String, _ text: String) throws {
        switch fields[name] {
        case nil: fields[name] = .text(text)
        case .list(let list): fields[name] = .list(list + [.text(text)])
        case let value?: fields[name] = .list([value, .text(text)])
        }
    }

    private static func decoded(_ text: Substring) throws -> String {
        guard let decoded = text.replacing("+", with: " ").removingPercentEncoding else {
            throw ServerFailure(400, "The form has a percent sign that no character follows; encode it as %25")
        }
        return decoded
    }

    private static func text(_ data: Data) throws -> String {
        guard let text = String(data: data, encoding: .utf8) else {
            throw ServerFailure(400, "The form has a text that is not UTF-8; send it in UTF-8")
        }
        return text
    }
}
