/// A type of which a field can be.
public protocol FieldValue: Sendable, Equatable {
    /// - Parameter json: of the field's kind, already normalized.
    /// - Returns: `nil` if it is of another kind.
    init?(json: JSONValue)
    var json: JSONValue { get }
}

extension String: FieldValue {
    public init?(json: JSONValue) {
        guard case .text(let text) = json else { return nil }
        self = text
    }
    public var json: JSONValue { .text(self) }
}

extension Bool: FieldValue {
    public init?(json: JSONValue) {
        guard case .flag(let flag) = json else { return nil }
        self = flag
    }
    public var json: JSONValue { .flag(self) }
}

extension Int: FieldValue {
    public init?(json: JSONValue) {
        guard case .integer(let integer) = json, let value = Int(exactly: integer) else { return nil }
        self = value
    }
    public var json: JSONValue { .integer(Int64(self)) }
}

extension UInt64: FieldValue {
    public init?(json: JSONValue) {
        switch json {
        case .integer(let integer) where integer >= 0: self = UInt64(integer)
        case .unsigned(let unsigned): self = unsigned
        default: return nil
        }
    }
    public var json: JSONValue { JSONValue(self) }
}

extension Double: FieldValue {
    public init?(json: JSONValue) {
        guard let number = json.numberValue else { return nil }
        self = number
    }
    public var json: JSONValue { .number(self) }
}

extension Array: FieldValue where Element: FieldValue {
    public init?(json: JSONValue) {
        guard case .list(let items) = json else { return nil }
        var values: [Element] = []
        for item in items {
            guard let value = Element(json: item) else { return nil }
            values.append(value)
        }
        self = values
    }
    public var json: JSONValue { .list(map(\.json)) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    public init?(json: JSONValue) {
        if json == .null {
            self = .none
        } else if let value = Wrapped(json: json) {
            self = .some(value)
        } else {
            return nil
        }
    }
    public var json: JSONValue { self?.json ?? .null }
}

extension FieldValue where Self: RawRepresentable, RawValue == String {
    public init?(json: JSONValue) {
        guard case .text(let text) = json else { return nil }
        self.init(rawValue: text)
    }
    public var json: JSONValue { .text(rawValue) }
}
