import Foundation
import MusicCore
import MusicEngine

/// What a generation starts from: the document of `--request`, the recipe of `--from`, or nothing; and the options on
/// top of it.
struct GenerationBase {
    /// Name of the model; `nil` if none was named.
    let modelName: String?
    /// The fields that options give.
    let given: [String: JSONValue]
    private let document: RequestDocument?
    private let recipe: Recipe?
    /// The song with the recipe.
    private let song: URL?
    /// Whether the model is the recipe's.
    private let repeatsModel: Bool

    /// - Throws: ``MusicError``.
    init(
        _ model: ModelOptions, given: [String: JSONValue], prompt: String?, families: [any MusicFamily]
    ) throws {
        var given = given
        if let prompt {
            guard given["caption"] == nil else {
                throw MusicError(
                    .invalidRequest, "the prompt and --caption exclude each other", advice: "leave one of them out")
            }
            given["caption"] = .text(prompt)
        }
        if model.from != nil, model.request != nil {
            throw MusicError(
                .invalidRequest, "--from and --request exclude each other", advice: "leave one of them out")
        }
        var modelName = model.model
        document = try model.request.map { file in
            try RequestDocument(json: Data(try TextInput.read(file, what: "request").utf8))
        }
        song = try model.from.map { try PathArgument.url($0, "--from") }
        recipe = try song.map { try Recipe(file: $0) }
        repeatsModel = recipe != nil && model.model == nil
        if let document {
            modelName = modelName ?? document.model
        } else if let recipe {
            modelName = modelName ?? recipe.model
        } else if given["caption"] == nil, (given["task_type"] ?? "text2music") == "text2music" {
            throw MusicError(
                .invalidRequest, "no prompt was given",
                advice: "say what to make, as in: vivace generate \"calm piano\", or repeat a song with --from FILE")
        }
        try Self.checkTogether(given, CommandFields.all(of: families))
        self.modelName = modelName
        self.given = given
    }

    /// The request, its planning, and what else was said.
    ///
    /// - Parameters:
    ///   - found: the model that makes it.
    ///   - seeds: draws the seeds that nobody gave.
    /// - Throws: ``MusicError``.
    func content(for found: Engine.Found, seeds: SeedSource) throws -> RequestDocument.Content {
        let family = found.family
        var content = RequestDocument.Content()
        if let document {
            content = try document.content(for: family, seeds: seeds)
        } else if let recipe, let song {
            (content.request, content.notices) = recipe.repeated(
                beside: song, model: repeatsModel ? found.location : nil)
        }
        let options = given.filter { PlanningOptions.fields[$0.key] == nil }
        _ = try PlanningOptions.fields.read(given.filter { options[$0.key] == nil }, into: &content.planning)
        let fields = family.fields + MusicRequest.fields.descriptions
        let known = Set(fields.map(\.name))
        if let name = options.keys.filter({ !known.contains($0) }).min() {
            throw MusicError(
                .invalidRequest, "models of the family \(family.name) have no \(name)", advice: "leave the option out")
        }
        for name in Self.replaced(by: options, fields) { content.request.options[name] = nil }
        try content.request.read(options)
        content.request.asked.add(options.keys)
        if options["batch_size"] == nil {
            let given = MusicRequest.fields.descriptions + family.fields
            if given.contains(where: { $0.kind != $0.kind.ofOneSong && options[$0.name]?.isList == true }) {
                _ = content.request.countSongs(family.fields)
            } else if options["seeds"] != nil {
                content.request.batchSize = max(1, content.request.seeds.count)
            }
        }
        content.limitSeeds()
        return content
    }

    /// Fields of which an option takes the place, though it has another name.
    private static func replaced(by options: [String: JSONValue], _ fields: [FieldDescription]) -> [String] {
        fields.filter { options[$0.name] != nil && options[$0.name] != false }.flatMap(\.replaces)
            .filter { options[$0] == nil }
    }

    /// Refuses options that exclude each other.
    private static func checkTogether(_ given: [String: JSONValue], _ fields: [FieldDescription]) throws {
        for field in fields where given[field.name] != nil && given[field.name] != false {
            for other in fields where field.excludes.contains(other.name) && given[other.name] != nil {
                throw MusicError(
                    .invalidRequest, "--\(field.flags[0]) and --\(other.flags[0]) exclude each other",
                    advice: "leave one of them out")
            }
        }
    }
}
