/// A value of a JSON document.
///
/// Whole numbers keep all their digits: seeds up to 2⁶⁴ - 1 come back as they were. Numbers are equal by their value,
/// whatever case they are.
public enum JSONValue: Sendable {
    case null
    case flag(Bool)
    /// A whole number of at most 64 bits.
    case integer(Int64)
    /// A whole number above the largest `Int64`.
    case unsigned(UInt64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: Hashable {
    public static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a.canonical, b.canonical) {
        case (.null, .null): true
        case (.flag(let x), .flag(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.unsigned(let x), .unsigned(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.text(let x), .text(let y)): x == y
        case (.list(let x), .list(let y)): x == y
        case (.object(let x), .object(let y)): x == y
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch canonical {
        case .null: hasher.combine(0)
        case .flag(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .unsigned(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .text(let value): hasher.combine(value)
        case .list(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }

    /// A whole number in the first of the cases that can hold it; anything else as it is.
    private var canonical: JSONValue {
        switch self {
        case .number(let value):
            Int64(exactly: value).map(JSONValue.integer) ?? UInt64(exactly: value).map(JSONValue.unsigned) ?? self
        case .unsigned(let value): Int64(exactly: value).map(JSONValue.integer) ?? self
        default: self
        }
    }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let unsigned = try? container.decode(UInt64.self) {
            self = .unsigned(unsigned)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }

    /// A whole number without a sign.
    public init(_ value: UInt64) { self = Int64(exactly: value).map(JSONValue.integer) ?? .unsigned(value) }
}

extension JSONValue {
    /// The value in words, for messages: `the text "120"`, `the number 4`, `a list`.
    public var described: String {
        switch self {
        case .null: "null"
        case .flag(let value): value ? "true" : "false"
        case .integer, .unsigned, .number: "the number \(plainText)"
        case .text(let value): "the text \"\(value.prefix(64))\""
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// A number, a text or a truth value as plain text; empty for the rest.
    public var plainText: String {
        switch self {
        case .flag(let value): String(value)
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        case .number(let value): value.plainText
        case .text(let value): value
        case .null, .list, .object: ""
        }
    }

    /// Whether it is a list.
    public var isList: Bool {
        if case .list = self { true } else { false }
    }

    /// The value as a number, if it is one.
    public var numberValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

extension Double {
    /// The number without a superfluous `.0`.
    public var plainText: String {
        let text = String(self)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
