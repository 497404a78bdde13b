import ACEStep
import ACEStepForms
import Foundation
import MusicCore
import Testing

/// Requests as the reference's Python dataclasses write them.
struct GenerationDocumentTests {
    private func content(_ json: String) throws -> RequestDocument.Content {
        try RequestDocument(json: Data(json.utf8)).content(for: ACEStepFamily())
    }

    /// A valid request, with what is to be said of it.
    private func request(_ json: String) throws -> (MusicRequest, notices: [String]) {
        let content = try content(json)
        _ = try ACEStepFamily().validate(content.request)
        try content.planning.validate()
        return (content.request, content.notices)
    }

    private func options(_ json: String) throws -> ACEStepOptions { try ACEStepOptions(try request(json).0.options) }

    private func error(_ json: String) -> MusicError? {
        do {
            _ = try request(json)
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
        let (request, notices) = try request(python)
        var expected = MusicRequest(
            prompt: "slow jazz", seeds: [42], batchSize: 1, steps: 8, guidanceScale: 7)
        try expected.setACEStep {
            $0.lyrics = "la la"
            $0.vocalLanguage = "en"
            $0.bpm = 96
            $0.keyScale = "D minor"
            $0.timeSignature = "3"
            $0.shift = 3
            $0.timesteps = [0.97, 0.5]
        }
        #expect(try ACEStepOptions(request.options) == ACEStepOptions(expected.options))
        var common = request
        common.options = expected.options
        #expect(common == expected)
        #expect(notices.isEmpty)
        let content = try content(python)
        #expect(content.thinking == false && !content.planning.writesCodes)
        #expect(try GenerationParams(caption: "x").content().planning.writesCodes)
    }

    @Test func defaultsAreTheReferences() throws {
        let params = GenerationParams()
        #expect(params.inferenceSteps == 8 && params.shift == 1 && params.guidanceScale == 7)
        #expect(params.duration == -1 && params.repaintingEnd == -1 && params.thinking)
        #expect(params.lmTemperature == 0.85 && params.lmTopP == 0.9 && params.lmCfgScale == 2)
        let config = GenerationConfig()
        #expect(config.batchSize == 2 && config.useRandomSeed && config.seeds == nil && config.audioFormat == "flac")
        let open = try content("{}")
        #expect(open.request.steps == 8 && open.request.guidanceScale == 7 && open.request.batchSize == 1)
        #expect(try ACEStepOptions(open.request.options).shift == 1 && open.thinking == nil)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        var params = GenerationParams(caption: "x", lyrics: "y")
        params.taskType = .complete
        params.trackClasses = ["drums", "bass"]
        params.timesteps = [1, 0.25]
        params.inferMethod = .stochastic
        let json = try JSONEncoder().encode(params)
        #expect(try JSONDecoder().decode(GenerationParams.self, from: json) == params)
        let names = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any]).keys
        #expect(names.contains("lm_negative_prompt") && names.contains("cover_noise_strength"))
    }

    @Test func paramsAndConfigMayBeObjectsOfTheirOwn() throws {
        let (request, _) = try request(
            #"{"params": {"caption": "x"}, "config": {"batch_size": 3, "seeds": [5, -1], "use_random_seed": false}}"#)
        #expect(request.batchSize == 3)
        #expect(request.seeds.count == 2 && request.seeds[0] == 5)
    }

    @Test func seedsFollowTheReference() throws {
        func seeds(_ fields: String) throws -> (seeds: [UInt64], batch: Int, notices: [String]) {
            let (request, notices) = try request(#"{"caption": "x", \#(fields)}"#)
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
        #expect(wrong.description.contains("capton") && wrong.suggestion == .didYouMean(["caption"]))
        #expect(error(#"{"params": {}, "confg": {}}"#)?.suggestion == .didYouMean(["config"]))
        #expect(error(#"{"config": {"batchsize": 2}}"#)?.suggestion == .didYouMean(["batch_size"]))
    }

    @Test(
        arguments: [
            #"{"caption": []}"#, #"{"task_type": "remix"}"#, #"{"infer_method": "euler2"}"#, "[]", "{", "",
            #"{"batch_size": 9}"#, #"{"batch_size": 0}"#, #"{"lm_temperature": 3}"#, #"{"track_name": "tuba"}"#,
            #"{"bpm": 1.5}"#,
        ])
    func badValuesAreRefused(_ json: String) {
        #expect(error(json)?.code == .invalidRequest)
    }

    @Test func laterFieldsCountOnlyWhereTheyChangeNothing() throws {
        let neutral = #"{"dcw_enabled": false, "dcw_scaler": 0.05, "velocity_ema_factor": 0.0, "retake_seed": null}"#
        #expect(try request(neutral).notices.isEmpty)
        #expect(try options(#"{"dcw_enabled": true}"#).correctsWavelets)
        #expect(try options(#"{"velocity_ema_factor": 0.5}"#).velocityAverage == 0.5)
        #expect(error(#"{"chunk_mask_mode": "lego"}"#)?.code == .unsupported)
        #expect(try options(#"{"sampler_mode": "heun"}"#).solver == .heun)
    }

    @Test func laterFieldsOfRepaintsAreFollowedOrSaid() throws {
        let usual = #"{"repaint_mode": "balanced", "repaint_strength": 0.5, "repaint_wav_crossfade_sec": 0}"#
        #expect(try request(usual).notices.isEmpty)
        #expect(try options(usual).keepsSource)
        #expect(try !options(#"{"repaint_mode": "aggressive"}"#).keepsSource)
        #expect(try options(#"{"repaint_mode": "aggressive", "keep_source": true}"#).keepsSource)
        #expect(try request(#"{"repaint_strength": 0.9}"#).notices.count == 1)
        #expect(error(#"{"repaint_mode": "gentle"}"#)?.code == .unsupported)
    }

    @Test func seedsOfAllSizesComeBack() throws {
        var params = GenerationParams(caption: "x", seed: 18_446_744_073_709_551_615)
        #expect(params.seed.value == UInt64.max)
        let (made, _) = try request(String(decoding: JSONEncoder().encode(params), as: UTF8.self))
        #expect(made.seeds == [UInt64.max])
        #expect(try GenerationParams(made).seed == params.seed)
        params.seed = -1
        #expect(params.seed.value == nil)
    }

    @Test func aFinishedSongsParametersMakeItAgain() throws {
        var request = MusicRequest(prompt: "x", duration: 12.5, seeds: [5], steps: 6, guidanceScale: 4)
        request.task = .repaint
        request.source = AudioInput(path: "a.wav")
        try request.setACEStep {
            $0.regions = [RepaintRegion(start: 2, end: 4)]
            $0.lyrics = "la"
            $0.vocalLanguage = "fr"
            $0.solver = .heun
            $0.shift = 2
            $0.coverStrength = 0.5
        }
        let params = try GenerationParams(request)
        #expect(params.repaintingStart == 2 && params.repaintingEnd == 4 && params.thinking == false)
        let config = GenerationConfig(batchSize: 1, useRandomSeed: false)
        var again = try params.content(config).request
        #expect(try ACEStepOptions(again.options) == ACEStepOptions(request.options))
        again.options = request.options
        #expect(again == request)
    }

    @Test func deadFieldsAreRefusedOrDoWhatTheySay() throws {
        #expect(error(#"{"constrained_decoding_debug": true}"#)?.code == .unsupported)
        #expect(try content(#"{"allow_lm_batch": false}"#).planning.songsAtOnce == 1)
        #expect(try content(#"{"allow_lm_batch": true, "lm_batch_chunk_size": 3}"#).planning.songsAtOnce == 3)
    }

    /// Every parameter of the reference is a field of requests, or says why not.
    @Test func everyParameterIsKnown() throws {
        for name in GenerationParams().object.keys.sorted() + GenerationConfig().object.keys.sorted() {
            let value = (GenerationParams().object[name] ?? GenerationConfig().object[name]) ?? .null
            let document = RequestDocument([name: value])
            #expect(throws: Never.self, "\(name)") { _ = try document.content(for: ACEStepFamily()) }
        }
    }
}
