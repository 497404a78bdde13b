import MusicCore

/// Fields that later releases of the reference added: some have a counterpart here; the others are accepted where they
/// change nothing or little, with a notice, and refused otherwise.
enum LaterFields {
    /// The values with which a field changes nothing; none if any value does.
    private static let harmless: [String: [JSONValue]] = [
        "chunk_mask_mode": ["auto", "explicit"],
        "repaint_mode": ["balanced", "conservative", "aggressive"],
        "sampler_mode": ["euler", "heun"],
        // Of Diffusers' call: arrays or a result are the same here.
        "return_dict": [true, false], "callback_steps": [],
        "attention_kwargs": [.object([:])],
    ]

    /// Why a field is refused whose reason its value doesn't tell.
    private static let reasons: [String: String] = [
        "attention_kwargs": "give the strength of each of the adapters as its scale"
    ]

    /// How repaints are blended there, with the defaults; here the kept part is always the source itself.
    private static let blending: [String: JSONValue] = [
        "repaint_strength": .number(0.5), "repaint_latent_crossfade_frames": .number(10),
        "repaint_wav_crossfade_sec": .number(0),
    ]

    /// What a language model found, which documents of results have; it is in the other fields too.
    private static let outputs = [
        "cot_bpm", "cot_keyscale", "cot_timesignature", "cot_duration", "cot_vocal_language", "cot_caption",
        "cot_lyrics",
    ]

    /// Takes the later fields out of a document, and puts what they ask for into the others.
    ///
    /// - Returns: what the user should know.
    /// - Throws: ``MusicError`` with code `unsupported`.
    static func adapt(_ document: inout [String: JSONValue]) throws -> [String] {
        var notices: [String] = []
        outputs.forEach { document[$0] = nil }
        for name in document.keys.sorted() where harmless[name] != nil || blending[name] != nil {
            let given = document.removeValue(forKey: name) ?? .null
            let value = given.numberValue.map(JSONValue.number) ?? given
            if value == .null { continue }
            if let usual = blending[name] {
                if value != usual {
                    notices.append("\(name) is not used: what a repaint keeps is the source itself")
                }
                continue
            }
            switch (name, value) {
            case ("sampler_mode", "heun"):
                if (document["infer_method"] ?? .null) == .null || document["infer_method"] == "ode" {
                    document["infer_method"] = "heun"
                }
            case ("repaint_mode", "aggressive"):
                if document["keep_source"] == nil { document["keep_source"] = false }
            default: break
            }
            guard let allowed = harmless[name], allowed.isEmpty || allowed.contains(value) else {
                throw MusicError(
                    .unsupported, "The field \(name) is not supported with the value \(given.described)",
                    advice: reasons[name] ?? "leave it out", field: name)
            }
        }
        return notices
    }
}
