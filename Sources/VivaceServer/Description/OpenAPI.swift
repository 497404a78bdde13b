import Foundation
import HTTPTypes
import MusicCore
import MusicEngine
import MusicJobs

/// The description of the server in OpenAPI 3.1, made of the table of routes and of the tables of fields.
enum OpenAPI {
    /// - Parameter families: whose fields requests may have.
    static func document(_ families: [any MusicFamily]) throws -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        // The Studio's pages are for people, and what only says that it isn't there is for the reference's clients.
        let left = Set((StudioRoutes.all + LaterRoutes.all).map(\.path))
        for route in MusicServer.allRoutes where !left.contains(route.path) {
            guard let words = OperationText.all["\(route.method.rawValue) \(route.path)"] else {
                throw MusicError(.internal, "the route \(route.method.rawValue) \(route.path) is not described")
            }
            paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route, words)
        }
        return .object([
            "openapi": "3.1.0",
            "info": .object([
                "title": "Vivace", "version": .text(Release.version),
                "description": "Songs from text and lyrics: ACE-Step's REST API, chat completions, and jobs.",
                "license": .object(["name": "Apache-2.0", "identifier": "Apache-2.0"]),
            ]),
            "servers": [.object(["url": "/"])],
            "tags": .list(
                ["jobs", "library", "uploads", "native", "chat", "models", "dj", "server"].map {
                    .object(["name": .text($0)])
                }),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "schemas": .object(try schemas(families)),
                "securitySchemes": .object([
                    "bearer": .object(["type": "http", "scheme": "bearer"]),
                    "apiKey": .object(["type": "apiKey", "in": "header", "name": "x-api-key"]),
                ]),
            ]),
        ])
    }

    // MARK: Operations

    private static func operation(_ route: Route, _ words: OperationText) -> JSONValue {
        var operation: [String: JSONValue] = [
            "summary": .text(words.summary), "tags": [.text(words.tag)],
            "operationId": .text(
                route.method.rawValue.lowercased()
                    + route.path.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()),
            "responses": .object(responses(route, words)),
        ]
        if route.access != .open {
            // A server without keys asks for none.
            operation["security"] = [
                .object(["bearer": .list([])]), .object(["apiKey": .list([])]), .object([:]),
            ]
        }
        var parameters = route.pattern.filter { $0.hasPrefix("{") }.map { part in
            JSONValue.object([
                "name": .text(String(part.dropFirst().dropLast())), "in": "path", "required": true,
                "schema": .object(["type": "string", "minLength": .integer(1)]),
            ])
        }
        parameters += words.query.map(parameter)
        if !parameters.isEmpty { operation["parameters"] = .list(parameters) }
        if !words.bodies.isEmpty {
            operation["requestBody"] = .object([
                "required": .flag(words.isBodyRequired),
                "content": .object(
                    Dictionary(
                        uniqueKeysWithValues: words.bodies.map { ($0.key, .object(["schema": $0.value.schema])) })
                ),
            ])
        }
        return .object(operation)
    }

    private static func parameter(_ parameter: OperationText.Query) -> JSONValue {
        .object([
            "name": .text(parameter.name), "in": .text(parameter.place), "required": .flag(parameter.isRequired),
            "description": .text(parameter.words), "schema": parameter.schema,
        ])
    }

    private static func responses(_ route: Route, _ words: OperationText) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        for (status, answer) in words.answers {
            var response: [String: JSONValue] = ["description": .text(answer.words)]
            if let type = answer.type {
                response["content"] = .object([type: .object(["schema": answer.schema.schema])])
            }
            responses[String(status)] = .object(response)
        }
        let error = route.dialect == .native ? "NativeError" : "Error"
        responses["default"] = .object([
            "description": "The request is refused, or failed; the body says why",
            "content": .object(["application/json": .object(["schema": Schema.named(error).schema])]),
        ])
        return responses
    }

    // MARK: Schemas

    private static func schemas(_ families: [any MusicFamily]) throws -> [String: JSONValue] {
        var schemas: [String: JSONValue] = [:]
        for text in [SchemaText.json, SchemaText.dj] {
            guard case .object(let some) = try JSONText.read(Data(text.utf8), what: "The schemas") else {
                throw MusicError(.internal, "the schemas are no object")
            }
            schemas.merge(some) { own, _ in own }
        }
        var fields = MusicRequest.fields.descriptions
        for family in families {
            fields += family.fields.filter { field in !fields.contains { $0.name == field.name } }
        }
        fields += PlanningOptions.fields.descriptions.filter { field in !fields.contains { $0.name == field.name } }
        schemas["MusicRequest"] = FieldSchema.object(fields, title: "What a song is to be like")
        schemas["RestRequest"] = .object([
            "title": "A song as ACE-Step's clients ask for it", "type": "object", "additionalProperties": true,
            "description": .text(
                "Read leniently: what is not known or can't be read is left out and named in notices. The names of "
                    + "MusicRequest, and those of the reference's server, such as prompt, audio_duration, key_scale."),
        ])
        return schemas
    }
}

/// A schema, as a reference or written out.
enum Schema: Sendable {
    case named(String)
    case inline(JSONValue)

    var schema: JSONValue {
        switch self {
        case .named(let name): .object(["$ref": .text("#/components/schemas/\(name)")])
        case .inline(let value): value
        }
    }
}
