/// What to make: the part of a request that every model family understands, and what is left to the family.
///
/// A `nil` field means "the model decides"; ``MusicBackend/resolve(_:)`` fills it in, so that the values which are
/// used can be shown and stored with the song.
public struct MusicRequest: Sendable, Equatable {
    /// Free text: style, instruments, mood.
    public var prompt: String
    /// A text for each song, in place of ``prompt``; empty where all songs have that.
    public var prompts: [String] = []
    /// What is done with the source audio.
    public var task = MusicTask.text2music
    /// The audio that the task works on.
    public var source: AudioInput?
    /// Audio whose sound the song is to have.
    public var reference: AudioInput?
    /// Length in seconds.
    ///
    /// A song made from source audio has its length, and this is only what the model is told.
    public var duration: Double?
    /// Number of denoising steps.
    public var steps: Int?
    /// Strength of classifier-free guidance; 1 turns it off.
    public var guidanceScale: Double?
    /// One seed per song; songs without one draw theirs at random.
    public var seeds: [UInt64] = []
    /// The noise that songs begin from; `nil` draws it from their seeds.
    public var noise: LatentsInput?
    /// How many songs to make, 1 to 8.
    public var batchSize = 1
    /// How the finished audio's level is set.
    public var normalization = Normalization.peak
    /// Peak that ``Normalization/peak`` brings the audio to, in dB of full scale, at most 0.
    public var normalizationLevel = -1.0
    /// What is made.
    public var output = Output.audio
    /// The adapters that the model works with, in any order; empty for the model as it is.
    public var adapters: [AdapterUse] = []
    /// What only some families understand, by name as in JSON; the family that gets the request reads them and refuses
    /// those that it does not know.
    public var options: [String: JSONValue] = [:]
    /// Which fields somebody asked for, as far as is known.
    public var asked = AskedFields()

    /// What a generation ends with.
    public enum Output: String, Sendable, Codable, CaseIterable, FieldValue {
        case audio
        /// The latents from which the waveform would be decoded; there are no samples then.
        case latents
    }

    /// Level rules for finished audio.
    public enum Normalization: String, Sendable, Codable, CaseIterable, FieldValue {
        /// Divide by the peak where it exceeds full scale, then bring the peak to ``MusicRequest/normalizationLevel``.
        case peak
        /// Leave the decoder's samples as they are.
        case none
    }

    public init(
        prompt: String = "", duration: Double? = nil, seeds: [UInt64] = [], batchSize: Int = 1, steps: Int? = nil,
        guidanceScale: Double? = nil, task: MusicTask = .text2music, source: AudioInput? = nil,
        reference: AudioInput? = nil, normalization: Normalization = .peak, options: [String: JSONValue] = [:]
    ) {
        self.prompt = prompt
        self.duration = duration
        self.seeds = seeds
        self.batchSize = batchSize
        self.steps = steps
        self.guidanceScale = guidanceScale
        self.task = task
        self.source = source
        self.reference = reference
        self.normalization = normalization
        self.options = options
    }

    /// Whether the source is listened to: by every task but text2music, unless a family edits music by its text.
    public var usesSource: Bool {
        guard task == .text2music, let edit = options["flow_edit_morph"] else { return task != .text2music }
        return (try? FieldKind.flag.normalized(edit, field: "flow_edit_morph")) == true
    }

    /// A request for as many songs as there are prompts, each with its own.
    ///
    /// - Parameters:
    ///   - prompts: one for each song, 1 to 8.
    ///   - duration: length of each song in seconds; `nil` leaves it to the model.
    ///   - seeds: one for each song; songs without one draw theirs.
    public init(prompts: [String], duration: Double? = nil, seeds: [UInt64] = []) {
        self.init(duration: duration, seeds: seeds, batchSize: prompts.count)
        self.prompts = prompts
    }
}

