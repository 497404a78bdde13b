import Foundation

/// What every face needs to know of a field: the command line makes its option of it, the server its form, the
/// documentation its row.
public struct FieldDescription: Sendable, Equatable {
    /// Name in JSON; that of the reference where it has one.
    public var name: String
    /// Other names under which JSON documents have it.
    public var aliases: [String]
    public var kind: FieldKind
    /// Long names of its command-line option, the first of them preferred; empty if it has none.
    public var flags: [String]
    /// What a command line shows in place of the value, such as `seconds`.
    public var placeholder: String?
    /// One sentence that says what it does.
    public var help: String
    /// The heading under which it is shown.
    public var group: FieldGroup
    /// Whether its command-line option may be given several times, each adding an item.
    public var isRepeatable = false
    /// Other fields whose place it takes: where it is given on top of a recipe, theirs are forgotten.
    public var replaces: [String] = []
    /// Other fields that can't be given beside it.
    public var excludes: [String] = []
    /// Values that say nothing, as programs write them where a user left a field open; texts in any case.
    public var openValues: [JSONValue] = []
    /// Whether numbers of 0 and less say nothing too.
    public var isOpenFromZeroDown = false
    /// Other names of values, in small letters, and the names here.
    public var otherSpellings: [String: String] = [:]

    /// Texts that stand for "not said", as documents of other programs have them, in small letters.
    public static let openTexts: [JSONValue] = ["", "-", "auto", "n/a", "none", "unknown"]

    /// A value in the form that the field has; null for one that says nothing.
    ///
    /// - Parameter value: as a document, a form or a command line gave it.
    /// - Throws: ``MusicError`` with code `invalidRequest` that says what was given and what it must be.
    public func normalized(_ value: JSONValue) throws -> JSONValue {
        if value == .null { return .null }
        if openValues.contains(value) { return .null }
        if isOpenFromZeroDown, let number = value.numberValue ?? Double(value.plainText), number <= 0 { return .null }
        if case .text(let text) = value {
            let plain = text.trimmingCharacters(in: .whitespaces).lowercased()
            if openValues.contains(where: { $0.plainText == plain }) { return .null }
            if let own = otherSpellings[plain] { return try kind.normalized(.text(own), field: name) }
        }
        return try kind.normalized(value, field: name)
    }
}

/// A heading under which fields are shown.
public struct FieldGroup: OpenName {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// What the music is to be like.
    public static let music: FieldGroup = "Music"
    /// How noise becomes music.
    public static let sampling: FieldGroup = "Sampling"
    /// What steers the sampling.
    public static let guidance: FieldGroup = "Guidance and solver"
    /// What is done with audio that the user has.
    public static let task: FieldGroup = "Task"
    /// What a language model does first.
    public static let planning: FieldGroup = "Planning"
    /// The finished audio.
    public static let output: FieldGroup = "Output"

    /// The groups that faces know, in the order in which they are shown; others come behind them.
    public static let usual: [FieldGroup] = [.music, .sampling, .guidance, .task, .planning, .output]
}

/// A field of a type: its description, and how it is read from JSON and written.
///
/// A table of fields is the one place that says what a request can hold: JSON names and aliases, command-line options,
/// limits, help and documentation all come of it.
public struct Field<Root>: Sendable {
    public var description: FieldDescription
    private let read: @Sendable (inout Root, JSONValue) throws -> Void
    /// `nil` where the field is an older or second spelling of another, which is read and never written.
    private let value: (@Sendable (Root) -> JSONValue)?
    /// Whether it is written even where it has its default.
    public var isAlwaysWritten = false

    public var name: String { description.name }

    /// A field with a spelling or meaning of its own.
    ///
    /// - Parameters:
    ///   - read: sets the value, which is normalized; null never comes here.
    ///   - value: the value as it is written; `nil` for a second spelling, which is only read.
    public init(
        _ name: String, _ kind: FieldKind, aliases: [String] = [], flags: [String] = [], placeholder: String? = nil,
        help: String = "", group: FieldGroup = .music,
        read: @escaping @Sendable (inout Root, JSONValue) throws -> Void,
        value: (@Sendable (Root) -> JSONValue)? = nil
    ) {
        description = FieldDescription(
            name: name, aliases: aliases, kind: kind, flags: flags, placeholder: placeholder, help: help, group: group)
        self.read = read
        self.value = value
    }

    /// A field that is a property.
    public init<Value: FieldValue>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ kind: FieldKind,
        aliases: [String] = [], flags: [String] = [], placeholder: String? = nil, help: String = "",
        group: FieldGroup = .music
    ) {
        self.init(
            name, kind, aliases: aliases, flags: flags, placeholder: placeholder, help: help, group: group,
            read: { root, json in
                guard let value = Value(json: json) else {
                    throw MusicError.invalidField(
                        name, json, "The field \(name) is \(json.described)", expected: kind.expected)
                }
                root[keyPath: property] = value
            },
            value: { $0[keyPath: property].json })
    }

    /// The same field, written even where it has its default.
    public func alwaysWritten() -> Field {
        var field = self
        field.isAlwaysWritten = true
        return field
    }

    /// The same field, whose command-line option may be given several times.
    public func repeatable() -> Field {
        var field = self
        field.description.isRepeatable = true
        return field
    }

    /// The same field, which takes the place of others.
    public func replacing(_ names: String...) -> Field {
        var field = self
        field.description.replaces = names
        return field
    }

    /// The same field, beside which others can't be given.
    public func excluding(_ names: String...) -> Field {
        var field = self
        field.description.excludes = names
        return field
    }

    /// The same field, of which some values say nothing; see ``FieldDescription/openValues``.
    public func open(_ values: [JSONValue]) -> Field {
        var field = self
        field.description.openValues = values
        return field
    }

    /// The same field, of which numbers of 0 and less say nothing.
    public func openFromZeroDown() -> Field {
        var field = self
        field.description.isOpenFromZeroDown = true
        return field
    }

    /// The same field, of which some values have other names too; see ``FieldDescription/otherSpellings``.
    public func alsoSpelled(_ names: [String: String]) -> Field {
        var field = self
        field.description.otherSpellings = names
        return field
    }

    /// The same field for a type that holds this one.
    public func within<Outer>(_ property: any WritableKeyPath<Outer, Root> & Sendable) -> Field<Outer> {
        let (read, value) = (read, value)
        var written: (@Sendable (Outer) -> JSONValue)?
        if let value { written = { outer in value(outer[keyPath: property]) } }
        var field = Field<Outer>(
            name, description.kind,
            read: { (outer: inout Outer, json: JSONValue) in try read(&outer[keyPath: property], json) },
            value: written)
        field.description = description
        field.isAlwaysWritten = isAlwaysWritten
        return field
    }

    /// Sets the field.
    ///
    /// - Parameter json: as a document or a command line gave it; null leaves the field as it is, as `None` does in
    ///   Python.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func set(_ root: inout Root, to json: JSONValue) throws {
        let value = try description.normalized(json)
        if value != .null { try read(&root, value) }
    }

    /// The field's value; `nil` for a second spelling of another field.
    public func json(of root: Root) -> JSONValue? { value?(root) }

    /// - Throws: ``MusicError`` with code `invalidRequest` if the value is not what it must be.
    public func check(_ root: Root) throws {
        guard let json = value?(root), json != .null else { return }
        _ = try description.kind.normalized(json, field: name)
    }
}
