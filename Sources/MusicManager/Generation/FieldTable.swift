import Foundation
import MusicCore

/// A field of a type that is written as a JSON object: its name there and its property.
struct Field<Root>: Sendable {
    let name: String
    private let read: @Sendable (inout Root, KeyedDecodingContainer<FieldName>) throws -> Void
    private let write: @Sendable (Root, inout KeyedEncodingContainer<FieldName>) throws -> Void

    init<Value: Codable & Sendable>(_ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable) {
        self.name = name
        let key = FieldName(name)
        read = { root, values in
            // A null stands for the default, as `None` does in Python.
            if let value = try values.decodeIfPresent(Value.self, forKey: key) { root[keyPath: property] = value }
        }
        write = { root, values in try values.encode(root[keyPath: property], forKey: key) }
    }

    /// Sets the property if the object has the field.
    func read(into root: inout Root, from values: KeyedDecodingContainer<FieldName>) throws {
        try read(&root, values)
    }

    /// Adds the field to the object.
    func write(_ root: Root, to values: inout KeyedEncodingContainer<FieldName>) throws {
        try write(root, &values)
    }
}

/// The name of a field in JSON.
struct FieldName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

extension Field {
    /// Refuses fields that are not known.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the nearest known field.
    static func requireKnown(_ names: some Sequence<String>, among known: [String], of what: String) throws {
        let set = Set(known)
        guard let name = names.filter({ !set.contains($0) }).min() else { return }
        let hint = NearestName.suggestion(for: name, among: known).map { "did you mean '\($0)'?" }
        throw MusicError(
            .invalidRequest, "\(what) has no field '\(name.prefix(64))'",
            advice: hint ?? "see docs/tasks.md for the fields")
    }
}
