/// A small JSON document or part of one.
public enum JSONNode: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONNode])
    case object([String: JSONNode])

    /// The value of a key; `nil` if this is something else than an object, or lacks the key.
    public subscript(key: String) -> JSONNode? {
        if case .object(let entries) = self { entries[key] } else { nil }
    }

    /// A string; `nil` if this is something else.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// True or false; `nil` if this is something else.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A number; `nil` if this is something else.
    public var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    /// A number without a fraction that fits.
    public var int: Int? { number.flatMap { Int(exactly: $0) } }

    /// A list; `nil` if this is something else.
    public var array: [JSONNode]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}
