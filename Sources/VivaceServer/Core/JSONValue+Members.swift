import MusicCore

extension JSONValue {
    /// An object of these members.
    init(_ members: KeyValuePairs<String, JSONValue>) {
        self = .object(Dictionary(members.map { ($0.key, $0.value) }) { $1 })
    }

    /// A member of an object; null for everything else.
    subscript(name: String) -> JSONValue {
        guard case .object(let object) = self else { return .null }
        return object[name] ?? .null
    }

    /// The items of a list; empty for everything else.
    var items: [JSONValue] {
        guard case .list(let items) = self else { return [] }
        return items
    }

    /// A text that says something; `nil` otherwise.
    var saying: String? {
        guard case .text(let text) = self, !text.allSatisfy(\.isWhitespace) else { return nil }
        return text
    }

    /// What the value means as yes or no, as lenient clients write it; `nil` if it says nothing.
    var truth: Bool? {
        switch self {
        case .flag(let flag): flag
        case .text(let text) where text.isEmpty: nil
        case .text(let text): ["1", "true", "yes", "y", "on"].contains(text.trimming.lowercased())
        default: numberValue.map { $0 != 0 }
        }
    }

    init(_ number: Int) { self = .integer(Int64(number)) }

    init(optional number: Double?) { self = number.map { .number($0) } ?? .null }

    init(optional text: String?) { self = text.map { .text($0) } ?? .null }
}

extension StringProtocol {
    /// Without blanks at both ends.
    var trimming: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
