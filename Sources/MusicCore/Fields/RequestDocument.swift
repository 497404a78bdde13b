public import Foundation

/// A request as a JSON document, as programs of this field write it: the fields of a request, of planning and of output
/// side by side, or as two objects named `params` and `config`.
///
/// What a program prints of a finished generation is such a document too: its `parameters` are read.
public struct RequestDocument: Sendable {
    /// The fields, by the names under which they came.
    public private(set) var object: [String: JSONValue]
    /// Whether it is a song in words, which is no request of the reference's form and has none of its defaults.
    private var isDescription = false

    /// What a document says.
    public struct Content: Sendable {
        public var request = MusicRequest()
        public var planning = PlanningOptions()
        /// Name of the model, if the document names one.
        public var model: String?
        /// Name of the language model, likewise.
        public var languageModel: String?
        /// Extension of the file, such as `flac`, likewise.
        public var audioFormat: String?
        /// Whether the document says that a language model is to plan, or is not to; `nil` if it doesn't say.
        public var thinking: Bool?
        /// What the user should know of the document.
        public var notices: [String] = []

        public init() {}
    }

    /// Reads a document.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public init(json: Data) throws {
        let value = try JSONText.read(json, what: "The request")
        guard case .object(let object) = value else {
            throw MusicError(
                .invalidRequest, "The request is \(value.described)",
                advice: "write it as an object: {\"caption\": \"...\", ...}")
        }
        self.init(object)
    }

    /// - Parameter object: a document.
    public init(_ object: [String: JSONValue]) {
        self.object = object
        if case .object(var parameters)? = object["parameters"] {
            // What is printed of a finished generation.
            if let model = object["model"], parameters["model"] == nil { parameters["model"] = model }
            // What is made again has its plan already.
            if parameters["thinking"] == nil { parameters.merge(Self.withoutPlan) { own, _ in own } }
            self.object = parameters
        } else if object["status_message"] != nil {
            isDescription = true
            for name in ["status_message", "success", "error", "genres", "notices"] { self.object[name] = nil }
        }
    }

    private static let withoutPlan: [String: JSONValue] = [
        "thinking": false, "use_cot_metas": false, "use_cot_caption": false, "use_cot_language": false,
    ]

    /// The model that the document names, if it names one.
    public var model: String? {
        var settings = Settings()
        for (name, field) in flat where Settings.fields[name]?.name == "model" {
            try? Settings.fields[name]?.set(&settings, to: field)
        }
        return settings.model
    }

    /// All fields, those of `params` and `config` side by side.
    private var flat: [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for (name, value) in object {
            if ["params", "config"].contains(name), case .object(let inner) = value {
                all.merge(inner) { own, _ in own }
            } else {
                all[name] = value
            }
        }
        return all
    }

    /// What the document says to a family.
    ///
    /// A document that says nothing of `batch_size` asks for one song, or for one for each of its seeds; one that says
    /// nothing of `use_random_seed` wants its seeds used.
    ///
    /// - Parameters:
    ///   - family: whose request it is.
    ///   - seeds: draws the seeds that are below 0.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field; for unknown fields, the nearest known
    ///   one too.
    public func content(for family: any MusicFamily, seeds: SeedSource = .system) throws -> Content {
        try checkNesting()
        var content = Content()
        var rest = flat
        content.notices = try family.adapt(&rest)
        rest = Self.canonical(rest, family.fields, &content.notices)
        let names = askedNames(rest, family)
        // A song in words is no request of the reference's form, and has none of its defaults.
        let defaults = isDescription ? [:] : family.documentDefaults
        content.request.asked = AskedFields(names: names, defaulted: Set(defaults.keys).subtracting(names))
        for (name, value) in defaults where (rest[name] ?? .null) == .null { rest[name] = value }

        var settings = Settings()
        let given = rest
        rest = try Settings.fields.read(rest, into: &settings)
        rest = try PlanningOptions.fields.read(rest, into: &content.planning)
        rest = try MusicRequest.fields.read(rest, into: &content.request)
        let known = family.fields.map(\.name)
        if let name = rest.keys.filter({ !known.contains($0) }).min() { throw Self.unknown(name, family) }
        for (name, value) in rest where value != .null { content.request.options[name] = value }
        try content.request.checkOptions(family.fields, of: family.name)

        var hasBatchSize = (given["batch_size"] ?? .null) != .null
        if !hasBatchSize { hasBatchSize = content.request.countSongs(family.fields) }
        try settings.applySeeds(
            to: &content.request, hasBatchSize: hasBatchSize, from: seeds, notices: &content.notices)
        content.model = settings.model
        content.languageModel = settings.languageModel
        content.audioFormat = settings.audioFormat
        if let thinking = given["thinking"], thinking != .null { content.thinking = content.planning.writesCodes }
        return content
    }

    /// The fields that the document asks for: those that it names; of the reference's nested form, which names every
    /// parameter, those that don't have their default.
    private func askedNames(_ fields: [String: JSONValue], _ family: any MusicFamily) -> Set<String> {
        let named = fields.filter { $0.value != .null }
        guard object["params"] != nil else { return Set(named.keys) }
        let usual = MusicRequest.fields.object(of: MusicRequest()).merging(family.documentDefaults) { $1 }
        return Set(named.filter { $0.value != usual[$0.key] }.keys)
    }

    /// Fields of the reference's nested form are only those two.
    private func checkNesting() throws {
        guard object["params"] != nil || object["config"] != nil else { return }
        if let name = object.keys.filter({ !["params", "config"].contains($0) }).min() {
            throw MusicError.unknownField(name, among: ["params", "config"], of: "A request with params and config")
        }
        for name in ["params", "config"] {
            guard let value = object[name] else { continue }
            guard case .object = value else {
                throw MusicError.invalidField(
                    name, value, "The field \(name) is \(value.described)", expected: "an object")
            }
        }
    }

    /// The object with the names of the tables in place of their aliases; the name wins where both say something.
    private static func canonical(
        _ object: [String: JSONValue], _ family: [FieldDescription], _ notices: inout [String]
    ) -> [String: JSONValue] {
        var object = object
        let all =
            family + MusicRequest.fields.descriptions + PlanningOptions.fields.descriptions
            + Settings.fields.descriptions
        for field in all {
            for alias in field.aliases {
                guard let value = object.removeValue(forKey: alias) else { continue }
                let own = object[field.name] ?? .null
                if own == .null {
                    object[field.name] = value
                } else if value != .null, value != own {
                    notices.append("\(alias) is not used: it is another name of \(field.name), which is given too")
                }
            }
        }
        return object
    }

    private static func unknown(_ name: String, _ family: any MusicFamily) -> MusicError {
        if let advice = ForeignFields.advice(for: name) {
            return MusicError(.invalidRequest, "A request has no field '\(name)'", advice: advice, field: name)
        }
        let tables =
            family.fields + MusicRequest.fields.descriptions + PlanningOptions.fields.descriptions
            + Settings.fields.descriptions
        return MusicError.unknownField(name, among: tables.flatMap { [$0.name] + $0.aliases }, of: "A request")
    }
}

