/// Names that other programs have in documents, of which fields here have another meaning or no counterpart.
///
/// Those with a counterpart are aliases of a field.
enum ForeignFields {
    /// What to do about a field of this name; `nil` where nothing is known of it.
    static func advice(for name: String) -> String? { table[name.lowercased()] }

    private static let table: [String: String] = {
        let rows: [(names: String, advice: String)] = [
            (
                "sample_query sample_mode",
                "a song's description is made out of a query by 'create', and its result is a request"
            ),
            ("use_format", "caption and lyrics are rewritten by 'format', and its result is a request"),
            ("style mood instruments title", "say it in caption"),
            ("scale mode", "scales stand beside the note, as in \"keyscale\": \"A minor\""),
            ("scheduler scheduler_type", "noise schedules are chosen by shift or timesteps, solvers by infer_method"),
            (
                "sample_rate mp3_sample_rate mp3_bitrate bitrate audio_bitrate",
                "the kind of file is chosen by audio_format"
            ),
            ("negative_prompt", "what the language model is led away from is lm_negative_prompt"),
            ("strength", "covers follow their source as far as audio_cover_strength says"),
            // Of ACE-Step 1.0.
            (
                "omega_scale cfg_type oss_steps guidance_interval guidance_interval_decay min_guidance_scale "
                    + "guidance_scale_text guidance_scale_lyric use_erg_tag use_erg_lyric use_erg_diffusion zero_steps "
                    + "use_zero_init audio2audio_enable ref_audio_strength retake_seeds edit_target_prompt "
                    + "edit_target_lyrics edit_n_min edit_n_max edit_n_avg",
                "it belongs to ACE-Step 1.0; leave it out"
            ),
        ]
        return Dictionary(
            uniqueKeysWithValues: rows.flatMap { names, advice in
                names.split(separator: " ").map { (String($0), advice) }
            })
    }()
}
