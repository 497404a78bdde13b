public import MusicCore

/// What a language model is asked to put into words.
public struct DescriptionOrder: Sendable {
    /// The question.
    public enum Question: Sendable {
        /// What an audio file sounds like.
        case file(String)
        /// What audio codes sound like; none make an example up.
        case codes([Int])
        /// A song's description out of a few words; `language` of the lyrics is the model's choice if it is `nil`.
        case query(String, instrumental: Bool, language: String?)
        /// A better caption, and lyrics laid out for singing; what is `known` is kept.
        case draft(caption: String, lyrics: String, known: SongMetadata)
    }

    public var question: Question
    /// Name of the model that makes audio codes and may come with the language model; `nil` takes the default one.
    public var model: String?
    /// Name of the language model; `nil` takes the one that comes with the model, else the best installed one.
    public var languageModel: String?
    public var loadOptions: LoadOptions
    /// Name of the memory tier; `nil` takes the machine's.
    public var tier: String?
    public var sampling: PlannerSampling
    /// Repeats a result; `nil` draws one.
    public var seed: UInt64?

    public init(
        _ question: Question, model: String? = nil, languageModel: String? = nil,
        loadOptions: LoadOptions = LoadOptions(), tier: String? = nil,
        sampling: PlannerSampling = PlannerSampling(), seed: UInt64? = nil
    ) {
        self.question = question
        self.model = model
        self.languageModel = languageModel
        self.loadOptions = loadOptions
        self.tier = tier
        self.sampling = sampling
        self.seed = seed
    }
}

extension Engine {
    /// What a language model makes of a question.
    ///
    /// - Throws: ``MusicError``: `modelNotFound` if there is no language model.
    public func describe(_ order: DescriptionOrder) async throws -> SongDescription {
        try order.sampling.validate()
        if case .file(let path) = order.question { try AudioInputs.checkSource(path) }
        let found = try await find(order.model)
        let choice = PlannerChoice(
            wish: .required, name: order.languageModel,
            tier: try tier(of: found.family, named: order.tier, within: order.loadOptions.maxMemory))
        let seed = order.seed ?? seeds.draw()
        var codes: [Int] = []
        if case .file(let path) = order.question {
            codes = try await audioCodes(of: path, by: found, options: order.loadOptions)
        }
        guard let lease = try await planner(choice, for: found, options: order.loadOptions).lease else {
            throw MusicError(.internal, "a language model is required and was not loaded")
        }
        let planner = lease.model
        let description: SongDescription
        switch order.question {
        case .file:
            description = try await planner.understand(codes: codes, sampling: order.sampling, seed: seed)
        case .codes(let codes):
            description = try await planner.understand(codes: codes, sampling: order.sampling, seed: seed)
        case .query(let query, let instrumental, let language):
            description = try await planner.createSample(
                query: query, instrumental: instrumental, language: language, sampling: order.sampling, seed: seed)
        case .draft(let caption, let lyrics, let known):
            description = try await planner.formatSample(
                caption: caption, lyrics: lyrics, known: known, sampling: order.sampling, seed: seed)
        }
        await lease.release()
        return description
    }

    /// The audio codes of a file.
    ///
    /// - Throws: ``MusicError``; `unsupported` if the model has no codes.
    public func audioCodes(
        of path: String, by found: Found, options: LoadOptions = LoadOptions()
    ) async throws -> [Int] {
        try AudioInputs.checkSource(path)
        let lease = try await model(found, options: options)
        let backend = lease.model
        let input = try AudioInputs.read(
            AudioInput(path: path), sampleRate: backend.info.sampleRate, channels: backend.info.channelCount,
            limit: RequestLimits.sourceDuration)
        let codes = try await backend.audioCodes(of: input)
        await lease.release()
        return codes
    }
}
