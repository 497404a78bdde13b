extension MusicRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case prompt = "caption"
        case lyrics, instrumental
        case vocalLanguage = "vocal_language"
        case duration, bpm
        case keyScale = "keyscale"
        case timeSignature = "timesignature"
        case steps = "inference_steps"
        case shift
        case guidanceScale = "guidance_scale"
        case timesteps, seeds
        case batchSize = "batch_size"
        case normalization
        case normalizationLevel = "normalization_db"
        case task = "task_type"
        case instruction
        case source = "src_audio"
        case reference = "reference_audio"
        case audioCodes = "audio_codes"
        case tracks = "track_classes"
        case regions
        case keepsSource = "keep_source"
        case coverStrength = "audio_cover_strength"
        case coverRule = "cover_rule"
        case coverNoiseStrength = "cover_noise_strength"
        case guidanceMethod = "guidance_method"
        case guidanceStart = "cfg_interval_start"
        case guidanceEnd = "cfg_interval_end"
        case solver = "infer_method"
        case snapsTimesteps = "snap_timesteps"
        case latentRescale = "latent_rescale"
        case latentShift = "latent_shift"
    }

    /// Fields that are missing have their defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(prompt: "")
        func read<Value: Decodable>(_ key: CodingKeys, _ field: inout Value) throws {
            if let value = try values.decodeIfPresent(Value.self, forKey: key) { field = value }
        }
        try read(.prompt, &prompt)
        try read(.lyrics, &lyrics)
        try read(.instrumental, &instrumental)
        try read(.vocalLanguage, &vocalLanguage)
        duration = try values.decodeIfPresent(Double.self, forKey: .duration)
        bpm = try values.decodeIfPresent(Int.self, forKey: .bpm)
        keyScale = try values.decodeIfPresent(String.self, forKey: .keyScale)
        timeSignature = try values.decodeIfPresent(String.self, forKey: .timeSignature)
        steps = try values.decodeIfPresent(Int.self, forKey: .steps)
        shift = try values.decodeIfPresent(Double.self, forKey: .shift)
        guidanceScale = try values.decodeIfPresent(Double.self, forKey: .guidanceScale)
        timesteps = try values.decodeIfPresent([Double].self, forKey: .timesteps)
        try read(.seeds, &seeds)
        try read(.batchSize, &batchSize)
        try read(.normalization, &normalization)
        try read(.normalizationLevel, &normalizationLevel)
        try read(.task, &task)
        instruction = try values.decodeIfPresent(String.self, forKey: .instruction)
        source = try values.decodeIfPresent(AudioInput.self, forKey: .source)
        reference = try values.decodeIfPresent(AudioInput.self, forKey: .reference)
        audioCodes = try values.decodeIfPresent(String.self, forKey: .audioCodes)
        try read(.tracks, &tracks)
        try read(.regions, &regions)
        try read(.keepsSource, &keepsSource)
        try read(.coverStrength, &coverStrength)
        try read(.coverRule, &coverRule)
        try read(.coverNoiseStrength, &coverNoiseStrength)
        try read(.guidanceMethod, &guidanceMethod)
        try read(.guidanceStart, &guidanceStart)
        try read(.guidanceEnd, &guidanceEnd)
        try read(.solver, &solver)
        try read(.snapsTimesteps, &snapsTimesteps)
        try read(.latentRescale, &latentRescale)
        try read(.latentShift, &latentShift)
    }

    /// Writes the fields of every request, and of the rest those that differ from their defaults.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let usual = MusicRequest(prompt: "")
        func write<Value: Encodable & Equatable>(
            _ key: CodingKeys, _ field: KeyPath<MusicRequest, Value>
        ) throws {
            if self[keyPath: field] != usual[keyPath: field] { try values.encode(self[keyPath: field], forKey: key) }
        }
        try values.encode(prompt, forKey: .prompt)
        try values.encode(lyrics, forKey: .lyrics)
        try values.encode(instrumental, forKey: .instrumental)
        try values.encode(vocalLanguage, forKey: .vocalLanguage)
        try values.encodeIfPresent(duration, forKey: .duration)
        try values.encodeIfPresent(bpm, forKey: .bpm)
        try values.encodeIfPresent(keyScale, forKey: .keyScale)
        try values.encodeIfPresent(timeSignature, forKey: .timeSignature)
        try values.encodeIfPresent(steps, forKey: .steps)
        try values.encodeIfPresent(shift, forKey: .shift)
        try values.encodeIfPresent(guidanceScale, forKey: .guidanceScale)
        try values.encodeIfPresent(timesteps, forKey: .timesteps)
        try values.encode(seeds, forKey: .seeds)
        try values.encode(batchSize, forKey: .batchSize)
        try values.encode(normalization, forKey: .normalization)
        try values.encode(task, forKey: .task)
        try write(.normalizationLevel, \.normalizationLevel)
        try values.encodeIfPresent(instruction, forKey: .instruction)
        try values.encodeIfPresent(source, forKey: .source)
        try values.encodeIfPresent(reference, forKey: .reference)
        try values.encodeIfPresent(audioCodes, forKey: .audioCodes)
        try write(.tracks, \.tracks)
        try write(.regions, \.regions)
        try write(.keepsSource, \.keepsSource)
        try write(.coverStrength, \.coverStrength)
        try write(.coverRule, \.coverRule)
        try write(.coverNoiseStrength, \.coverNoiseStrength)
        try write(.guidanceMethod, \.guidanceMethod)
        try write(.guidanceStart, \.guidanceStart)
        try write(.guidanceEnd, \.guidanceEnd)
        try write(.solver, \.solver)
        try write(.snapsTimesteps, \.snapsTimesteps)
        try write(.latentRescale, \.latentRescale)
        try write(.latentShift, \.latentShift)
    }
}