extension MusicRequest {
    /// The fields of every request.
    public static let fields = FieldTable<MusicRequest>([
        Field(
            "caption", .each(.text), aliases: ["prompt", "description", "text"], flags: ["caption", "prompt"],
            placeholder: "text",
            help: "Style, instruments, mood, as the argument says them; give it once for each song to make several.",
            read: { request, json in
                request.prompts = json.isList ? [String](json: json) ?? [] : []
                request.prompt = json.isList ? "" : json.plainText
            }, value: { $0.prompts.isEmpty ? $0.prompt.json : $0.prompts.json }
        ).alwaysWritten(),
        Field(
            "task_type", .text, aliases: ["task"], flags: ["task", "task-type"], placeholder: "task",
            help: "What is done with the source audio (default: text2music).", group: .task,
            read: { $0.task = MusicTask(spelled: $1.plainText) ?? $0.task }, value: { $0.task.json }
        ).alwaysWritten(),
        Field(
            "src_audio", .file, aliases: ["src_audio_path", "source_audio", "source"],
            flags: ["source", "src-audio"], placeholder: "file", help: "The audio file that the task works on.",
            group: .task,
            read: { $0.source = AudioInput(named: $1.plainText) }, value: { ($0.source?.path).json }),
        Field(
            "reference_audio", .file, aliases: ["reference_audio_path", "ref_audio", "ref_audio_path"],
            flags: ["reference", "reference-audio"], placeholder: "file",
            help: "An audio file whose timbre the song is to have.", group: .task,
            read: { $0.reference = AudioInput(named: $1.plainText) }, value: { ($0.reference?.path).json }),
        Field(
            "duration", .number(-1e9...1e9),
            aliases: [
                "audio_duration", "target_duration", "audioDuration", "seconds", "length", "audio_length",
                "song_length",
            ], flags: ["duration"], placeholder: "seconds",
            help: "Length in seconds, \(RequestLimits.duration.lowerBound.plainText) to "
                + "\(RequestLimits.duration.upperBound.plainText); 0 or less leaves it to the model (default).",
            // What the reference's programs write for a length that is open.
            read: { request, json in request.duration = json.numberValue.flatMap { $0 <= 0 ? nil : $0 } },
            value: { $0.duration.json }
        ).open(FieldDescription.openTexts),
        Field(
            "inference_steps", \.steps, .integer(RequestLimits.steps),
            aliases: ["infer_step", "infer_steps", "num_inference_steps", "steps"],
            flags: ["steps", "inference-steps"],
            help: "Number of denoising steps (default: the model's).", group: .sampling
        ).replacing("timesteps"),
        Field(
            "guidance_scale", \.guidanceScale, .number(RequestLimits.guidanceScale),
            aliases: ["cfg_scale", "cfg", "guidance"],
            flags: ["guidance-scale"], placeholder: "scale",
            help: "Strength of guidance; 1 turns it off (default: the model's).", group: .sampling),
        Field(
            "seeds", .custom(expected: "whole numbers from 0 to 2^64 - 1, with commas between; -1 draws one"),
            flags: ["seed", "seeds"], placeholder: "seed",
            help: "Seed, or several with commas between, one per song; songs without one, and -1, draw theirs.",
            group: .sampling,
            read: { request, json in
                let seeds = try RequestDocument.Settings.seeds(json, "seeds")
                let isDrawn = seeds.allSatisfy { $0 == nil }
                request.seeds = isDrawn ? [] : seeds.map { $0 ?? SeedSource.system.draw() }
            }, value: { $0.seeds.json }
        ).alwaysWritten(),
        Field(
            "latents", .file, aliases: ["noise_latents"], flags: ["noise-latents"], placeholder: "file",
            help: "Noise to begin from in place of the seeds', as .safetensors or .npy: frames x channels, with "
                + "several songs songs x frames x channels.", group: .sampling,
            read: { $0.noise = LatentsInput(named: $1.plainText) },
            value: { ($0.noise?.text).flatMap { $0.isEmpty ? nil : $0 }.json }),
        Field(
            "batch_size", \.batchSize, .integer(RequestLimits.batchSize), aliases: ["batch", "num_songs"],
            flags: ["batch", "batch-size"],
            help: "How many songs to make, \(RequestLimits.batchSize.lowerBound) to "
                + "\(RequestLimits.batchSize.upperBound).", group: .sampling
        ).alwaysWritten(),
        Field(
            "enable_normalization", .flag, flags: ["enable-normalization"],
            help: "Bring the peak of the result to normalization_db (default), or leave the level as it is.",
            group: .output,
            read: { request, json in request.normalization = json == true ? .peak : .none },
            value: { .flag($0.normalization == .peak) }
        ).alwaysWritten(),
        Field(
            "normalization", .choice(Normalization.allCases.map(\.rawValue)), flags: ["normalize"], placeholder: "rule",
            help: "Level of the result: peak (at most full scale, then -1 dBFS) or none (default: peak).",
            group: .output,
            read: { request, json in request.normalization = Normalization(json: json) ?? request.normalization }),
        Field(
            "normalization_db", \.normalizationLevel, .number(RequestLimits.normalizationLevel),
            flags: ["normalization-db"], placeholder: "dB",
            help: "Peak of the result in dB of full scale, "
                + "\(RequestLimits.normalizationLevel.lowerBound.plainText) to 0 (default: -1).", group: .output),
        Field(
            "output_type", .choice(["audio", "latent", "pt", "np"]),
            help: "audio, or latent for the latents alone; pt and np are audio too.",
            read: { $0.output = $1 == "latent" ? .latents : .audio },
            value: { .text($0.output == .latents ? "latent" : "audio") }),
        Field(
            "adapters", .custom(expected: AdapterUse.expected), aliases: ["adapter", "loras", "lora"],
            flags: ["adapter"], placeholder: "path[:scale]",
            help: "An adapter (LoRA, DoRA, LoKr, LoHa) as a folder or .safetensors file, with its strength behind a "
                + "colon (default: 1), and factors for parts of the network, as in voice:0.8,mlp=0.5. Give it once for "
                + "each adapter.", group: .sampling,
            read: { $0.adapters = try AdapterUse.list($1) },
            value: { .list($0.adapters.map(\.document)) }
        ).repeatable(),
        Field(
            "latents_only", .flag, flags: ["latents-only"],
            help: "Make the latents alone, without decoding them.", group: .output,
            read: { $0.output = $1 == true ? .latents : .audio }),
    ])
}

extension MusicRequest: Codable {
    /// Reads the common fields by their names; everything else is an option of some family.
    public init(from decoder: any Decoder) throws {
        let object = try decoder.singleValueContainer().decode([String: JSONValue].self)
        self.init()
        try read(object)
    }

    /// Sets what an object has: the common fields, and options for the family.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public mutating func read(_ object: [String: JSONValue]) throws {
        let rest = try Self.fields.read(object, into: &self)
        for (name, value) in rest { options[name] = value == .null ? nil : value }
    }

    /// The request as a JSON object: what differs from the defaults, and the fields that are always written.
    public var object: [String: JSONValue] {
        options.merging(Self.fields.object(of: self, usual: MusicRequest())) { _, common in common }
    }

    public func encode(to encoder: any Encoder) throws { try object.encode(to: encoder) }
}
