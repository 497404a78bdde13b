public import MusicCore

/// ACE-Step 1.5: its models, its language models, and what its requests can hold.
public struct ACEStepFamily: MusicFamily {
    static let name = FamilyCatalog.aceStep.family

    public var catalog: FamilyCatalog { .aceStep }

    public init() {}

    public var fields: [FieldDescription] { ACEStepOptions.fields.descriptions }

    /// The defaults of the reference's `GenerationParams` where they are not what the model would choose.
    public var documentDefaults: [String: JSONValue] {
        [
            "inference_steps": 8, "guidance_scale": 7.0, "shift": 1.0, "vocal_language": "unknown",
        ]
    }

    /// The tiers of ACE-Step for Apple Silicon.
    public var memoryTiers: MemoryTiers {
        MemoryTiers([
            MemoryTier(gigabytes: 8, plannerSize: nil, duration: 60, batchSize: 1),
            MemoryTier(gigabytes: 16, plannerSize: "0.6B", duration: 120, batchSize: 2),
            MemoryTier(gigabytes: 24, plannerSize: "1.7B", duration: 300, batchSize: 4),
            MemoryTier(gigabytes: 48, plannerSize: "4B", duration: 600, batchSize: 8),
        ])
    }

    public var accompanimentTracks: [String] { Track.allCases.filter { !$0.isVoice }.map(\.rawValue) }

    public func adapt(_ document: inout [String: JSONValue]) throws -> [String] {
        // The instruction of text2music stands for "the task's own" in the reference.
        if document["instruction"] == .text(TaskInstruction.text2music) { document["instruction"] = .null }
        return try LaterFields.adapt(&document)
    }

    public func validate(_ request: MusicRequest) throws -> [String] { try ACEStepRequest(request).validate() }

    public var adapterTools: (any AdapterTools)? { ACEStepAdapters() }

    public func summary(of request: MusicRequest) -> [String] {
        (try? ACEStepRequest(request).summary) ?? request.summary
    }

    public func keptSource(of request: MusicRequest) -> AudioInput? {
        guard let own = try? ACEStepRequest(request), own.task == .repaint, own.keepsSource else { return nil }
        return own.source
    }

    public func reasonAgainstStreaming(of request: MusicRequest) -> String? {
        guard request.output == .audio else { return "latents that are not decoded can't be heard" }
        guard keptSource(of: request) != nil, (try? ACEStepRequest(request))?.regions.isEmpty == false else {
            return nil
        }
        return "a repainted song that keeps its source is joined at the end and can't be streamed"
    }

    /// The fields of the reference's `GenerationParams`, what was planned as `cot_*` among them, and Vivace's own.
    public func parameters(of request: MusicRequest, plan: Plan?) -> [String: JSONValue] {
        guard let own = try? ACEStepRequest(request) else { return request.allFields }
        var planning = PlanningOptions()
        // What was planned is in the other fields.
        planning.writesCodes = false
        planning.fillsMetadata = false
        planning.rewritesCaption = false
        planning.detectsLanguage = false
        if let plan { planning.sampling = plan.sampling }
        var all = PlanningOptions.fields.object(of: planning)
        all.merge(ACEStepOptions.fields.object(of: own.options)) { _, option in option }
        all.merge(request.allFields) { _, common in common }
        if own.regions.count == 1 {
            all["repainting_start"] = .number(own.regions[0].start)
            all["repainting_end"] = .number(own.regions[0].end ?? -1)
            all["regions"] = []
        }
        if own.task != .complete, let track = own.tracks.first {
            all["track_name"] = .text(track.rawValue)
            all["track_classes"] = []
        }
        // What the reference has where nothing is said.
        for name in ["keyscale", "timesignature", "audio_codes", "track_name"] where (all[name] ?? .null) == .null {
            all[name] = ""
        }
        if all["instruction"] == .null { all["instruction"] = .text(TaskInstruction.text2music) }
        if all["duration"] == .null { all["duration"] = -1.0 }
        all["cot_bpm"] = plan?.found.bpm.json
        all["cot_keyscale"] = .text(plan?.found.keyScale ?? "")
        all["cot_timesignature"] = .text(plan?.found.timeSignature ?? "")
        all["cot_duration"] = plan?.found.duration.map { .number(Double($0)) }
        all["cot_vocal_language"] = .text(plan?.found.language ?? PromptText.unknownLanguage)
        all["cot_caption"] = .text(plan?.found.caption ?? "")
        all["cot_lyrics"] = .text(plan?.lyrics ?? "")
        return all
    }

    public func recognizes(_ location: ModelLocation) -> Bool { CheckpointLayout.isPresent(at: location) }

    public func tasks(at location: ModelLocation) -> [MusicTask]? {
        guard let layout = try? CheckpointLayout(location), let model = try? ModelParts.configuration(layout),
            let remarks = try? CheckpointRemarks.read(layout)
        else { return nil }
        return RequestResolver(variant: model.variant, trackTasks: remarks.trackTasks).capabilities.tasks
    }

    public func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend {
        try await ACEStepBackend.load(location, options: options)
    }

    public func recognizesPlanner(_ location: ModelLocation) -> Bool { PlannerFolder.find(location) != nil }

    public func loadPlanner(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicPlanner {
        try await ACEStepPlanner.load(location, options: options)
    }
}
