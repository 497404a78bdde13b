import AudioFile
import Foundation
import MusicCore
import Testing

/// The tasks on source audio through the binary.
@Suite("Tasks")
struct TaskTests {
    let folder: TemporaryFolder
    static let clips = Repository.fixtures.appendingPathComponent("tasks")
    static let source = clips.appendingPathComponent("source-48000.wav").path

    init() throws {
        folder = try TemporaryFolder()
    }

    private func model(_ name: String) -> String {
        Repository.fixtures.appendingPathComponent("checkpoints/\(name)/diffusers").path
    }

    private func run(_ arguments: [String]) throws -> Vivace.Outcome {
        let outcome = try Vivace.run(arguments, in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome
    }

    private func samples(_ name: String) throws -> [[Float]] { try AudioFile.read(folder[name]).channels }

    @Test("repainting keeps every other sample, for four minutes too")
    func repaint() throws {
        // Four minutes in 16 bits: a slow sweep that differs between the channels.
        let count = 240 * 48_000
        let left = (0..<count).map { Float(Int16(truncatingIfNeeded: $0 &* $0 >> 13) / 4) / 32768 }
        let right = left.reversed() as [Float]
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [left, right]), to: folder["long.wav"])
        _ = try run([
            "generate", "guitar solo", "--task", "repaint", "--source", "long.wav", "--region", "10-20", "--region",
            "44.5-48.25", "--model", model("turbo-f32"), "--steps", "1", "--seed", "1", "-o", "new.flac", "--quiet",
        ])
        let song = try samples("new.flac")
        for (made, own) in zip(song, [left, right]) {
            #expect(made.count == count)
            for kept in [0..<480_000, 960_000..<2_136_000, 2_316_000..<count] {
                #expect(made[kept] == own[kept], "\(kept)")
            }
            #expect(made[500_000..<900_000] != own[500_000..<900_000])
        }
    }

    @Test("a song is extended at both ends, and repeated from its recipe")
    func extend() throws {
        _ = try run([
            "generate", "intro", "--task", "repaint", "--source", Self.source, "--region", "-0.4-0", "--region",
            "1.3-2",
            "--model", model("turbo-f32"), "--steps", "2", "--seed", "3", "-o", "longer.wav", "--quiet",
        ])
        let own = try AudioFile.read(URL(fileURLWithPath: Self.source)).channels[0]
        let made = try samples("longer.wav")[0]
        #expect(made.count > 2 * 48_000 && made.count <= Int(2.4 * 48_000))
        // The source is faded at its ends for 25 ms.
        #expect(made[(19_200 + 1200)..<(19_200 + 61_200)] == own[1200..<61_200])
        _ = try run(["generate", "--from", "longer.wav", "-o", "again.wav", "--quiet"])
        #expect(try samples("again.wav") == samples("longer.wav"))
    }

    @Test("codes of a song make a song of its length")
    func codes() throws {
        let codes = try run(["codes", Self.source, "--model", model("turbo-f32")]).output
        #expect(AudioCodeText.codes(in: codes).count == 7)
        let json = try run(["codes", Self.source, "--model", model("turbo-f32"), "--json"]).json()
        #expect(json["audio_codes"] as? String == codes.trimmingCharacters(in: .whitespacesAndNewlines))
        try Data(codes.utf8).write(to: folder["codes.txt"])
        _ = try run([
            "generate", "brass band", "--audio-codes", "@codes.txt", "--model", model("turbo-f32"), "--steps", "1",
            "-o", "brass.wav", "--quiet",
        ])
        #expect(try samples("brass.wav")[0].count == 35 * 1920)
    }

    @Test("stems go to a folder, one file for each track")
    func stems() throws {
        let outcome = try run([
            "extract", Self.source, "--tracks", "vocals,drums", "--model", model("base-xl-bf16"), "--steps", "2", "-o",
            "stems", "--format", "wav", "--seed", "5", "--json",
        ])
        let files = try #require(try outcome.json()["files"] as? [String: String])
        #expect(Set(files.keys) == ["vocals", "drums"])
        #expect(outcome.errors.contains("vocals (1 of 2)") && outcome.errors.contains("drums (2 of 2)"))
        #expect(try samples("stems/vocals.wav") != samples("stems/drums.wav"))
        _ = try run([
            "generate", "", "--task", "extract", "--track", "drums", "--source", Self.source, "--model",
            model("base-xl-bf16"), "--steps", "2", "--seed", "5", "-o", "one.wav", "--quiet",
        ])
        #expect(try samples("one.wav") == samples("stems/drums.wav"))
    }

    @Test("a request of the reference's dataclasses gives its result fields")
    func request() throws {
        try Data(
            #"""
            {"params": {"caption": "slow jazz", "task_type": "cover", "src_audio": "\#(Self.source)",
            "audio_cover_strength": 0.5, "inference_steps": 3, "shift": 3.0, "thinking": false},
            "config": {"batch_size": 2, "seeds": [7, 8], "use_random_seed": false, "audio_format": "wav"}}
            """#.utf8
        ).write(to: folder["params.json"])
        let outcome = try run([
            "generate", "--request", "params.json", "--model", model("turbo-f32"), "--json", "--quiet",
        ])
        let json = try outcome.json()
        #expect(json["success"] as? Bool == true && json["error"] is NSNull)
        let audios = try #require(json["audios"] as? [[String: Any]])
        #expect(audios.map { $0["path"] as? String } == ["song-7.wav", "song-8.wav"])
        #expect(audios.allSatisfy { $0["sample_rate"] as? Int == 48_000 })
        let extra = try #require(json["extra_outputs"] as? [String: Any])
        #expect(extra["lm_metadata"] is NSNull && extra["seed_value"] as? String == "7, 8")
        #expect((extra["time_costs"] as? [String: Any])?["dit_total_time_cost"] != nil)

        // What is reported makes the same song, and has the same key.
        let params = try #require(audios[1]["params"])
        try JSONSerialization.data(withJSONObject: params).write(to: folder["again.json"])
        let again = try run([
            "generate", "--request", "again.json", "--model", model("turbo-f32"), "-o", "again.wav", "--json",
            "--quiet",
        ]).json()
        #expect(try samples("again.wav") == samples("song-8.wav"))
        #expect((again["audios"] as? [[String: Any]])?.first?["key"] as? String == audios[1]["key"] as? String)
    }

    @Test("--stream writes what is decoded, --play pipes it to a player")
    func streaming() throws {
        let player = folder["bin"]
        try FileManager.default.createDirectory(at: player, withIntermediateDirectories: true)
        try Data("#!/bin/sh\ncat > \"\(folder["heard.wav"].path)\"\n".utf8).write(
            to: player.appendingPathComponent("aplay"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: player.appendingPathComponent("aplay").path)
        let outcome = try Vivace.run(
            [
                "generate", "calm piano", "--model", model("turbo-f32"), "--duration", "22", "--steps", "1",
                "--normalize", "none", "-o", "song.wav", "--stream", "stream.wav", "--play", "--quiet",
            ], in: folder.url, environment: ["PATH": "\(player.path):/usr/bin:/bin"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let song = try samples("song.wav")
        #expect(try samples("stream.wav") == song)
        #expect(try samples("heard.wav") == song)
        // No player, no work.
        let silent = try Vivace.run(
            ["generate", "x", "--model", model("turbo-f32"), "--play", "-o", "no.wav"], in: folder.url,
            environment: ["PATH": "/nowhere"])
        #expect(silent.status == 1 && silent.errors.contains("player"))
        #expect(!folder.names.contains("no.wav"))
    }

    @Test("files of other kinds are brought to the model's", arguments: [(1, 8000), (8, 192_000)])
    func conversions(_ channels: Int, _ rate: Int) throws {
        let tone = (0..<rate).map { 0.5 * Float(sin(Double($0) * 440 * 2 * .pi / Double(rate))) }
        try AudioFile.write(
            AudioBuffer(sampleRate: rate, channels: Array(repeating: tone, count: channels)), to: folder["odd.wav"])
        _ = try run([
            "generate", "bossa nova", "--task", "cover", "--source", "odd.wav", "--reference", "odd.wav", "--model",
            model("turbo-f32"), "--steps", "1", "-o", "cover.wav", "--quiet",
        ])
        let made = try AudioFile.read(folder["cover.wav"])
        #expect(made.sampleRate == 48_000 && made.channels.count == 2)
        #expect(abs(made.duration - 1) < 0.1)
    }
}
