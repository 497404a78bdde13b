/// A kind of models: what they are called, how their files are known, what their requests can hold, and how they are
/// loaded.
///
/// The composition root registers families; nothing else knows them by name.
public protocol MusicFamily: Sendable {
    /// Name, such as `ace-step`.
    var name: String { get }

    /// Its published checkpoints, and what folders of its checkpoints hold.
    var catalog: FamilyCatalog { get }

    /// The fields of a request that only this family understands.
    var fields: [FieldDescription] { get }

    /// What a request that comes as a document of the reference's form holds where the document says nothing.
    var documentDefaults: [String: JSONValue] { get }

    /// What a machine's memory suits.
    var memoryTiers: MemoryTiers { get }

    /// Brings a document's fields into the form of the table: names of other releases, choices that this family makes
    /// otherwise.
    ///
    /// - Returns: what the user should know.
    /// - Throws: ``MusicError`` with code `unsupported` or `invalidRequest`.
    func adapt(_ document: inout [String: JSONValue]) throws -> [String]

    /// Checks the fields of a request, as far as they can be told without a loaded model.
    ///
    /// - Returns: what the user should know though it stops nothing.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func validate(_ request: MusicRequest) throws -> [String]

    /// Checks the adapters of a request against a checkpoint, by headers and configurations alone.
    ///
    /// - Parameters:
    ///   - request: whose adapters are at their paths.
    ///   - location: of the checkpoint.
    /// - Returns: what each adapter is.
    /// - Throws: ``MusicError`` with code `unreadableInput` for files that can't be used, or `unsupported`.
    func adapters(of request: MusicRequest, for location: ModelLocation) throws -> [AdapterReport]

    /// What it does with adapters beside making songs with them; `nil` if its models take none.
    var adapterTools: (any AdapterTools)? { get }

    /// The tracks of a song beside its voices, as models of this family can take them out; empty if they can't.
    var accompanimentTracks: [String] { get }

    /// A request in a few phrases for people, such as `bpm 120`, without what is not set.
    func summary(of request: MusicRequest) -> [String]

    /// The source audio of which the song keeps samples as they are; `nil` if it keeps none.
    func keptSource(of request: MusicRequest) -> AudioInput?

    /// Why the samples of a request's songs can't be passed on as they are decoded; `nil` if they can.
    func reasonAgainstStreaming(of request: MusicRequest) -> String?

    /// What a finished song's parameters are shown as: all fields, whether they differ from their defaults or not.
    ///
    /// - Parameters:
    ///   - request: of this song alone, resolved.
    ///   - plan: what a language model planned.
    func parameters(of request: MusicRequest, plan: Plan?) -> [String: JSONValue]

    /// Whether a location holds a checkpoint of this family, judged by its files' names and configuration alone.
    func recognizes(_ location: ModelLocation) -> Bool

    /// What the checkpoint at a location was trained for, by its small files alone; `nil` if that can't be told.
    func tasks(at location: ModelLocation) -> [MusicTask]?

    /// Loads the checkpoint at a location.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`, `unsupported` or `outOfMemory`.
    func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend

    /// Whether a location holds a language model that plans for this family, or a checkpoint that comes with one.
    func recognizesPlanner(_ location: ModelLocation) -> Bool

    /// Loads the language model at a location.
    ///
    /// - Throws: likewise.
    func loadPlanner(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicPlanner
}

extension MusicFamily {
    public var name: String { catalog.family }
    public var fields: [FieldDescription] { [] }
    public var documentDefaults: [String: JSONValue] { [:] }
    public var memoryTiers: MemoryTiers { .unlimited }
    public var accompanimentTracks: [String] { [] }

    public func tasks(at location: ModelLocation) -> [MusicTask]? { nil }

    public func adapt(_ document: inout [String: JSONValue]) throws -> [String] { [] }

    /// Checks the common fields, and that there are no options but the family's fields, of their kinds.
    public func validate(_ request: MusicRequest) throws -> [String] {
        try request.checkOptions(fields, of: name)
        try request.checkSongCounts(fields)
        guard request.noise == nil, request.output == .audio else {
            let field = request.noise == nil ? "output_type" : "latents"
            throw MusicError(
                .unsupported, "Models of the family \(name) have no latents", field: field,
                suggestion: .leaveOut(field: field))
        }
        return try request.validate()
    }

