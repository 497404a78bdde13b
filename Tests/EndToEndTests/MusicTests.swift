import AudioFile
import Foundation
import MusicCore
import Testing

/// Words in, audible consequences out: the built-in model through the program.
@Suite("What the built-in model plays")
struct MusicTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func song(_ prompt: String, _ arguments: [String]) throws -> AudioBuffer {
        let outcome = try Vivace.run(
            ["generate", prompt, "--model", Repository.builtin.path, "--output", "song.wav"] + arguments, in: folder.url
        )
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try AudioFile.read(folder["song.wav"])
    }

    @Test("the beat has the asked tempo, at the beginning and at the end")
    func tempo() throws {
        var right = 0
        let tempos = [84.0, 100, 124, 140]
        for (index, bpm) in tempos.enumerated() {
            let audio = try song(
                "techno with drums", ["--bpm", "\(Int(bpm))", "--duration", "20", "--seed", "\(index)"])
            let half = audio.frameCount / 2
            for range in [0..<half, half..<audio.frameCount] {
                let part = AudioBuffer(sampleRate: audio.sampleRate, channels: audio.channels.map { Array($0[range]) })
                if Listening(part).likeliest(of: tempos) == bpm { right += 1 }
            }
        }
        // By chance it would be 2 of 8.
        #expect(right >= 6, "\(right) of 8")
    }

    @Test("drums alone are told from a song without drums")
    func drums() throws {
        for seed in 1...3 {
            let arguments = ["--bpm", "110", "--duration", "8", "--seed", "\(seed)"]
            let only = Listening(try song("drums only", arguments)).noisiness
            let none = Listening(try song("calm piano and soft strings, no drums", arguments)).noisiness
            #expect(only > none * 1.5, "seed \(seed): \(only) with drums only, \(none) without")
        }
    }

    @Test("energetic music has more onsets than calm music")
    func energy() throws {
        var more = 0
        for seed in 1...3 {
            let arguments = ["--bpm", "100", "--duration", "10", "--seed", "\(seed)"]
            let calm = Listening(try song("calm house music", arguments)).onsetRate
            let energetic = Listening(try song("energetic house music", arguments)).onsetRate
            if energetic > calm { more += 1 }
        }
        #expect(more == 3, "\(more) of 3")
    }

    @Test("drums taken out of a song are what is noisy in it")
    func extract() throws {
        let whole = try song("house with drums", ["--bpm", "120", "--duration", "8", "--seed", "1"])
        try FileManager.default.moveItem(at: folder["song.wav"], to: folder["whole.wav"])
        let task = ["--task", "extract", "--source", "whole.wav", "--bpm", "120", "--seed", "1"]
        let drums = try song("", task + ["--track", "drums"])
        let bass = try song("", task + ["--track", "bass"])
        #expect(Listening(drums).noisiness > 1.3 * Listening(whole).noisiness)
        #expect(Listening(bass).noisiness < Listening(drums).noisiness / 1.5)
    }

    @Test("plans have the tempo and the key that the caption names")
    func plans() throws {
        var tempos = 0
        var keys = 0
        let wishes = [(83, "C major"), (97, "F# minor"), (121, "G minor"), (148, "Bb major")]
        for (bpm, key) in wishes {
            let outcome = try Vivace.run(
                [
                    "create", "deep house, \(bpm) bpm, in \(key)", "--model", Repository.builtin.path, "--json",
                    "--instrumental", "--lm-temperature", "0",
                ], in: folder.url)
            try #require(outcome.status == 0, "\(outcome.errors)")
            let plan = try outcome.json()
            if plan["bpm"] as? Int == bpm { tempos += 1 }
            if plan["keyscale"] as? String == key { keys += 1 }
        }
        #expect(tempos >= 3, "\(tempos) of 4 tempos")
        #expect(keys >= 3, "\(keys) of 4 keys")
    }

    @Test("nothing is silent and nothing clips", arguments: ["ambient pads", "jazz trio", "chiptune", "rock"])
    func levels(_ style: String) throws {
        let audio = try song(style, ["--duration", "10", "--seed", "3", "--bit-depth", "32f"])
        #expect(audio.peak < 0.9)
        #expect(Listening(audio).quietestSecond > 1e-3)
    }

    @Test("the spectrogram of a song is a picture")
    func spectrogram() throws {
        _ = try song("house", ["--duration", "3", "--seed", "1"])
        let outcome = try Vivace.run(
            ["spectrogram", "song.wav", "-o", "song.png", "--width", "300", "--height", "100"], in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "song.png\n")
        let picture = try Data(contentsOf: folder["song.png"])
        #expect(picture.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        // Width and height, big-endian, after the length and the name of the first part.
        #expect(picture[16..<24] == Data([0, 0, 1, 44, 0, 0, 0, 100]))
        #expect(picture.suffix(12) == Data([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
        let refused = try Vivace.run(["spectrogram", "gone.wav"], in: folder.url)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("gone.wav"))
    }
}
