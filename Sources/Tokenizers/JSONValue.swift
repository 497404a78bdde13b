import Foundation

/// A small JSON document or part of one.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The value of a key; `nil` if this is no object or lacks the key.
    subscript(key: String) -> JSONValue? {
        if case .object(let entries) = self { entries[key] } else { nil }
    }

    var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    /// A number without a fraction that fits.
    var int: Int? { number.flatMap { Int(exactly: $0) } }

    var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Parses a whole document.
    init(parsing data: Data) throws {
        self = try data.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            let value = try reader.value()
            try reader.end()
            return value
        }
    }
}
