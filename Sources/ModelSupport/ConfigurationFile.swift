import Foundation
import MusicCore

/// Reads the JSON configuration files of checkpoints, with errors that name the file and the field.
public enum ConfigurationFile {
    /// Decodes a file.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`, such as
    ///   `vae/config.json: missing field 'sampling_rate'`, or what ``SystemFault`` makes of a file that can't be read.
    public static func decode<Value: Decodable>(_ type: Value.Type, at url: URL) throws -> Value {
        let data: Data
        do {
            data = try SystemFile.contents(of: url)
        } catch {
            throw error.error(.invalidCheckpoint, advice: "copy or download the checkpoint again")
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            if let content = FileContent(data), content.kind != .json {
                throw content.error(.invalidCheckpoint, shortName(url), wanted: "a JSON document")
            }
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty {
                throw MusicError(
                    .invalidCheckpoint, "\(shortName(url)): not valid JSON", advice: "download the file again")
            }
            throw MusicError(
                .invalidCheckpoint, "\(shortName(url)): \(describe(error))",
                advice: "use the file that came with the weights, of a kind of model that is known")
        }
    }

    /// The last two components of a path, which tell component and file: `vae/config.json`.
    public static func shortName(_ url: URL) -> String {
        url.standardizedFileURL.pathComponents.suffix(2).joined(separator: "/")
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            return "missing field '\(path(context.codingPath + [key]))'"
        case .valueNotFound(_, let context):
            return "field '\(path(context.codingPath))' is null"
        case .typeMismatch(let type, let context):
            let field = context.codingPath.isEmpty ? "the top level" : "field '\(path(context.codingPath))'"
            return "\(field) is not \(noun(for: type))"
        case .dataCorrupted(let context):
            return "field '\(path(context.codingPath))': \(context.debugDescription)"
        @unknown default:
            return "not as expected"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
            .joined(separator: ".").replacingOccurrences(of: ".[", with: "[")
    }

    private static func noun(for type: any Any.Type) -> String {
        switch type {
        case is Int.Type: "a whole number"
        case is Double.Type, is Float.Type: "a number"
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is [Any].Type: "a list"
        default: "of the expected type"
        }
    }
}

/// Checks on decoded configuration values.
public enum ConfigurationCheck {
    private static let advice = "use the config.json that came with the weights, of a kind of model that is known"

    /// Requires that a count or size is within a range.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the field, its value and the range.
    public static func require(_ field: String, _ value: Int, in range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw MusicError(
                .invalidCheckpoint,
                "Configuration field '\(field)' is \(value), outside \(range.lowerBound) to \(range.upperBound)",
                advice: advice)
        }
    }

    /// Requires that a condition between fields holds.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` and the given message.
    public static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else {
            throw MusicError(
                .invalidCheckpoint, message(),
                advice: advice)
        }
    }
}
