public import MusicCore

extension GenerationParams {
    /// The request that parameters and configuration make.
    ///
    /// A list of seeds or a seed counts where `use_random_seed` is false. The first song takes a single seed, the
    /// others draw theirs.
    ///
    /// - Returns: the request, and what the user should know.
    /// - Throws: ``MusicCore/MusicError`` with code `invalidRequest` or `unsupported`.
    public func request(_ config: GenerationConfig = GenerationConfig()) throws -> (MusicRequest, notices: [String]) {
        _ = try planning(config)
        var notices: [String] = []
        var request = MusicRequest(
            prompt: caption, lyrics: lyrics, instrumental: instrumental, vocalLanguage: vocalLanguage,
            duration: duration > 0 ? duration : nil, bpm: bpm, keyScale: keyscale.isEmpty ? nil : keyscale,
            timeSignature: timesignature.isEmpty ? nil : timesignature, steps: inferenceSteps, shift: shift,
            guidanceScale: guidanceScale, batchSize: config.batchSize,
            normalization: enableNormalization ? .peak : .none)
        if let timesteps {
            var times = timesteps
            while times.last == 0 { times.removeLast() }
            if !times.isEmpty {
                request.timesteps = times
                request.steps = nil
            }
        }
        request.normalizationLevel = normalizationDb
        request.task = taskType
        let isOwn = !instruction.isEmpty && instruction != Self.defaultInstruction
        request.instruction = isOwn ? instruction : nil
        request.source = srcAudio.flatMap { $0.isEmpty ? nil : AudioInput(path: $0) }
        request.reference = referenceAudio.flatMap { $0.isEmpty ? nil : AudioInput(path: $0) }
        request.audioCodes = audioCodes.isEmpty ? nil : audioCodes
        request.tracks = try (trackName.isEmpty ? trackClasses : [trackName]).map { try Track(named: $0) }
        if taskType == .repaint || taskType == .lego {
            request.regions = regions
            if regions.isEmpty, repaintingStart != 0 || repaintingEnd >= 0 {
                request.regions = [
                    RepaintRegion(start: repaintingStart, end: repaintingEnd < 0 ? nil : repaintingEnd)
                ]
            }
        }
        request.keepsSource = keepSource
        request.coverStrength = audioCoverStrength
        request.coverRule = coverRule
        request.coverNoiseStrength = coverNoiseStrength
        request.guidanceMethod = useAdg ? .adg : .apg
        request.guidanceStart = cfgIntervalStart
        request.guidanceEnd = cfgIntervalEnd
        request.solver = inferMethod
        request.snapsTimesteps = snapTimesteps
        request.latentShift = latentShift
        request.latentRescale = latentRescale
        request.seeds = try seeds(config, &notices)
        return (request, notices)
    }

    /// The seeds that are known; songs beyond them draw theirs.
    private func seeds(_ config: GenerationConfig, _ notices: inout [String]) throws -> [UInt64] {
        try Self.check("batch_size", config.batchSize, in: RequestLimits.batchSize)
        let given = config.seeds?.values ?? (seed >= 0 ? [seed] : [])
        guard !config.useRandomSeed else {
            if given.contains(where: { $0 >= 0 }) {
                notices.append("use_random_seed is true: the seeds that are given are not used")
            }
            return []
        }
        let used = given.prefix(config.batchSize)
        if used.count < given.count {
            notices.append("There are \(given.count) seeds for \(config.batchSize) songs: the rest is not used")
        }
        guard used.contains(where: { $0 >= 0 }) else { return [] }
        return used.map { $0 >= 0 ? UInt64($0) : UInt64(UInt32.random(in: .min ... .max)) }
    }

    private static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw MusicError(
                .invalidRequest, "The field \(name) is \(value)",
                advice: "use \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// The parameters of one song of a resolved request, so that a run with them makes the same song.
    public init(_ request: MusicRequest, seed: UInt64) {
        self.init(caption: request.prompt, lyrics: request.lyrics)
        taskType = request.task
        instruction = request.instruction ?? Self.defaultInstruction
        srcAudio = request.source?.path
        referenceAudio = request.reference?.path
        audioCodes = request.audioCodes ?? ""
        instrumental = request.instrumental
        vocalLanguage = request.vocalLanguage
        bpm = request.bpm
        keyscale = request.keyScale ?? ""
        timesignature = request.timeSignature ?? ""
        duration = request.duration ?? -1
        enableNormalization = request.normalization == .peak
        normalizationDb = request.normalizationLevel
        latentShift = request.latentShift
        latentRescale = request.latentRescale
        inferenceSteps = request.steps ?? inferenceSteps
        self.seed = Int(exactly: seed) ?? Int(bitPattern: UInt(seed))
        guidanceScale = request.guidanceScale ?? guidanceScale
        useAdg = request.guidanceMethod == .adg
        cfgIntervalStart = request.guidanceStart
        cfgIntervalEnd = request.guidanceEnd
        shift = request.shift ?? shift
        inferMethod = request.solver
        timesteps = request.timesteps
        if request.regions.count == 1 {
            repaintingStart = request.regions[0].start
            repaintingEnd = request.regions[0].end ?? -1
        } else {
            regions = request.regions
        }
        audioCoverStrength = request.coverStrength
        coverNoiseStrength = request.coverNoiseStrength
        // What was planned is in the other fields.
        thinking = false
        useCotMetas = false
        useCotCaption = false
        useCotLanguage = false
        if request.task == .complete {
            trackClasses = request.tracks.map(\.rawValue)
        } else {
            trackName = request.tracks.first?.rawValue ?? ""
        }
        keepSource = request.keepsSource
        coverRule = request.coverRule
        snapTimesteps = request.snapsTimesteps
    }

    /// What a language model is to do for these parameters.
    ///
    /// - Throws: ``MusicCore/MusicError`` with code `invalidRequest`.
    public func planning(_ config: GenerationConfig = GenerationConfig()) throws -> PlanningOptions {
        var options = PlanningOptions()
        options.writesCodes = thinking
        options.fillsMetadata = useCotMetas
        options.rewritesCaption = useCotCaption
        options.rewritesLyrics = useCotLyrics
        options.detectsLanguage = useCotLanguage
        options.chunkSize = config.lmBatchChunkSize > 0 ? config.lmBatchChunkSize : max(1, config.batchSize)
        options.sampling.temperature = lmTemperature
        options.sampling.guidanceScale = lmCfgScale
        options.sampling.topK = lmTopK
        options.sampling.topP = lmTopP
        options.sampling.negativePrompt = lmNegativePrompt
        options.sampling.isConstrained = useConstrainedDecoding
        try options.validate()
        return options
    }

    /// Notes what a language model found.
    mutating func note(_ plan: Plan) {
        cotBpm = plan.found.bpm
        cotKeyscale = plan.found.keyScale ?? ""
        cotTimesignature = plan.found.timeSignature ?? ""
        cotDuration = plan.found.duration.map(Double.init)
        cotVocalLanguage = plan.found.language ?? "unknown"
        cotCaption = plan.found.caption ?? ""
        cotLyrics = plan.lyrics ?? ""
        lmTemperature = plan.sampling.temperature
        lmCfgScale = plan.sampling.guidanceScale
        lmTopK = plan.sampling.topK
        lmTopP = plan.sampling.topP
        lmNegativePrompt = plan.sampling.negativePrompt
        useConstrainedDecoding = plan.sampling.isConstrained
    }
}
