import Foundation
import MusicCore
import MusicManager
import Testing

/// Requests as the reference's Python dataclasses write them.
struct GenerationDocumentTests {
    private func document(_ json: String) throws -> GenerationDocument {
        try GenerationDocument(json: Data(json.utf8))
    }

    private func error(_ json: String) -> MusicError? {
        do {
            _ = try document(json).request()
            return nil
        } catch {
            return error as? MusicError
        }
    }

    /// What `json.dumps(asdict(GenerationParams(...)))` gives.
    private let python = """
        {"task_type": "text2music", "instruction": "Fill the audio semantic mask based on the given conditions:",
        "reference_audio": null, "src_audio": null, "audio_codes": "", "caption": "slow jazz", "lyrics": "la la",
        "instrumental": false, "vocal_language": "en", "bpm": 96, "keyscale": "D minor", "timesignature": "3",
        "duration": -1.0, "enable_normalization": true, "normalization_db": -1.0, "latent_shift": 0.0,
        "latent_rescale": 1.0, "inference_steps": 8, "seed": 42, "guidance_scale": 7.0, "use_adg": false,
        "cfg_interval_start": 0.0, "cfg_interval_end": 1.0, "shift": 3.0, "infer_method": "ode",
        "timesteps": [0.97, 0.5, 0.0], "repainting_start": 0.0, "repainting_end": -1, "audio_cover_strength": 1.0,
        "cover_noise_strength": 0.0, "thinking": false, "lm_temperature": 0.85, "lm_cfg_scale": 2.0, "lm_top_k": 0,
        "lm_top_p": 0.9, "lm_negative_prompt": "NO USER INPUT", "use_cot_metas": true, "use_cot_caption": true,
        "use_cot_lyrics": false, "use_cot_language": true, "use_constrained_decoding": true, "cot_bpm": null,
        "cot_keyscale": "", "cot_timesignature": "", "cot_duration": null, "cot_vocal_language": "unknown",
        "cot_caption": "", "cot_lyrics": ""}
        """

    @Test func pythonsDataclassIsRead() throws {
        let (request, notices) = try document(python).request()
        var expected = MusicRequest(
            prompt: "slow jazz", lyrics: "la la", vocalLanguage: "en", bpm: 96, keyScale: "D minor",
            timeSignature: "3", shift: 3, guidanceScale: 7, timesteps: [0.97, 0.5], seeds: [42])
        expected.batchSize = 1
        #expect(request == expected)
        #expect(notices.isEmpty)
    }

