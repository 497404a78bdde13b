import AudioFile
import Foundation
import MusicCore
import Testing

/// What a user does with the built-in model.
@Suite("vivace generate")
struct GenerateTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func generate(_ arguments: [String]) throws -> Vivace.Outcome {
        try Vivace.run(
            ["generate", "calm piano over soft strings", "--model", Repository.builtin.path, "--steps", "2"]
                + arguments,
            in: folder.url)
    }

    @Test("each format holds a stereo song of the asked length", arguments: ["wav", "flac", "mp3", "opus", "ogg"])
    func formats(_ format: String) throws {
        let outcome = try generate(["--duration", "3", "--seed", "1", "--output", "song.\(format)"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "song.\(format)\n")
        let audio = try AudioFile.read(folder["song.\(format)"])
        #expect(audio.sampleRate == 48_000)
        #expect(audio.channels.count == 2)
        #expect(abs(audio.duration - 3) < 0.05)
        #expect(audio.peak > 0.5)
        #expect(folder.names == ["song.\(format)"])
    }

    @Test("what is written beside the songs of a batch replaces nothing")
    func filesOfBatches() throws {
        let files = ["--save-latents", "l.npy", "--stream", "s.wav", "--output", "b.wav", "--duration", "0.4"]
        #expect(try generate(files + ["--seed", "1,2"]).status == 0)
        let names = ["b", "l", "s"].flatMap { name in (1...4).map { "\(name)-\($0).\(name == "l" ? "npy" : "wav")" } }
        let first = try names.filter { $0.contains("-1.") || $0.contains("-2.") }
            .map { try Data(contentsOf: folder[$0]) }
        let outcome = try generate(files + ["--seed", "3,4"])
        #expect(outcome.status == 0 && outcome.output == "b-3.wav\nb-4.wav\n")
        #expect(outcome.errors.contains("latents: l-3.npy, l-4.npy"), "\(outcome.errors)")
        #expect(outcome.errors.contains("streamed: s-3.wav, s-4.wav"))
        #expect(folder.names == names)
        let again = try names.filter { $0.contains("-1.") || $0.contains("-2.") }
            .map { try Data(contentsOf: folder[$0]) }
        #expect(again == first)
    }

    @Test("the result tells which frames were made, and where the latents are")
    func masks() throws {
        #expect(try generate(["--duration", "4", "--seed", "1", "--output", "a.wav", "--quiet"]).status == 0)
        let outcome = try generate(
            [
                "--task", "repaint", "--source", "a.wav", "--region", "1-2", "--seed", "1", "--output", "b.wav",
                "--save-latents", "b.npy", "--json", "--quiet",
            ])
        let extra = try #require(try outcome.json()["extra_outputs"] as? [String: Any])
        let mask = try #require((extra["masks"] as? [[String: Any]])?.first)
        #expect(mask["frames"] as? Int == 100 && mask["made"] as? [[Int]] == [[25, 50]])
        let latents = try #require((extra["latents"] as? [[String: Any]])?.first)
        #expect(latents["path"] as? String == "b.npy" && (latents["shape"] as? [Int])?.first == 100)
    }

    @Test("texts of strangers don't steer the terminal, and names come as a shell takes them")
    func strangersTexts() throws {
        let name = "it's a song.wav"
        let made = try Vivace.run(
            [
                "generate", "red \u{1B}[31m", "--model", Repository.builtin.path, "--steps", "1", "--duration", "0.4",
                "--seed", "1", "--output", name,
            ], in: folder.url)
        #expect(made.status == 0 && made.output == "\(name)\n")
        #expect(made.errors.contains("prompt \"red \u{FFFD}[31m\"") && !made.errors.contains("\u{1B}[31m"))
        let info = try Vivace.run(["info", name], in: folder.url)
        #expect(info.output.contains("prompt \"red \u{FFFD}[31m\"") && !info.output.contains("\u{1B}"))
        #expect(info.output.hasSuffix("repeat it: vivace generate --from 'it'\\''s a song.wav'\n"), "\(info.output)")
        // The song itself keeps the text.
        let document = try Vivace.run(["info", name, "--json"], in: folder.url).json()
        let request = try #require((document["recipe"] as? [String: Any])?["request"] as? [String: Any])
        #expect(request["caption"] as? String == "red \u{1B}[31m")
    }

    @Test("what is said of the file and doesn't count is told")
    func unusedFormats() throws {
        let short = ["--duration", "0.4", "--seed", "1"]
        let named = try generate(short + ["--output", "a.wav", "--audio-format", "mp3"])
        #expect(named.output == "a.wav\n" && named.errors.contains("--audio-format is not used"), "\(named.errors)")
        let same = try generate(short + ["--output", "a.wav", "--audio-format", ".WAV"])
        #expect(same.status == 0 && !same.errors.contains("not used"), "\(same.errors)")
        let wrong = try generate(short + ["--output", "a.wav", "--audio-format", "m4a"])
        #expect(wrong.status == 2 && wrong.errors.contains("m4a"))
        let latents = try generate(short + ["--latents-only", "--output", "l.npy", "--bit-depth", "24"])
        #expect(latents.status == 0 && latents.errors.contains("--bit-depth is not used"), "\(latents.errors)")
        let cover = try generate(["--task", "cover", "--source", "a.wav", "--output", "./a.wav", "--seed", "1"])
        #expect(cover.status == 0 && cover.errors.contains("takes the place of the file"), "\(cover.errors)")
    }

    @Test("the peak is at -1 dBFS unless normalisation is off")
    func normalization() throws {
        _ = try generate(["--duration", "2", "--seed", "1", "--bit-depth", "32f", "--output", "peak.wav"])
        _ = try generate(
            ["--duration", "2", "--seed", "1", "--bit-depth", "32f", "--normalize", "none", "--output", "none.wav"])
        let peak = try AudioFile.read(folder["peak.wav"])
        let none = try AudioFile.read(folder["none.wav"])
        #expect(abs(peak.peak - 0.891_250_9) < 1e-5)
        #expect(abs(none.peak - peak.peak) > 1e-3)
        let gain = peak.peak / none.peak
        for (a, b) in zip(peak.channels[1], none.channels[1]) { #expect(abs(a - b * gain) < 1e-5) }
    }

    @Test("the same seed gives the same bytes, another seed does not")
    func determinism() throws {
        for (name, seed) in [("a", "5"), ("b", "5"), ("c", "6")] {
            #expect(try generate(["--duration", "2", "--seed", seed, "--output", "\(name).wav"]).status == 0)
        }
        let a = try AudioFile.read(folder["a.wav"])
        #expect(try AudioFile.read(folder["b.wav"]) == a)
        #expect(try AudioFile.read(folder["c.wav"]) != a)
    }

    @Test("prompt, lyrics and metadata change the song")
    func conditions() throws {
        let variants: [(String, [String])] = [
            ("plain", []), ("bpm", ["--bpm", "97"]), ("key", ["--key", "D minor"]),
            ("lyrics", ["--lyrics", "[Verse]\nA river of light"]), ("metre", ["--time-signature", "3"]),
            ("language", ["--lyrics", "[Verse]\nA river of light", "--language", "de"]),
            ("instrumental", ["--instrumental"]),
        ]
        var songs: [String: AudioBufferKey] = [:]
        for (name, arguments) in variants {
            let outcome = try generate(arguments + ["--duration", "2", "--seed", "5", "--output", "\(name).wav"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            songs[name] = AudioBufferKey(try AudioFile.read(folder["\(name).wav"]).channels)
        }
        #expect(Set(songs.values).count == variants.count)
    }

    @Test("a batch gives each seed the song that it gives alone")
    func batch() throws {
        #expect(try generate(["--duration", "2", "--seed", "11,12", "--output", "song.wav"]).status == 0)
        #expect(try generate(["--duration", "2", "--seed", "12", "--output", "alone.wav"]).status == 0)
        #expect(folder.names == ["alone.wav", "song-1.wav", "song-2.wav"])
        let second = try AudioFile.read(folder["song-2.wav"])
        #expect(try AudioFile.read(folder["alone.wav"]) == second)
        #expect(try AudioFile.read(folder["song-1.wav"]) != second)
    }

    @Test("songs beyond the given seeds draw theirs, and the report says which")
    func drawnSeeds() throws {
        let outcome = try generate(["--duration", "2", "--batch", "3", "--seed", "4", "--output", "s.wav", "--json"])
        let seeds = try #require(try outcome.json()["seeds"] as? [NSNumber]).map(\.uint64Value)
        #expect(seeds.count == 3)
        #expect(seeds[0] == 4)
        #expect(Set(seeds).count == 3)
        #expect(try generate(["--duration", "2", "--seed", "\(seeds[2])", "--output", "again.wav"]).status == 0)
        let third = try AudioFile.read(folder["s-3.wav"])
        #expect(try AudioFile.read(folder["again.wav"]) == third)
    }

    @Test("--json prints one document with files, seeds, parameters, seconds and memory")
    func json() throws {
        let outcome = try generate(["--duration", "2.5", "--seed", "3", "--bpm", "90", "--output", "s.flac", "--json"])
        let document = try outcome.json()
        #expect(document["files"] as? [String] == ["s.flac"])
        let parameters = try #require(document["parameters"] as? [String: Any])
        #expect(parameters["bpm"] as? Int == 90)
        #expect(parameters["duration"] as? Double == 2.5)
        #expect(parameters["inference_steps"] as? Int == 2)
        #expect(parameters["shift"] as? Double == 3)
        let seconds = try #require(document["seconds"] as? [String: Double])
        #expect(
            Set(seconds.keys).isSuperset(of: ["load", "encode", "condition", "diffuse", "decode", "write", "total"]))
        #expect(try #require(document["peak_memory_bytes"] as? Int) > 10_000_000)
        #expect((document["notices"] as? [String])?.contains { $0.contains("built-in") } == true)
    }

    @Test("info shows the recipe and --from repeats it", arguments: ["flac", "mp3", "wav", "opus"])
    func recipe(_ format: String) throws {
        _ = try generate([
            "--duration", "2", "--seed", "18446744073709551615", "--lyrics", "[Verse]\nÜber 東京 🎹", "--key", "F# minor",
            "--output", "a.\(format)",
        ])
        let info = try Vivace.run(["info", "a.\(format)"], in: folder.url)
        #expect(info.status == 0, "\(info.errors)")
        for word in ["calm piano over soft strings", "18446744073709551615", "Über 東京 🎹", "F# minor", "steps 2"] {
            #expect(info.output.contains(word), "\(word) is missing in \(info.output)")
        }
        let again = try Vivace.run(["generate", "--from", "a.\(format)", "--output", "b.\(format)"], in: folder.url)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try Data(contentsOf: folder["a.\(format)"]) == Data(contentsOf: folder["b.\(format)"]))
        let other = try Vivace.run(
            ["generate", "--from", "a.\(format)", "--seed", "2", "--output", "c.\(format)"], in: folder.url)
        #expect(other.status == 0)
        #expect(try Data(contentsOf: folder["a.\(format)"]) != Data(contentsOf: folder["c.\(format)"]))
    }

    @Test("latents are saved in both formats with the same values")
    func latents() throws {
        for name in ["l.npy", "l.safetensors"] {
            let outcome = try generate(
                ["--duration", "2.3", "--seed", "3", "--output", "s.wav", "--save-latents", name])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let tensor = try #require(try Safetensors(folder["l.safetensors"])["latents"])
        #expect(tensor.shape == [58, 52])  // 2.3 s at 25 frames a second, rounded up
        let npy = try Data(contentsOf: folder["l.npy"])
        let body = npy.suffix(58 * 52 * 4).withUnsafeBytes { bytes in
            (0..<58 * 52).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        #expect(body == tensor.values)
        #expect(String(decoding: npy.prefix(128), as: UTF8.self).contains("(58, 52,)"))
    }

    @Test("standard error is quiet when asked, plain when piped")
    func lines() throws {
        let quiet = try generate(["--duration", "2", "--output", "s.wav", "--quiet"])
        #expect(quiet.errors.isEmpty)
        let piped = try generate(["--duration", "2", "--output", "s.wav", "--verbose"])
        #expect(!piped.errors.contains("\u{1B}") && !piped.errors.contains("\r"))
        #expect(piped.errors.contains("denoising, step 2/2"))
        #expect(piped.errors.contains("peak memory"))
    }
}

/// Samples as a set member.
struct AudioBufferKey: Hashable {
    var channels: [[Float]]
    init(_ channels: [[Float]]) { self.channels = channels }
}
