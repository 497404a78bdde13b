public import Foundation
public import MusicCore

/// What a language model is asked as a JSON document, with the parameters of the reference's `understand_music`,
/// `create_sample` and `format_sample`; what `vivace understand`, `create` and `format` print is read too.
public struct DescriptionDocument: Sendable, Equatable {
    /// What is wanted, of `create_sample`.
    public var query: String?
    public var instrumental: Bool?
    /// Audio codes, of `understand_music`.
    public var audioCodes: String?
    /// An audio file in their place.
    public var file: String?
    /// The caption to rewrite, of `format_sample`.
    public var caption: String?
    /// The lyrics to lay out.
    public var lyrics: String?
    /// What is known of the song, under the names of requests: `bpm`, `keyscale`, `timesignature`, `duration`,
    /// `vocal_language`.
    public var known: [String: JSONValue] = [:]
    /// How tokens are drawn, under the names of ``MusicCore/PlannerSampling/fields``.
    public var sampling: [String: JSONValue] = [:]
    public var seed: UInt64?
    public var model: String?
    public var languageModel: String?

    public init() {}

    /// Reads a document.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public init(json: Data) throws {
        let value = try JSONText.read(json, what: "The request")
        guard case .object(let object) = value else {
            throw MusicError(
                .invalidRequest, "The request is \(value.described)", advice: "write it as an object: {\"query\": ...}")
        }
        try self.init(object)
    }

    /// Reads a document.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for a field that is not known, or not what it must be.
    public init(_ object: [String: JSONValue]) throws {
        var object = object
        // What is printed of a result.
        for name in ["status_message", "success", "error", "genres", "notices"] { object[name] = nil }
        // The known fields of a song in an object of their own, as `format_sample` and the reference's server have it.
        for name in ["user_metadata", "param_obj"] {
            guard case .object(let inner)? = object.removeValue(forKey: name) else { continue }
            object.merge(inner) { own, _ in own }
        }
        for field in PlannerSampling.fields.descriptions {
            for name in field.aliases {
                if let value = object.removeValue(forKey: name), object[field.name] == nil {
                    object[field.name] = value
                }
            }
        }
        // In these functions they stand for all tokens.
        for name in ["lm_top_k", "lm_top_p"] where object[name] == .null { object[name] = nil }
        var rest = try Self.fields.read(object, into: &self)
        for field in PlannerSampling.fields.descriptions {
            for name in [field.name] + field.aliases {
                if let value = rest.removeValue(forKey: name), value != .null { sampling[field.name] = value }
            }
        }
        if rest.removeValue(forKey: "constrained_decoding_debug") == true {
            throw MusicError(
                .unsupported, "The field constrained_decoding_debug is true, and there is no such report",
                advice: "leave the field out")
        }
        if let name = rest.keys.min() {
            let known = Self.fields.descriptions + PlannerSampling.fields.descriptions
            throw MusicError.unknownField(
                name, among: known.flatMap { [$0.name] + $0.aliases }, of: "A request")
        }
    }

    private static let fields = FieldTable<DescriptionDocument>(
        [
            Field("query", \.query, .text, aliases: ["sample_query", "description"]),
            Field("instrumental", \.instrumental, .flag),
            Field("audio_codes", \.audioCodes, .text, aliases: ["audio_code_string", "codes"]),
            Field("src_audio", \.file, .text, aliases: ["src_audio_path", "audio", "audio_path", "file"]),
            Field("caption", \.caption, .text, aliases: ["prompt"]),
            Field("lyrics", \.lyrics, .text),
            Field(
                "seed", .custom(expected: "a whole number, below 0 to draw one"),
                read: { document, json in
                    if let number = json.numberValue, number < 0 { return }
                    document.seed = UInt64(json: try FieldKind.seed.normalized(json, field: "seed"))
                }),
            Field("model", \.model, .text),
            Field("lm", \.languageModel, .text, aliases: ["lm_model", "lm_model_path", "language_model"]),
        ]
            + knownNames.map { name, aliases in
                Field(
                    name, .custom(expected: "what a request has"), aliases: aliases,
                    read: { document, json in
                        // Numbers of 0 and less, and blank texts, say nothing.
                        if let number = json.numberValue, number <= 0 { return }
                        if json.plainText.allSatisfy(\.isWhitespace) { return }
                        document.known[name] = json
                    })
            })

    private static let knownNames: [(String, [String])] = [
        ("bpm", []), ("duration", ["audio_duration"]), ("keyscale", ["key", "key_scale", "keyScale"]),
        ("timesignature", ["time_signature", "timeSignature"]), ("vocal_language", ["language"]),
    ]
}