    @Test func defaultsAreTheReferences() throws {
        let params = GenerationParams()
        #expect(params.inferenceSteps == 8 && params.shift == 1 && params.guidanceScale == 7)
        #expect(params.duration == -1 && params.repaintingEnd == -1 && params.thinking)
        #expect(params.lmTemperature == 0.85 && params.lmTopP == 0.9 && params.lmCfgScale == 2)
        let config = GenerationConfig()
        #expect(config.batchSize == 2 && config.useRandomSeed && config.seeds == nil && config.audioFormat == "flac")
        #expect(try document("{}").params == params)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        var params = GenerationParams(caption: "x", lyrics: "y")
        params.taskType = .complete
        params.trackClasses = ["drums", "bass"]
        params.timesteps = [1, 0.25]
        params.inferMethod = .stochastic
        let json = try JSONEncoder().encode(params)
        #expect(try GenerationDocument(json: json).params == params)
        let names = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any]).keys
        #expect(names.contains("lm_negative_prompt") && names.contains("cover_noise_strength"))
    }

    @Test func paramsAndConfigMayBeObjectsOfTheirOwn() throws {
        let read = try document(
            #"{"params": {"caption": "x"}, "config": {"batch_size": 3, "seeds": [5, -1], "use_random_seed": false}}"#)
        let request = try read.request().0
        #expect(request.batchSize == 3)
        #expect(request.seeds.count == 2 && request.seeds[0] == 5)
    }

    @Test func seedsFollowTheReference() throws {
        func seeds(_ fields: String) throws -> (seeds: [UInt64], batch: Int, notices: [String]) {
            let (request, notices) = try document(#"{"caption": "x", \#(fields)}"#).request()
            return (request.seeds, request.batchSize, notices)
        }
        #expect(try seeds(#""seed": 7"#).seeds == [7])
        #expect(try seeds(#""seed": -1"#).seeds == [])
        #expect(try seeds(#""seeds": 9, "batch_size": 4, "use_random_seed": false"#).seeds == [9])
        #expect(try seeds(#""seeds": [1, 2, 3], "batch_size": 2, "use_random_seed": false"#).seeds == [1, 2])
        let random = try seeds(#""seeds": [1, 2], "batch_size": 2, "use_random_seed": true"#)
        #expect(random.seeds.isEmpty && random.notices.count == 1)
        #expect(try seeds(#""seeds": [1, 2]"#).batch == 2)
    }

    @Test func unknownFieldsNameTheNearest() throws {
        let wrong = try #require(error(#"{"capton": "x"}"#))
        #expect(wrong.code == .invalidRequest)
        #expect(wrong.description.contains("capton") && wrong.description.contains("'caption'"))
        #expect(error(#"{"params": {}, "confg": {}}"#)?.description.contains("'config'") == true)
        #expect(error(#"{"config": {"batchsize": 2}}"#)?.description.contains("'batch_size'") == true)
    }

    @Test(
        arguments: [
            #"{"caption": 3}"#, #"{"task_type": "remix"}"#, #"{"infer_method": "euler2"}"#, "[]", "{", "",
            #"{"batch_size": 9}"#, #"{"batch_size": 0}"#, #"{"lm_temperature": 3}"#, #"{"track_name": "tuba"}"#,
            #"{"bpm": 1.5}"#,
        ])
    func badValuesAreRefused(_ json: String) {
        #expect(error(json)?.code == .invalidRequest)
    }

    @Test func laterFieldsCountOnlyWhereTheyChangeNothing() throws {
        let harmless = #"{"dcw_enabled": true, "dcw_scaler": 0.05, "velocity_ema_factor": 0.0, "retake_seed": null}"#
        #expect(try document(harmless).request().notices.count == 1)
        #expect(error(#"{"velocity_ema_factor": 0.5}"#)?.code == .unsupported)
        #expect(try document(#"{"sampler_mode": "heun"}"#).request().0.solver == .heun)
    }

    @Test func laterFieldsOfRepaintsAreFollowedOrSaid() throws {
        let usual = try document(
            #"{"repaint_mode": "balanced", "repaint_strength": 0.5, "repaint_wav_crossfade_sec": 0}"#)
        #expect(try usual.request().notices.isEmpty)
        #expect(try usual.request().0.keepsSource)
        #expect(try !document(#"{"repaint_mode": "aggressive"}"#).request().0.keepsSource)
        #expect(try document(#"{"repaint_mode": "aggressive", "keep_source": true}"#).request().0.keepsSource)
        #expect(try document(#"{"repaint_strength": 0.9}"#).request().notices.count == 1)
        #expect(error(#"{"repaint_mode": "gentle"}"#)?.code == .unsupported)
    }

    @Test func keysAreStable() throws {
        var params = GenerationParams(caption: "slow jazz")
        let key = GenerationResult.key(of: params)
        #expect(try Regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").wholeMatch(in: key) != nil)
        #expect(GenerationResult.key(of: params) == key)
        params.seed = 1
        #expect(GenerationResult.key(of: params) != key)
    }

    @Test func resultsHaveTheReferencesNames() throws {
        let song = Song(
            audio: AudioBuffer(sampleRate: 48_000, channels: [[0], [0]]), seed: 4, latents: [0], latentShape: [1, 1])
        let result = MusicResult(
            songs: [song], request: MusicRequest(prompt: "x", steps: 4, seeds: [4]),
            seconds: [.encode: 1, .diffuse: 8, .decode: 2])
        let json = try JSONEncoder().encode(GenerationResult(result, paths: ["a.flac"]))
        let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(Set(object.keys) == ["audios", "extra_outputs", "status_message", "success", "error"])
        #expect(object["success"] as? Bool == true && object["error"] is NSNull)
        let audio = try #require((object["audios"] as? [[String: Any]])?.first)
        #expect(Set(audio.keys) == ["path", "key", "sample_rate", "params"])
        #expect((audio["params"] as? [String: Any])?["seed"] as? Int == 4)
        let costs = try #require((object["extra_outputs"] as? [String: Any])?["time_costs"] as? [String: Double])
        #expect(costs["dit_diffusion_per_step_time_cost"] == 2 && costs["pipeline_total_time"] == 11)

        let failure = try JSONEncoder().encode(GenerationResult(failure: MusicError(.internal, "no")))
        let failed = try #require(JSONSerialization.jsonObject(with: failure) as? [String: Any])
        #expect(failed["success"] as? Bool == false && failed["error"] as? String == "no")
        #expect(failed["status_message"] as? String == "Error: no")
    }
}
