public import MusicCore

/// What holds where a plan says nothing.
public struct SetDefaults: Sendable, Equatable {
    /// 1 to 20.
    public var tracks = 3
    /// Seconds of a track, 10 to 600.
    public var duration = 60.0
    /// Whether nothing is sung, whatever the plan says.
    public var isInstrumental = false
    /// Songs of each track, 1 to 8.
    public var batch = 1
    /// Extension of the files.
    public var format = "flac"
    /// Name of the file that the user has given, in the words of whoever runs the jobs; `nil` for none.
    public var reference: String?
    /// How much it counts, 0 to 1; `nil` takes 0.3, and 1 for a cover.
    public var influence: Double?

    public init() {}
}

extension SetTrack {
    /// The request for this track, under the names of the reference.
    ///
    /// The track's own values win over the plan's settings, and those over the defaults. What nobody says is left to
    /// the model and to its planner.
    public func request(_ settings: [String: JSONValue], _ defaults: SetDefaults) -> [String: JSONValue] {
        var request = settings.merging(fields) { _, own in own }
        let style = genre.isEmpty || caption.lowercased().contains(genre.lowercased()) ? "" : genre
        let words = [style, caption].filter { !$0.isEmpty }.joined(separator: ", ")
        // A track that says nothing else sounds like what it is called.
        request["caption"] = .text(words.isEmpty ? title : words)
        request["bpm"] = bpm.map { .integer(Int64($0)) }
        request["keyscale"] = key.map { .text($0) }
        request["duration"] = .number(duration ?? defaults.duration)
        request["timesignature"] = timeSignature.map { .text($0) }
        let isQuiet = defaults.isInstrumental || isInstrumental
        request["instrumental"] = isQuiet ? .flag(true) : nil
        request["lyrics"] = isQuiet ? nil : .text(lyrics)
        if !isQuiet { request["vocal_language"] = language.map { .text($0) } }
        request["batch_size"] = request["batch_size"] ?? (defaults.batch > 1 ? .integer(Int64(defaults.batch)) : nil)
        // The simple way is to leave it all to the planner.
        if request.removeValue(forKey: "simple_mode") == .flag(true) {
            for name in ["use_cot_caption", "use_cot_metas", "use_cot_language"] { request[name] = .flag(true) }
        }
        request["audio_format"] = nil
        addFiles(to: &request, defaults)
        return request
    }

    /// Extension of this track's files.
    public func format(_ settings: [String: JSONValue], _ defaults: SetDefaults) -> String {
        (fields["audio_format"] ?? settings["audio_format"])?.plainText ?? defaults.format
    }

    private func addFiles(to request: inout [String: JSONValue], _ defaults: SetDefaults) {
        guard let file = defaults.reference else { return }
        let task = request["task_type"]?.plainText ?? "text2music"
        if usesSource || task != "text2music" {
            request["src_audio"] = .text(file)
            if task == "text2music" { request["task_type"] = "cover" }
        } else {
            request["reference_audio"] = .text(file)
        }
        let isCover = request["src_audio"] != nil
        request["audio_cover_strength"] =
            request["audio_cover_strength"] ?? .number(defaults.influence ?? (isCover ? 1 : 0.3))
    }
}
