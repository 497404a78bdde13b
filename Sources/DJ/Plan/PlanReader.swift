import Foundation
import MusicCore

/// Finds the plan in what a language model says.
public struct PlanReader: Sendable {
    /// The plan; `nil` if there is none.
    public private(set) var plan: SetPlan?
    /// What is to be shown: the text without the plan.
    public private(set) var visible: String
    /// Whether a plan begins that is not finished, so that it is worth asking again.
    public private(set) var isCut = false
    /// What of the plan is passed over.
    public private(set) var notices: [String] = []

    /// A stretch of the text between fences.
    private struct Fence {
        /// All of it, with its marks.
        var range: Range<String.Index>
        var label: String
        var content: Substring
        var isClosed: Bool

        var looksLikePlan: Bool { content.contains("\"tracks\"") || content.contains("'tracks'") }
    }

    /// Longer texts are no answers.
    private static let limit = 400_000

    public init(_ text: String) {
        let text = text.utf8.count > Self.limit ? String(text.prefix(Self.limit / 4)) : text
        visible = text
        let fences = Self.fences(text)
        let labelled = fences.filter { $0.label == "json" }
        for fence in labelled.isEmpty ? fences.filter({ $0.label.isEmpty }) : labelled where plan == nil {
            take(String(fence.content), isClosed: fence.isClosed)
        }
        var hidden = fences.filter { $0.label == "json" || ($0.label.isEmpty && $0.looksLikePlan) }.map(\.range)
        if plan == nil, !isCut, let bare = bare(text, outside: hidden) { hidden.append(bare) }
        for range in hidden.sorted(by: { $0.lowerBound > $1.lowerBound }) { visible.removeSubrange(range) }
        visible = visible.replacing(/\n{3,}/, with: "\n\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private mutating func take(_ content: String, isClosed: Bool) {
        do {
            let value = try LooseJSON.read(content)
            plan = SetPlan(reading: value, notices: &notices)
        } catch {
            // An open fence with a whole plan in it is one.
            if error == .cut, !isClosed || content.contains("tracks") { isCut = true }
        }
    }

    /// A plan that stands in the text without fences.
    private mutating func bare(_ text: String, outside hidden: [Range<String.Index>]) -> Range<String.Index>? {
        let bytes = Array(text.utf8)
        var place = 0
        var attempts = 0
        while place < bytes.count, attempts < 200 {
            guard bytes[place] == UInt8(ascii: "{") || bytes[place] == UInt8(ascii: "[") else {
                place += 1
                continue
            }
            attempts += 1
            let start = text.utf8.index(text.startIndex, offsetBy: place)
            guard !hidden.contains(where: { $0.contains(start) }) else {
                place += 1
                continue
            }
            do {
                let (value, end) = try LooseJSON.read(bytes, from: place)
                if let found = SetPlan(reading: value, notices: &notices) {
                    plan = found
                    return start..<text.utf8.index(text.startIndex, offsetBy: end)
                }
                place = max(end, place + 1)
            } catch {
                let rest = String(decoding: bytes[place...], as: UTF8.self)
                if error == .cut, rest.contains("\"tracks\"") {
                    isCut = true
                    return start..<text.endIndex
                }
                place += 1
            }
        }
        return nil
    }

    private static func fences(_ text: String) -> [Fence] {
        var fences: [Fence] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "```") {
            let line = rest[open.upperBound...].prefix { !$0.isNewline }
            let word = line.drop { $0 == " " }.prefix { $0.isLetter || $0.isNumber }
            let label = word.lowercased()
            // A fence's first line may already be content.
            let isLabel = label == "json" || line[word.endIndex...].allSatisfy(\.isWhitespace)
            let start = isLabel ? word.endIndex : open.upperBound
            let close = text[start...].firstRange(of: "```")
            fences.append(
                Fence(
                    range: open.lowerBound..<(close?.upperBound ?? text.endIndex), label: isLabel ? label : "",
                    content: text[start..<(close?.lowerBound ?? text.endIndex)], isClosed: close != nil))
            rest = text[(close?.upperBound ?? text.endIndex)...]
        }
        return fences
    }
}

extension LooseJSON.Fault: Equatable {}