    public var adapterTools: (any AdapterTools)? { nil }

    /// As the tools see them.
    public func adapters(of request: MusicRequest, for location: ModelLocation) throws -> [AdapterReport] {
        guard !request.adapters.isEmpty else { return [] }
        if let adapterTools { return try request.adapters.map { try adapterTools.report($0.path, for: location) } }
        throw MusicError(
            .unsupported, "Models of the family \(name) take no adapters", field: "adapters",
            suggestion: .leaveOut(field: "adapters"))
    }

    public func summary(of request: MusicRequest) -> [String] {
        request.summary + request.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.plainText)" }
    }

    public func keptSource(of request: MusicRequest) -> AudioInput? { nil }

    /// Latents can't be heard.
    public func reasonAgainstStreaming(of request: MusicRequest) -> String? {
        request.output == .latents ? "latents that are not decoded can't be heard" : nil
    }

    public func parameters(of request: MusicRequest, plan: Plan?) -> [String: JSONValue] {
        request.allFields.merging(request.options) { common, _ in common }
    }

    /// What the catalog says of the folder.
    public func recognizes(_ location: ModelLocation) -> Bool { holds(.music, location) }

    public func recognizesPlanner(_ location: ModelLocation) -> Bool { holds(.planning, location) }

    private func holds(_ purpose: ModelPurpose, _ location: ModelLocation) -> Bool {
        guard case .model(let found) = catalog.recognise(FolderView(location.directory)) else { return false }
        return found.purpose == purpose
    }

    public func loadPlanner(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicPlanner {
        throw MusicError(.unsupported, "The family \(name) has no language models")
    }
}

extension MusicRequest {
    /// Checks that every option is one of a family's fields and of its kind.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func checkOptions(_ fields: [FieldDescription], of family: String) throws {
        for (name, value) in options.sorted(by: { $0.key < $1.key }) {
            guard let field = fields.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
                let known = fields.map(\.name) + Self.fields.descriptions.map(\.name)
                throw MusicError.unknownField(name, among: known, of: "A request to \(family)")
            }
            _ = try field.normalized(value)
        }
    }

    /// The common fields, whether they differ from their defaults or not, with the first seed as `seed`.
    public var allFields: [String: JSONValue] {
        var object = Self.fields.object(of: self)
        object["seed"] = seeds.first.map { JSONValue($0) } ?? -1
        return object
    }

    /// The common fields as `name value` phrases, without what is not set.
    public var summary: [String] {
        var lines: [String] = []
        func add(_ name: String, _ value: (some Any)?) {
            if let value { lines.append("\(name) \(value)") }
        }
        if task != .text2music { add("task", task.rawValue) }
        add("source", source?.path)
        add("reference", reference?.path)
        promptPhrase.map { lines.append($0) }
        add("duration", duration.map { "\($0.plainText) s" })
        add("steps", steps)
        add("guidance", guidanceScale?.plainText)
        if !seeds.isEmpty { add(seeds.count == 1 ? "seed" : "seeds", seeds.map(String.init).joined(separator: ",")) }
        if batchSize > 1 { add("batch", batchSize) }
        if normalization != .peak { add("normalize", normalization.rawValue) }
        adapters.forEach { add("adapter", $0.text) }
        return lines
    }

    /// The prompt or the prompts as a phrase; `nil` if nothing is said.
    public var promptPhrase: String? {
        guard prompts.isEmpty else {
            return "prompts " + prompts.map { "\"\(Self.shortened($0))\"" }.joined(separator: ", ")
        }
        return prompt.isEmpty ? nil : "prompt \"\(Self.shortened(prompt))\""
    }

    /// A text on one line, of at most 60 characters; what would steer a terminal is replaced.
    public static func shortened(_ text: String) -> String {
        let line = PlainText.shown(text.split(whereSeparator: \.isNewline).joined(separator: " / "))
        return line.count <= 60 ? line : line.prefix(57) + "..."
    }
}