extension RequestDocument {
    /// Seeds as one number, a list, or a text with commas between; `nil` stands for one that is drawn.
    ///
    /// - Parameters:
    ///   - json: as a document or a command line gave it.
    ///   - field: its name, for messages.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public static func seeds(of json: JSONValue, field: String) throws -> [UInt64?] {
        try Settings.seeds(json, field)
    }
}

extension RequestDocument.Content {
    /// Leaves out seeds beyond the number of songs, and says so.
    public mutating func limitSeeds() {
        guard request.seeds.count > request.batchSize else { return }
        notices.append(
            RequestDocument.Settings.notice(seeds: request.seeds.count, songs: request.batchSize))
        request.seeds = Array(request.seeds.prefix(request.batchSize))
    }
}

extension RequestDocument {
    /// What a document says beside the request and its planning.
    struct Settings: Sendable {
        var model: String?
        var languageModel: String?
        var audioFormat: String?
        var usesRandomSeeds: Bool?
        /// Of `seed`, then of `seeds`; `nil` stands for one that is drawn.
        var seed: [UInt64?]?
        var seeds: [UInt64?]?

        static let fields = FieldTable<Settings>([
            Field(
                "model", \.model, .text,
                aliases: ["model_name", "dit_model", "synth_model"]),
            Field("lm", \.languageModel, .text, aliases: ["lm_model", "lm_model_path", "language_model"]),
            Field("audio_format", \.audioFormat, .text, aliases: ["format", "output_format"]).open(
                FieldDescription.openTexts),
            Field("use_random_seed", \.usesRandomSeeds, .flag),
            Field(
                "seed", .custom(expected: "a whole number, below 0 to draw one"),
                read: { $0.seed = try Self.seeds($1, "seed") }),
            Field(
                "seeds", .custom(expected: "whole numbers, below 0 to draw one"), aliases: ["manual_seeds"],
                read: { $0.seeds = try Self.seeds($1, "seeds") }),
        ])

        /// One number, a list, or a text with commas between.
        static func seeds(_ json: JSONValue, _ field: String) throws -> [UInt64?] {
            let items: [JSONValue]
            switch json {
            case .list(let list): items = list
            case .text(let text): items = FieldKind.items(of: text).filter { $0 != "" }
            default: items = [json]
            }
            return try items.map { item in
                let number = item.numberValue ?? Double(item.plainText)
                if let number, number < 0, number == number.rounded() { return nil }
                return UInt64(json: try FieldKind.seed.normalized(item, field: field))
            }
        }

        static func notice(seeds: Int, songs: Int) -> String {
            "There are \(seeds) seeds for \(songs) song\(songs == 1 ? "" : "s"): the rest is not used"
        }

        /// Puts the seeds into a request, and as many songs as there are seeds where nothing is said of their number.
        func applySeeds(
            to request: inout MusicRequest, hasBatchSize: Bool, from source: SeedSource, notices: inout [String]
        ) throws {
            let given = seeds ?? seed.flatMap { $0.contains { $0 != nil } ? $0 : nil } ?? []
            if !hasBatchSize {
                let limits = RequestLimits.batchSize
                request.batchSize = min(limits.upperBound, max(limits.lowerBound, given.count))
            }
            request.seeds = []
            guard usesRandomSeeds != true else {
                if given.contains(where: { $0 != nil }) {
                    notices.append("use_random_seed is true: the seeds that are given are not used")
                }
                return
            }
            let used = given.prefix(request.batchSize)
            if used.count < given.count {
                notices.append(Self.notice(seeds: given.count, songs: request.batchSize))
            }
            guard used.contains(where: { $0 != nil }) else { return }
            request.seeds = used.map { $0 ?? source.draw() }
        }
    }
}
