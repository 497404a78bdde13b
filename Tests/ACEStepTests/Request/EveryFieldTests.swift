import ACEStep
import Foundation
import MusicCore
import TestSupport
import Testing

/// Every field of a request changes the song, or is refused, or a notice says why it changes nothing.
///
/// The rows come from the tables of fields: a new one without a case here fails.
struct EveryFieldTests {
    /// A request from which one field is changed.
    enum Base: String, CaseIterable {
        /// Text to music, with lyrics.
        case text
        /// A cover that follows half of its source.
        case cover
        /// One part of a source, made anew.
        case repaint
        /// A track beside a source, for base models.
        case lego

        var request: MusicRequest {
            get throws {
                var request = MusicRequest(prompt: "slow jazz", duration: 0.6, seeds: [1], steps: 4)
                try request.setACEStep {
                    $0.lyrics = "[Verse]\nla la"
                    // Off the times at which turbo models were trained.
                    $0.shift = 2.2
                    if self == .cover { $0.coverStrength = 0.5 }
                    if self == .repaint { $0.regions = [RepaintRegion(start: 0.3, end: 0.8)] }
                    if self == .lego { $0.tracks = [.drums] }
                }
                if self != .text {
                    request.task = MusicTask(rawValue: rawValue)
                    request.source = AudioInput(path: "source-48000.wav")
                    request.duration = nil
                }
                return request
            }
        }
    }

    /// The checkpoints, each with the requests that it can fulfil.
    private static let runs: [(String, Base)] =
        [("turbo-f32", .text), ("turbo-f32", .cover), ("turbo-f32", .repaint)]
        + Base.allCases.map { ("base-xl-bf16", $0) }

    /// What each written field is changed to: a value that none of the base requests has.
    private static let changes: [String: JSONValue] = [
        "caption": "loud metal",
        "genres": ["polka"],
        "task_type": "extract",
        "src_audio": "reference-48000.wav",
        "reference_audio": "reference-48000.wav",
        "duration": 0.9,
        "inference_steps": 3,
        "guidance_scale": 3.5,
        "seeds": 2,
        "batch_size": 2,
        "enable_normalization": false,
        "normalization_db": -6,
        "lyrics": "[Chorus]\noh",
        "instrumental": true,
        "vocal_language": "ja",
        "bpm": 97,
        "keyscale": "F# minor",
        "timesignature": "3",
        "instruction": "Whistle a tune:",
        "audio_codes": "<|audio_code_3|><|audio_code_1|><|audio_code_2|>",
        "track_classes": ["bass"],
        "regions": [[0.1, 0.6]],
        "keep_source": false,
        "audio_cover_strength": 0.25,
        "cover_rule": "blend",
        "cover_noise_strength": 0.5,
        "shift": 1.3,
        "timesteps": [0.9, 0.6, 0.2],
        "latent_shift": 0.25,
        "latent_rescale": 1.5,
        "use_adg": true,
        "cfg_interval_start": 0.6,
        "cfg_interval_end": 0.7,
        "infer_method": "heun",
        "snap_timesteps": true,
        "latents": "noise.npy",
        "output_type": "latent",
        "max_text_length": 12,
        "max_lyric_length": 6,
        "use_sft_prompt": false,
        "null_lyric_condition": true,
        "retry_non_finite": false,
        "remove_dc_offset": true,
        "dcw_enabled": true,
        "dcw_mode": "low",
        "dcw_scaler": 0.2,
        "dcw_high_scaler": 0.3,
        "dcw_wavelet": "db2",
        "velocity_norm_threshold": 0.5,
        "velocity_ema_factor": 0.3,
        "retake_variance": 0.4,
        "retake_seed": 9,
        "flow_edit_morph": true,
        "flow_edit_source_caption": "a waltz",
        "flow_edit_source_lyrics": "[Verse]\nno",
        "flow_edit_n_min": 0.1,
        "flow_edit_n_max": 0.9,
        "flow_edit_n_avg": 2,
        "fade_in_duration": 0.1,
        "fade_out_duration": 0.1,
        "get_lrc": true,
        "get_scores": true,
        "score_scale": 0.2,
        "check_audio": false,
        "adapters": ["there-is-no-such-file.safetensors"],
    ]

