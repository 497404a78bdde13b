import Foundation

/// What a field's value must be.
public indirect enum FieldKind: Sendable, Equatable {
    /// Any text.
    case text
    /// A text of several lines that people write; a command line takes it from a file too.
    case longText
    /// A text that programs write; a command line takes `@FILE` too.
    case data
    /// The path of a file.
    case file
    /// True or false.
    case flag
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// A whole number from 0 to 2⁶⁴ - 1.
    case seed
    /// A number within a range.
    case number(ClosedRange<Double>)
    /// One of several names.
    case choice([String])
    /// Several values: a JSON list, or a text with commas between.
    case list(FieldKind)
    /// One value for all songs of a request, or a list with one for each.
    case each(FieldKind)
    /// Anything that is not checked here: the field's own type reads it.
    case custom(expected: String)

    /// What a value must be, as a sentence's end: `a whole number from 30 to 300`.
    public var expected: String {
        switch self {
        case .text, .longText, .data: "a text"
        case .file: "the path of a file"
        case .flag: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .seed: "a whole number from 0 to 2^64 - 1"
        case .number(let range) where Self.isOpenEnded(range): "a number"
        case .number(let range): "a number from \(range.lowerBound.plainText) to \(range.upperBound.plainText)"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .list(let kind): "a list, each item \(kind.expected)"
        case .each(let kind): "\(kind.expected), or a list with one for each song"
        case .custom(let expected): expected
        }
    }

    /// What a single song's value must be.
    public var ofOneSong: FieldKind {
        if case .each(let kind) = self { kind } else { self }
    }

    /// The value in the form that the field has: numbers and truth values that came as text become what they say,
    /// numbers become text where text is wanted, and texts with commas become lists.
    ///
    /// - Parameters:
    ///   - value: as a document, a form or a command line gave it; not null.
    ///   - field: its name, for messages.
    /// - Throws: ``MusicError`` with code `invalidRequest` that says what was given and what it must be.
    public func normalized(_ value: JSONValue, field: String) throws -> JSONValue {
        switch self {
        case .text, .longText, .data, .file:
            switch value {
            case .text: return value
            case .integer, .unsigned, .number: return .text(value.plainText)
            default: throw mismatch(value, field)
            }
        case .flag: return .flag(try flag(value, field))
        case .integer(let range): return .integer(Int64(try integer(value, range, field)))
        case .seed: return JSONValue(try seed(value, field))
        case .number(let range): return .number(try number(value, range, field))
        case .choice(let names): return .text(try choice(value, names, field))
        case .list(let kind):
            let items: [JSONValue]
            switch value {
            case .list(let list): items = list
            case .text(let text): items = Self.items(of: text)
            case .flag, .object, .null: throw mismatch(value, field)
            case .integer, .unsigned, .number: items = [value]
            }
            return .list(try items.enumerated().map { try kind.normalized($1, field: "\(field)[\($0 + 1)]") })
        case .each(let kind):
            guard case .list(let items) = value else { return try kind.normalized(value, field: field) }
            guard !items.isEmpty else {
                throw MusicError.invalidField(
                    field, value, "The field \(field) is an empty list", expected: expected)
            }
            return .list(try items.enumerated().map { try kind.normalized($1, field: "\(field)[\($0 + 1)]") })
        case .custom: return value
        }
    }

    /// Whether a range only keeps infinity and NaN out; the type that has the field checks more.
    private static func isOpenEnded(_ range: ClosedRange<Double>) -> Bool { range.upperBound >= 1e9 }

    /// The number that a text says in decimal digits.
    private static func number(_ text: String) -> Double? {
        let text = text.trimmed
        // Swift reads hexadecimal numbers too, which nobody means.
        return text.contains { "xX".contains($0) } ? nil : Double(text)
    }

    /// The items of a list that came as a text, with or without brackets; a comma may stand behind the last.
    static func items(of text: String) -> [JSONValue] {
        let parts = text.trimmingCharacters(in: CharacterSet(charactersIn: "[] \t\n"))
        var items = parts.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmed }
        if items.last?.isEmpty == true { items.removeLast() }
        return items.map { .text($0) }
    }

    private func mismatch(_ value: JSONValue, _ field: String) -> MusicError {
        .invalidField(field, value, "The field \(field) is \(value.described)", expected: expected)
    }

    private func flag(_ value: JSONValue, _ field: String) throws -> Bool {
        switch value {
        case .flag(let flag): return flag
        case .integer(0): return false
        case .integer(1): return true
        case .text(let text):
            switch text.trimmingCharacters(in: .whitespaces).lowercased() {
            case "true", "1", "yes", "on": return true
            case "false", "0", "no", "off": return false
            default: throw mismatch(value, field)
            }
        default: throw mismatch(value, field)
        }
    }

    private func integer(_ value: JSONValue, _ range: ClosedRange<Int>, _ field: String) throws -> Int {
        let number: Int?
        switch value {
        case .integer(let integer): number = Int(integer)
        case .number(let double): number = Int(exactly: double)
        case .unsigned: number = Int.max
        case .text(let text): number = Int(text.trimmed) ?? Self.number(text).flatMap { Int(exactly: $0) }
        default: number = nil
        }
        guard let number else { throw mismatch(value, field) }
        guard range.contains(number) else { throw outside(value, field, range.lowerBound, range.upperBound) }
        return number
    }

    private func seed(_ value: JSONValue, _ field: String) throws -> UInt64 {
        let number: UInt64?
        switch value {
        case .integer(let integer): number = UInt64(exactly: integer)
        case .unsigned(let unsigned): number = unsigned
        case .number(let double): number = UInt64(exactly: double)
        case .text(let text):
            number = UInt64(text.trimmed) ?? Self.number(text).flatMap { UInt64(exactly: $0) }
        default: number = nil
        }
        guard let number else { throw mismatch(value, field) }
        return number
    }

    private func number(_ value: JSONValue, _ range: ClosedRange<Double>, _ field: String) throws -> Double {
        let number: Double?
        if case .text(let text) = value {
            number = Self.number(text)
        } else {
            number = value.numberValue
        }
        guard let number else { throw mismatch(value, field) }
        // A NaN is in no range.
        guard range.contains(number) else {
            if Self.isOpenEnded(range) {
                throw MusicError.invalidField(
                    field, value, "The field \(field) is \(value.plainText)", expected: "a number that is finite")
            }
            throw outside(value, field, range.lowerBound.plainText, range.upperBound.plainText)
        }
        return number
    }

    private func outside(_ value: JSONValue, _ field: String, _ low: Any, _ high: Any) -> MusicError {
        .invalidField(
            field, value, "The field \(field) is \(value.plainText)", expected: "\(low) to \(high)", verb: "use")
    }

    private func choice(_ value: JSONValue, _ names: [String], _ field: String) throws -> String {
        guard case .text(let text) = value else { throw mismatch(value, field) }
        let name = text.trimmingCharacters(in: .whitespaces)
        if let known = names.first(where: { $0.lowercased() == name.lowercased() }) { return known }
        let hint = NearestName.suggestion(for: name, among: names).map { "did you mean \($0)? " } ?? ""
        throw MusicError.invalidField(
            field, value, "The field \(field) is \"\(name.prefix(64))\"", expected: expected, hint: hint)
    }
}

extension String {
    /// Without blanks at its ends.
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
