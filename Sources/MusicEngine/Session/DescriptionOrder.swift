public import MusicCore

/// What a language model is asked to put into words.
public struct DescriptionOrder: Sendable {
    /// The question.
    public enum Question: Sendable {
        /// What an audio file sounds like.
        case file(String)
        /// What audio codes sound like; none make an example up.
        case codes(AudioCodes)
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
    /// The length of a file, and of codes, is what it is; the language model is not asked for it.
    ///
    /// - Throws: ``MusicError``: `modelNotFound` if there is no language model.
    public func describe(_ order: DescriptionOrder) async throws -> SongDescription {
        try order.sampling.validate()
        if case .file(let path) = order.question { try AudioInputs.checkSource(path) }
        let found = try await find(order.model)
        var notices = try Self.notices(of: order.question, found.family)
        let choice = PlannerChoice(
            wish: .required, name: order.languageModel,
            tier: try tier(of: found.family, named: order.tier, within: order.loadOptions.maxMemory))
        let seed = order.seed ?? seeds.draw()
        var codes = AudioCodes()
        var seconds: Double?
        switch order.question {
        case .file(let path):
            let input = try await audio(path, for: found, options: order.loadOptions)
            seconds = input.audio?.duration
            codes = AudioCodes(try await audioCodes(of: input, by: found, options: order.loadOptions))
        case .codes(let given):
            codes = given
        case .query, .draft: break
        }
        let chosen = try await planner(choice, for: found, options: order.loadOptions)
        guard let lease = chosen.lease else {
            throw MusicError(.internal, "a language model is required and was not loaded")
        }
        if order.model == nil, order.languageModel == nil, await isBuiltin(found) {
            notices.append(
                "no real language model is installed: using the built-in one, which knows little beyond its own "
                    + "synthesizer music")
        }
        notices += [chosen.notice].compactMap { $0 }
        let planner = lease.model
        var description: SongDescription
        switch order.question {
        case .file, .codes:
            let (known, limit) = AudioCodes.limited(codes.codes, toModelOf: planner.codeCount)
            description = try await planner.understand(codes: known, sampling: order.sampling, seed: seed)
            description.notices += [codes.notice, limit].compactMap { $0 }
            if let seconds { description.metadata.duration = max(1, Int(seconds.rounded())) }
        case .query(let query, let instrumental, let language):
            description = try await planner.createSample(
                query: query, instrumental: instrumental, language: language, sampling: order.sampling, seed: seed)
        case .draft(let caption, let lyrics, let known):
            description = try await planner.formatSample(
                caption: caption, lyrics: lyrics, known: known, sampling: order.sampling, seed: seed)
        }
        description.notices = notices + description.notices
        await lease.release()
        return description
    }

    /// What a family says of the values in a question, as it would of a request's.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    private static func notices(
        of question: DescriptionOrder.Question, _ family: any MusicFamily
    ) throws -> [String] {
        var request = MusicRequest(prompt: "a song")
        var values: [String: JSONValue] = [:]
        switch question {
        case .file, .codes: return []
        case .query(_, _, let language): values["vocal_language"] = language.json
        case .draft(_, let lyrics, let known):
            values = [
                "vocal_language": known.language.json, "bpm": known.bpm.json, "keyscale": known.keyScale.json,
                "timesignature": known.timeSignature.json, "lyrics": .text(lyrics),
            ]
        }
        let names = Set(family.fields.map(\.name))
        try request.read(values.filter { names.contains($0.key) && $0.value != .null })
        return try family.validate(request)
    }

    /// The audio codes of a file.
    ///
    /// - Throws: ``MusicError``; `unsupported` if the model has no codes.
    public func audioCodes(
        of path: String, by found: Found, options: LoadOptions = LoadOptions()
    ) async throws -> [Int] {
        try AudioInputs.checkSource(path)
        return try await audioCodes(
            of: try await audio(path, for: found, options: options), by: found, options: options)
    }

    private func audioCodes(
        of input: AudioInput, by found: Found, options: LoadOptions
    ) async throws -> [Int] {
        let lease = try await model(found, options: options)
        let codes = try await lease.model.audioCodes(of: input)
        await lease.release()
        return codes
    }

    /// The samples of a file, in the form that a model wants.
    private func audio(_ path: String, for found: Found, options: LoadOptions) async throws -> AudioInput {
        let lease = try await model(found, options: options)
        let input = try AudioInputs.read(
            AudioInput(path: path), sampleRate: lease.model.info.sampleRate,
            channels: lease.model.info.channelCount, limit: RequestLimits.sourceDuration)
        await lease.release()
        return input
    }
}
