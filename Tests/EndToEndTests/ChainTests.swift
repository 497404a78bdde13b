import AudioFile
import Foundation
import MusicCore
import Testing

/// What one command prints is what the next one reads, and a recipe knows its inputs.
@Suite("Chains")
struct ChainTests {
    let folder: TemporaryFolder
    private let model = ["--model", Repository.builtin.path]

    init() throws {
        folder = try TemporaryFolder()
    }

    private func run(_ arguments: [String], in place: URL? = nil) throws -> Vivace.Outcome {
        let outcome = try Vivace.run(arguments, in: place ?? folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome
    }

    private func songs(_ arguments: [String]) throws -> [String: Any] {
        try run(["generate"] + arguments + model + ["--duration", "0.4", "--steps", "2", "--json", "-q"]).json()
    }

    @Test("a description is a request", arguments: ["create", "format", "understand"])
    func descriptions(_ command: String) throws {
        var arguments = [command, "--json", "--seed", "3"] + model
        switch command {
        case "create": arguments += ["slow techno", "--language", "ja"]
        case "format": arguments += ["slow techno", "--bpm", "95", "--key", "Am"]
        default: arguments += ["--codes", "1,2,3,4,5,6,7,8,9,10"]
        }
        let description = try run(arguments)
        try Data(description.output.utf8).write(to: folder["d.json"])
        let words = try description.json()
        #expect(words["success"] as? Bool == true)
        let lyrics = try #require(words["lyrics"] as? String)
        #expect(!lyrics.contains("think>") && !lyrics.contains("# Lyric"))
        if command == "format" { #expect(words["bpm"] as? Int == 95 && words["keyscale"] as? String == "A minor") }
        if command == "create" { #expect(words["language"] as? String == "ja") }
        // Ten codes are two seconds.
        if command == "understand" { #expect(words["duration"] as? Double == 2) }

        let song = try songs(["--request", "d.json"])
        let parameters = try #require(song["parameters"] as? [String: Any])
        #expect(parameters["bpm"] as? Int == words["bpm"] as? Int)
        #expect(parameters["keyscale"] as? String == words["keyscale"] as? String)
        // A song in words is no document of the reference's form, whose default shift is 1.
        #expect(parameters["shift"] as? Double == 3)
    }

    @Test("the functions of the reference take documents") func documents() throws {
        let request = #"{"caption": "sad piano", "user_metadata": {"bpm": 95}, "temperature": 0.5, "seed": 4}"#
        try Data(request.utf8).write(to: folder["r.json"])
        let first = try run(["format", "--request", "r.json", "--json"] + model).json()
        #expect(first["bpm"] as? Int == 95)
        // Options win.
        let second = try run(["format", "--request", "r.json", "--json", "--bpm", "70"] + model).json()
        #expect(second["bpm"] as? Int == 70)
        let wrong = try Vivace.run(["format", "--request", "r.json", "--json", "--bpm", "7"] + model, in: folder.url)
        let failure = try wrong.json()
        #expect(wrong.status == 2 && failure["success"] as? Bool == false)
        try Data("{\"qwery\": 1}".utf8).write(to: folder["w.json"])
        #expect(try Vivace.run(["create", "--request", "w.json"] + model, in: folder.url).status == 2)
    }

    @Test("what was asked for stands beside what was used") func asked() throws {
        let song = try songs(["a", "--key", "Am"])
        let asked = try #require(song["requested_params"] as? [String: Any])
        #expect(asked["shift"] is NSNull && asked["keyscale"] as? String == "Am")
        #expect((song["parameters"] as? [String: Any])?["keyscale"] as? String == "A minor")
    }

    @Test("a folder is a place for songs") func folders() throws {
        let song = try songs(["a", "--batch", "2", "-o", "new/deep/", "--audio-format", "wav"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder["new/deep"].path)
        #expect(names.count == 2 && names.allSatisfy { $0.hasSuffix(".wav") })
        let keys = try #require(song["audios"] as? [[String: Any]]).compactMap { $0["key"] as? String }
        #expect(Set(names) == Set(keys.map { "\($0).wav" }))
    }

    @Test("a recipe finds its source again, and says if it is another") func recipes() throws {
        let cover = ["x", "--task", "cover", "--source", "src.wav", "--seed", "1", "-o", "sub/c.wav"]
        try FileManager.default.createDirectory(at: folder["sub"], withIntermediateDirectories: true)
        func source(_ seed: Int, _ name: String) throws {
            _ = try run(
                ["generate", "one", "--duration", "1", "--steps", "2", "--seed", "\(seed)", "-q", "-o", name] + model)
        }
        func again() throws -> Vivace.Outcome {
            let outcome = try run(["generate", "--from", "c.wav", "-o", "again.wav"], in: folder["sub"])
            return outcome
        }
        try source(3, "src.wav")
        _ = try run(["generate"] + cover + ["--steps", "2", "-q"] + model)
        let made = try AudioFile.read(folder["sub/c.wav"]).channels

        #expect(try !again().errors.contains("is not the file"))
        #expect(try AudioFile.read(folder["sub/again.wav"]).channels == made)
        // The source beside the song is taken where the one it was made from is another now.
        try source(4, "src.wav")
        #expect(try again().errors.contains("is not the file"))
        try source(3, "sub/src.wav")
        #expect(try !again().errors.contains("is not the file"))
        #expect(try AudioFile.read(folder["sub/again.wav"]).channels == made)
    }

    @Test("background music is a song without its voices, or goes with one") func background() throws {
        _ = try run(["generate", "rock", "--duration", "1", "--seed", "3", "-q", "-o", "song.wav"] + model)
        let steps = ["--steps", "2", "-q", "--seed", "2"] + model
        _ = try run(["bgm", "song.wav", "--of-song", "--tracks", "drums,bass", "-o", "mix.wav"] + steps)
        let mix = try AudioFile.read(folder["mix.wav"])
        var sum = [[Float]](repeating: [Float](repeating: 0, count: mix.frameCount), count: 2)
        for track in ["drums", "bass"] {
            _ = try run(
                ["generate", "--task", "extract", "--source", "song.wav", "--track", track, "--normalize", "none"]
                    + ["--bit-depth", "32f", "-o", "\(track).wav"] + steps)
            for (channel, samples) in try AudioFile.read(folder["\(track).wav"]).channels.enumerated() {
                for (index, value) in samples.enumerated() { sum[channel][index] += value }
            }
        }
        let peak = max(1, sum.joined().map(abs).max() ?? 1)
        #expect(sum.joined().contains { abs($0) > 0.01 })
        for (own, expected) in zip(mix.channels, sum) {
            // A step of 16 bits.
            #expect((zip(own, expected).map { abs($0 - $1 / peak) }.max() ?? 1) < 1 / 32_000)
        }

        let song = try run(["bgm", "song.wav", "--prompt", "jazz", "-o", "jazz.wav"] + ["--steps", "2"] + model)
        #expect(song.errors.contains("task complete") && song.errors.contains("drums,bass"))
    }
}
