import MusicCore

/// JSON Schemas (2020-12) of fields, made of the same tables that read them.
enum FieldSchema {
    /// What a document may hold in a field.
    ///
    /// Documents are read leniently: numbers may come as text, lists as text with commas. The schema says so where it
    /// can, so that nothing is called wrong that is taken.
    static func schema(_ field: FieldDescription) -> JSONValue {
        var members = object(schema(field.kind))
        // Nothing is said by null, and by words for it, in every field.
        members = ["anyOf": [.object(members), ["type": "null"].schema]]
        members["description"] = .text(field.help)
        if !field.openValues.isEmpty {
            members["anyOf"] = .list((members["anyOf"]?.items ?? []) + [.object(["enum": .list(field.openValues)])])
        }
        return .object(members)
    }

    static func schema(_ kind: FieldKind) -> JSONValue {
        switch kind {
        case .text, .longText, .data: ["type": ["string", "number"]].schema
        case .file:
            .object([
                "type": "string", "description": "a handle: au_... of a song, up_... of an upload",
            ])
        case .flag: ["type": ["boolean", "string", "number"]].schema
        case .integer(let range):
            number([
                "type": "integer", "minimum": JSONValue(range.lowerBound), "maximum": JSONValue(range.upperBound),
            ])
        case .seed: number(["type": "integer", "minimum": .integer(0), "maximum": JSONValue(UInt64.max)])
        case .number(let range):
            number(["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)])
        case .choice(let names):
            .object(["type": "string", "examples": .list(names.map { .text($0) })])
        case .list(let kind):
            .object([
                "anyOf": [
                    .object(["type": "array", "items": schema(kind)]), .object(["type": "string"]), schema(kind),
                ]
            ])
        case .each(let kind):
            .object([
                "anyOf": [schema(kind), .object(["type": "array", "minItems": .integer(1), "items": schema(kind)])]
            ])
        case .custom(let expected): .object(["description": .text(expected)])
        }
    }

    /// A number, or the text of one.
    private static func number(_ members: [String: JSONValue]) -> JSONValue {
        .object(["anyOf": [.object(members), ["type": "string"].schema]])
    }

    private static func object(_ value: JSONValue) -> [String: JSONValue] {
        guard case .object(let members) = value else { return [:] }
        return members
    }

    /// An object with the fields of a table, and their other names.
    ///
    /// - Parameter title: of the schema.
    static func object(_ fields: [FieldDescription], title: String) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for field in fields {
            properties[field.name] = schema(field)
            for alias in field.aliases {
                properties[alias] = .object([
                    "description": .text("the same as \(field.name)"), "deprecated": true,
                ])
            }
        }
        return .object([
            "type": "object", "title": .text(title), "properties": .object(properties), "additionalProperties": true,
        ])
    }
}

extension [String: JSONValue] {
    fileprivate var schema: JSONValue { .object(self) }
}
