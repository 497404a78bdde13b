import Foundation
package import Logging
import MusicCore

/// What a server logs, a line each on standard error: for people, or as JSON.
package struct LogLines: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel = Logger.Level.info
    private let isJSON: Bool

    package init(isJSON: Bool) { self.isJSON = isJSON }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        FileHandle.standardError.write(
            Data((Self.line(time, event.level, event.message.description, all, isJSON: isJSON) + "\n").utf8))
    }

    package static func line(
        _ time: String, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, isJSON: Bool
    ) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }
        guard isJSON else {
            let details = pairs.map { " \($0.key)=\(plain("\($0.value)"))" }.joined()
            return "\(time) \(level.rawValue) \(plain(message))\(details)"
        }
        var fields: [String: JSONValue] = [
            "time": .text(time), "level": .text(level.rawValue), "message": .text(message),
        ]
        for (name, value) in pairs where fields[name] == nil { fields[name] = .text("\(value)") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(JSONValue.object(fields))).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// A text that can't end its line or move the cursor.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }
}
