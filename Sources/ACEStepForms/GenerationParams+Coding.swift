import ACEStep
import Foundation
public import MusicCore

extension GenerationParams: Codable {
    /// The parameters under the names of the Python dataclass.
    static let table = FieldTable<GenerationParams>([
        row("task_type", \.taskType),
        row("instruction", \.instruction),
        row("reference_audio", \.referenceAudio),
        row("src_audio", \.srcAudio),
        row("audio_codes", \.audioCodes),
        row("caption", \.caption),
        row("lyrics", \.lyrics),
        row("instrumental", \.instrumental),
        row("vocal_language", \.vocalLanguage),
        row("bpm", \.bpm),
        row("keyscale", \.keyscale),
        row("timesignature", \.timesignature),
        row("duration", \.duration),
        row("enable_normalization", \.enableNormalization),
        row("normalization_db", \.normalizationDb),
        row("latent_shift", \.latentShift),
        row("latent_rescale", \.latentRescale),
        row("inference_steps", \.inferenceSteps),
        row("seed", \.seed),
        row("guidance_scale", \.guidanceScale),
        row("use_adg", \.useAdg),
        row("cfg_interval_start", \.cfgIntervalStart),
        row("cfg_interval_end", \.cfgIntervalEnd),
        row("shift", \.shift),
        row("infer_method", \.inferMethod),
        row("timesteps", \.timesteps),
        row("repainting_start", \.repaintingStart),
        row("repainting_end", \.repaintingEnd),
        row("audio_cover_strength", \.audioCoverStrength),
        row("cover_noise_strength", \.coverNoiseStrength),
        row("thinking", \.thinking),
        row("lm_temperature", \.lmTemperature),
        row("lm_cfg_scale", \.lmCfgScale),
        row("lm_top_k", \.lmTopK),
        row("lm_top_p", \.lmTopP),
        row("lm_negative_prompt", \.lmNegativePrompt),
        row("use_cot_metas", \.useCotMetas),
        row("use_cot_caption", \.useCotCaption),
        row("use_cot_lyrics", \.useCotLyrics),
        row("use_cot_language", \.useCotLanguage),
        row("use_constrained_decoding", \.useConstrainedDecoding),
        row("cot_bpm", \.cotBpm),
        row("cot_keyscale", \.cotKeyscale),
        row("cot_timesignature", \.cotTimesignature),
        row("cot_duration", \.cotDuration),
        row("cot_vocal_language", \.cotVocalLanguage),
        row("cot_caption", \.cotCaption),
        row("cot_lyrics", \.cotLyrics),
        row("dcw_enabled", \.dcwEnabled),
        row("dcw_mode", \.dcwMode),
        row("dcw_scaler", \.dcwScaler),
        row("dcw_high_scaler", \.dcwHighScaler),
        row("dcw_wavelet", \.dcwWavelet),
        row("velocity_norm_threshold", \.velocityNormThreshold),
        row("velocity_ema_factor", \.velocityEmaFactor),
        row("retake_variance", \.retakeVariance),
        row("retake_seed", \.retakeSeed),
        row("flow_edit_morph", \.flowEditMorph),
        row("flow_edit_source_caption", \.flowEditSourceCaption),
        row("flow_edit_source_lyrics", \.flowEditSourceLyrics),
        row("flow_edit_n_min", \.flowEditNMin),
        row("flow_edit_n_max", \.flowEditNMax),
        row("flow_edit_n_avg", \.flowEditNAvg),
        row("fade_in_duration", \.fadeInDuration),
        row("fade_out_duration", \.fadeOutDuration),
        row("track_name", \.trackName),
        row("track_classes", \.trackClasses),
        row("regions", \.regions),
        row("keep_source", \.keepSource),
        row("cover_rule", \.coverRule),
        row("snap_timesteps", \.snapTimesteps),
        row("max_text_length", \.maxTextLength),
        row("max_lyric_length", \.maxLyricLength),
        row("latents", \.latents),
        row("use_sft_prompt", \.useSftPrompt),
        row("null_lyric_condition", \.nullLyricCondition),
        row("remove_dc_offset", \.removeDcOffset),
        row("retry_non_finite", \.retryNonFinite),
    ])

    private static func row<Value: FieldValue>(
        _ name: String, _ property: any WritableKeyPath<GenerationParams, Value> & Sendable
    ) -> Field<GenerationParams> {
        Field(name, property, .custom(expected: "of the kind that the parameter has"))
    }

    /// Unknown fields are passed over here; ``MusicCore/RequestDocument`` refuses them.
    public init(from decoder: any Decoder) throws {
        self.init()
        _ = try Self.table.read(try [String: JSONValue](from: decoder), into: &self)
    }

    public func encode(to encoder: any Encoder) throws { try object.encode(to: encoder) }

    /// All parameters by name, as `dataclasses.asdict` gives them.
    public var object: [String: JSONValue] { Self.table.object(of: self) }
}
