import MusicCore

/// The names of the REST API that mean more there than a field of the table, or are called otherwise.
///
/// Every other name is looked up in the tables of the request's family.
enum RestFields {
    /// Further names of fields of the tables, in the order in which they are tried; behind the table's own name.
    static let aliases: [String: [String]] = [
        "caption": ["prompt", "caption"],
        "vocal_language": ["vocal_language", "vocalLanguage", "language"],
        "keyscale": ["key_scale", "keyscale", "keyScale", "key"],
        "timesignature": ["time_signature", "timesignature", "timeSignature"],
        "duration": [
            "audio_duration", "duration", "audioDuration", "target_duration", "targetDuration", "seconds",
        ],
        "inference_steps": ["inference_steps", "inferenceSteps", "num_inference_steps", "infer_step", "steps"],
        "guidance_scale": ["guidance_scale", "guidanceScale", "cfg_scale"],
        "infer_method": ["infer_method", "inferMethod", "solver"],
        "timesteps": ["timesteps", "custom_timesteps", "customTimesteps"],
        "batch_size": ["batch_size", "batchSize"],
        "audio_codes": ["audio_code_string", "audioCodeString", "audio_codes"],
        "task_type": ["task_type", "taskType", "task"],
        "audio_cover_strength": [
            "audio_cover_strength", "audioCoverStrength", "cover_strength", "coverStrength",
        ],
        "cover_noise_strength": ["cover_noise_strength", "coverNoiseStrength"],
        "track_name": ["track_name", "trackName", "track"],
        "track_classes": ["track_classes", "trackClasses", "instruments", "complete_track_classes", "tracks"],
        "use_cot_caption": ["use_cot_caption", "cot_caption", "cot-caption"],
        "use_cot_language": ["use_cot_language", "cot_language", "cot-language"],
        "use_cot_metas": ["use_cot_metas", "cot_metas"],
        "allow_lm_batch": ["allow_lm_batch", "allowLmBatch", "parallel_thinking"],
        "use_constrained_decoding": ["constrained_decoding", "constrainedDecoding", "constrained"],
        "lm_negative_prompt": ["lm_negative_prompt", "negative_prompt"],
    ]

    static let model = ["model", "model_name", "modelName", "dit_model", "ditModel"]
    static let languageModel = ["lm_model_path", "lm_model", "lm"]
    static let audioFormat = ["audio_format", "audioFormat", "output_format"]
    static let seed = ["seed", "seeds", "manual_seeds"]
    static let usesRandomSeed = ["use_random_seed", "useRandomSeed"]
    static let sampleMode = ["sample_mode", "sampleMode"]
    static let sampleQuery = ["sample_query", "sampleQuery", "description", "desc"]
    static let usesFormat = ["use_format", "useFormat", "format"]
    static let analysis = ["full_analysis_only", "fullAnalysisOnly"]
    static let planOnly = ["analysis_only", "analysisOnly"]
    static let codesOnly = ["extract_codes_only", "extractCodesOnly"]
    static let source = [
        "src_audio_path", "ctx_audio_path", "sourceAudioPath", "srcAudioPath", "ctxAudioPath", "src_audio", "ctx_audio",
    ]
    static let reference = [
        "reference_audio_path", "ref_audio_path", "referenceAudioPath", "refAudioPath", "reference_audio", "ref_audio",
    ]

    /// Objects, or JSON texts of objects, in which fields are looked for that the body itself doesn't have.
    static let inner = ["metas", "meta", "metadata", "user_metadata", "userMetadata"]

    /// Names that are understood and change nothing.
    static let silent: Set<String> = ["ai_token", "param_obj", "constrained_decoding_debug", "is_format_caption"]

    /// Fields whose value is one of a few, of which others are refused.
    static let choices: [String: [String]] = [
        "lm_backend": ["vllm", "pt", "mlx"],
        "chunk_mask_mode": ["auto", "explicit"],
        "repaint_mode": ["balanced", "conservative", "aggressive"],
    ]

    /// Fields that mean something only to some tasks.
    static let ofTasks: [String: Set<String>] = [
        "audio_cover_strength": ["cover", "cover-nofsq"], "cover_noise_strength": ["cover", "cover-nofsq"],
        "repainting_start": ["repaint", "lego"], "repainting_end": ["repaint", "lego"], "regions": ["repaint", "lego"],
        "track_name": ["lego", "extract"], "track_classes": ["lego", "extract", "complete"],
    ]

    /// What the reference takes where nothing is said, and this library's documents take otherwise.
    static let defaults: [String: JSONValue] = ["shift": 3.0, "thinking": false]

    /// What stands for a song without words.
    static func isInstrumental(_ lyrics: String) -> Bool {
        ["", "[inst]", "[instrumental]"].contains(lyrics.trimming.lowercased())
    }

    /// The sentence of text-to-music, which clients send with every task.
    static let usualInstruction = "Fill the audio semantic mask based on the given conditions:"
}
