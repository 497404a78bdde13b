import Foundation
import MusicCore

/// A part of the source audio that is made anew, in seconds.
///
/// In JSON it is an array of start and end, of which -1 is the end of the source; as text it is `10-20`, `44-` or
/// `-5-0`.
public struct RepaintRegion: Sendable, Equatable {
    /// Where it begins; below 0 the song is extended before its beginning.
    public var start: Double
    /// Where it ends; `nil` is the end of the source, and beyond that the song is extended.
    public var end: Double?

    public init(start: Double, end: Double? = nil) {
        self.start = start
        self.end = end
    }

    /// A region as `start-end`, either of which may be left out; a start may be negative.
    init?(text: String) {
        let text = text.trimmingCharacters(in: .whitespaces)
        let body = text.dropFirst(text.hasPrefix("-") ? 1 : 0)
        let parts = body.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let sign = text.hasPrefix("-") ? "-" : ""
        guard parts.count == 2, let start = Double(sign + parts[0]),
            let end = parts[1].isEmpty ? .some(nil) : Double(parts[1]).map(Optional.some)
        else { return nil }
        self.init(start: start, end: end)
    }
}

extension RepaintRegion: FieldValue {
    public init?(json: JSONValue) {
        switch json {
        case .text(let text): self.init(text: text)
        case .list(let values):
            let numbers = values.compactMap(\.numberValue)
            guard (1...2).contains(values.count), numbers.count == values.count else { return nil }
            let end = numbers.count == 2 && numbers[1] >= 0 ? numbers[1] : nil
            self.init(start: numbers[0], end: end)
        default: return nil
        }
    }

    public var json: JSONValue { [.number(start), .number(end ?? -1)] }
}
