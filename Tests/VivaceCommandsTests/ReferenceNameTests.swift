import Foundation
import Testing

/// Every parameter of the reference's `GenerationParams` and `GenerationConfig` is an option under its name.
struct ReferenceNameTests {
    private static let parameters = """
        task_type instruction reference_audio src_audio audio_codes caption lyrics instrumental vocal_language bpm
        keyscale timesignature duration enable_normalization normalization_db latent_shift latent_rescale
        inference_steps seed guidance_scale use_adg cfg_interval_start cfg_interval_end shift infer_method timesteps
        repainting_start repainting_end audio_cover_strength cover_noise_strength thinking lm_temperature lm_cfg_scale
        lm_top_k lm_top_p lm_negative_prompt use_cot_metas use_cot_caption use_cot_lyrics use_cot_language
        use_constrained_decoding cot_bpm cot_keyscale cot_timesignature cot_duration cot_vocal_language cot_caption
        cot_lyrics batch_size allow_lm_batch use_random_seed seeds lm_batch_chunk_size constrained_decoding_debug
        audio_format
        """.split { $0.isWhitespace }.map(String.init)

    @Test func everyNameIsAnOption() throws {
        // Hidden options stand in the completion scripts alone.
        let help = try Program.run(["generate", "--help-hidden"])
        #expect(help.status == 0)
        let options = Set(help.output.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" })
        for name in Self.parameters {
            let option = "--" + name.replacingOccurrences(of: "_", with: "-")
            #expect(options.contains(Substring(option)), "\(option)")
        }
    }
}