    /// Fields that show only where something goes wrong (``FallbackTests``, `AudioFaultTests`), and those that tell of
    /// the finished song (``LyricAlignmentTests``, ``HeardScoreTests``).
    private static let precautions: Set<String> = [
        "retry_non_finite", "check_audio", "get_lrc", "get_scores", "score_scale",
    ]

    /// The same for second spellings, which are read and never written, each with the field that is written for it.
    private static let spellings: [String: (value: JSONValue, writtenAs: String)] = [
        "normalization": ("none", "enable_normalization"),
        "track_name": ("bass", "track_classes"),
        "repainting_start": (0.2, "regions"),
        "repainting_end": (0.7, "regions"),
        "guidance_method": ("adg", "use_adg"),
        "latents_only": (true, "output_type"),
    ]

    /// The names of the tables' rows: those that are written, and those that are only read.
    private static func names() -> (written: Set<String>, read: Set<String>) {
        func parts<Root>(_ table: FieldTable<Root>, of root: Root) -> (Set<String>, Set<String>) {
            let written = table.fields.filter { $0.json(of: root) != nil }.map(\.name)
            return (Set(written), Set(table.fields.map(\.name)).subtracting(written))
        }
        let common = parts(MusicRequest.fields, of: MusicRequest())
        let own = parts(ACEStepOptions.fields, of: ACEStepOptions())
        return (common.0.union(own.0), common.1.union(own.1))
    }

    @Test func everyRowHasItsCase() {
        let names = Self.names()
        #expect(Set(Self.changes.keys) == names.written)
        #expect(Set(Self.spellings.keys) == names.read)
    }

    @Test(arguments: spellings.keys.sorted())
    func aSecondSpellingIsWrittenAsTheFirst(_ name: String) throws {
        let (value, first) = try #require(Self.spellings[name])
        var request = MusicRequest(prompt: "slow jazz")
        try request.read([name: value])
        let written = try ACEStepRequest(request).neutral.object
        let usual = try ACEStepRequest(MusicRequest(prompt: "slow jazz")).neutral.object
        #expect(written[name] == nil)
        #expect(written[first] != nil && written[first] != usual[first])
    }

    /// What came of a request.
    private enum Outcome {
        case refused(MusicError)
        case made(songs: [[[Float]]], notices: [String])
    }

    private static func outcome(of request: MusicRequest, _ backend: ACEStepBackend) async throws -> Outcome {
        var request = request
        for input in [\MusicRequest.source, \MusicRequest.reference] {
            guard let path = request[keyPath: input]?.path else { continue }
            request[keyPath: input]?.audio = try Clip.read(path)
        }
        var notices: [String] = []
        do {
            for try await event in backend.generate(request) {
                switch event {
                case .notice(let notice): notices.append(notice)
                case .finished(let result):
                    return .made(songs: result.songs.map(\.audio.channels), notices: notices)
                default: break
                }
            }
        } catch let error as MusicError {
            return .refused(error)
        }
        throw MusicError(.numericalFailure, "the generation has no end")
    }

    @Test(arguments: runs)
    func everyFieldTellsInTheSongOrInWords(_ checkpoint: String, _ base: Base) async throws {
        let location = try TestCheckpoint(checkpoint, .official).location
        let backend = try await ACEStepBackend.load(
            location, options: LoadOptions(precision: .float32, device: .cpu))
        let usual = try base.request
        guard case .made(let songs, let notices) = try await Self.outcome(of: usual, backend) else {
            Issue.record("the base request is refused")
            return
        }
        #expect(songs.count == 1)
        var heard: Set<String> = []
        for (name, value) in Self.changes.sorted(by: { $0.key < $1.key }) {
            var changed = usual
            do {
                try changed.read([name: value])
            } catch is MusicError {
                continue
            }
            guard case .made(let newSongs, let newNotices) = try await Self.outcome(of: changed, backend) else {
                continue
            }
            let isTold = !Set(newNotices).subtracting(notices).isEmpty
            #expect(
                newSongs != songs || isTold || Self.precautions.contains(name),
                "\(name) changes nothing, and no word says so")
            if newSongs != songs { heard.insert(name) }
        }
        #expect(heard.isSuperset(of: ["caption", "lyrics", "bpm", "seeds", "batch_size", "shift", "reference_audio"]))
    }
}
