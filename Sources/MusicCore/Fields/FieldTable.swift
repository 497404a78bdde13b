/// The fields of a type.
public struct FieldTable<Root>: Sendable {
    public let fields: [Field<Root>]
    private let byName: [String: Int]

    /// - Parameter fields: no name or alias stands twice.
    public init(_ fields: [Field<Root>]) {
        self.fields = fields
        var byName: [String: Int] = [:]
        for (index, field) in fields.enumerated() {
            for name in [field.name] + field.description.aliases {
                precondition(byName.updateValue(index, forKey: name) == nil, "the field \(name) stands twice")
            }
        }
        self.byName = byName
    }

    public var descriptions: [FieldDescription] { fields.map(\.description) }

    /// The field of a name or alias.
    public subscript(name: String) -> Field<Root>? { byName[name].map { fields[$0] } }

    /// Sets the fields that an object has; the others stay as they are.
    ///
    /// Fields are read in the table's order, so that of two spellings the later one wins.
    ///
    /// - Returns: what belongs to no field of this table.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    @discardableResult
    public func read(_ object: [String: JSONValue], into root: inout Root) throws -> [String: JSONValue] {
        var rest = object
        for field in fields {
            for name in field.description.aliases.reversed() + [field.name] {
                guard let value = rest.removeValue(forKey: name) else { continue }
                try field.set(&root, to: value)
            }
        }
        return rest
    }

    /// The fields that differ from their defaults, and those that are always written.
    ///
    /// - Parameter usual: has every field's default.
    public func object(of root: Root, usual: Root) -> [String: JSONValue] {
        var object: [String: JSONValue] = [:]
        for field in fields {
            guard let value = field.json(of: root) else { continue }
            if value != .null, field.isAlwaysWritten || value != field.json(of: usual) { object[field.name] = value }
        }
        return object
    }

    /// All fields, null where nothing is said.
    public func object(of root: Root) -> [String: JSONValue] {
        var object: [String: JSONValue] = [:]
        for field in fields { object[field.name] = field.json(of: root) }
        return object
    }

    /// - Throws: ``MusicError`` with code `invalidRequest` that names the first field whose value is not what it must be.
    public func check(_ root: Root) throws {
        for field in fields { try field.check(root) }
    }
}

extension MusicError {
    /// A field that is not known.
    ///
    /// - Parameters:
    ///   - name: as it was given.
    ///   - known: the names that there are.
    ///   - place: of what it would be a field, such as `A request`.
    public static func unknownField(_ name: String, among known: some Sequence<String>, of place: String) -> MusicError
    {
        let hint = NearestName.suggestion(for: name, among: known)
        return MusicError(
            .invalidRequest, "\(place) has no field '\(name.prefix(64))'",
            advice: hint == nil ? "docs/requests.md lists the fields" : "", field: name,
            suggestion: hint.map { .didYouMean([$0]) })
    }

    /// A field whose value is not what it must be.
    public static func invalidField(
        _ field: String, _ value: JSONValue, _ message: String, expected: String, verb: String = "give",
        hint: String = ""
    ) -> MusicError {
        MusicError(
            .invalidRequest, message, advice: "\(hint)\(verb) \(expected)", field: field, value: value.plainText,
            expected: expected)
    }
}
