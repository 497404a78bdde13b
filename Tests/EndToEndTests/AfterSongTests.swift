import AudioFile
import Foundation
import MusicCore
import Testing

/// What the program finds out of finished songs.
@Suite("After the song")
struct AfterSongTests {
    /// A tiny checkpoint that says which heads follow the lyrics.
    private static func checkpoint(in folder: TemporaryFolder) throws -> String {
        let copy = folder["checkpoint"]
        try FileManager.default.copyItem(
            at: Repository.fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers"), to: copy)
        let file = copy.appendingPathComponent("transformer/config.json")
        var fields = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        fields["lyric_alignment_layers_config"] = ["0": [1], "1": [0, 3], "2": [2]]
        try JSONSerialization.data(withJSONObject: fields).write(to: file)
        return copy.path
    }

    @Test("times of lyrics are written beside the song, into its tags, and found again from its file")
    func lyricTimes() throws {
        let folder = try TemporaryFolder()
        let model = try Self.checkpoint(in: folder)
        let made = try Vivace.run(
            [
                "generate", "jazz", "--model", model, "--lyrics", "[verse]\nla la la\nlo lo", "--duration", "6",
                "--seed", "4", "--lrc", "--score", "--json", "-q", "-o", "song.flac",
            ], in: folder.url)
        try #require(made.status == 0, "\(made.errors)")
        let song = try #require((try made.json()["audios"] as? [[String: Any]])?.first)
        let times = try #require(song["lrc"] as? [String: Any])
        let text = try #require(times["lrc_text"] as? String)
        #expect(text.split(separator: "\n").map { $0.dropFirst(10) } == ["[verse]", "la la la", "lo lo"])
        #expect(try String(contentsOf: folder["song.lrc"], encoding: .utf8) == text + "\n")
        #expect(try AudioFile.readTags(folder["song.flac"]).lyrics == text)
        let scores = try #require(song["scores"] as? [String: Any])
        #expect(scores["dit_score"] is Double && scores["lm_score"] is Double && scores["measures"] is [String: Any])

        let again = try Vivace.run(["lrc", "song.flac", "--format", "json", "-q"], in: folder.url)
        try #require(again.status == 0, "\(again.errors)")
        let lines = try #require(try again.json()["sentence_timestamps"] as? [[String: Any]])
        #expect(lines.map { $0["text"] as? String } == ["[verse]", "la la la", "lo lo"])
        let file = try Vivace.run(["lrc", "song.flac", "-q", "-o", "song.vtt"], in: folder.url)
        #expect(file.status == 0 && file.output == "song.vtt\n")
        #expect(try String(contentsOf: folder["song.vtt"], encoding: .utf8).hasPrefix("WEBVTT\n\n1\n00:00:0"))
        let other = try Vivace.run(["lrc", "song.flac", "--format", "ass"], in: folder.url)
        #expect(other.status == 2 && other.errors.contains("lrc, srt, vtt, json"))
    }

    @Test("the built-in model says that it can't tell when its sections are played")
    func noTimes() throws {
        let folder = try TemporaryFolder()
        let made = try Vivace.run(
            [
                "generate", "techno", "--model", Repository.builtin.path, "--lyrics", "[Verse]\n[Chorus]", "--lrc",
                "--duration", "4", "--seed", "1", "-o", "song.flac",
            ], in: folder.url)
        #expect(made.status == 0 && made.errors.contains("no attention head that follows the lyrics"))
        #expect(!folder.names.contains("song.lrc"))
        let times = try Vivace.run(["lrc", "song.flac"], in: folder.url)
        #expect(times.status == 1 && times.errors.contains("no attention head"))
    }

    @Test("the best of several takes is the song of its seed")
    func bestOf() throws {
        let folder = try TemporaryFolder()
        let builtin = Repository.builtin.path
        let made = try Vivace.run(
            [
                "generate", "rock, 120 bpm", "--model", builtin, "--duration", "4", "--steps", "4", "--best-of", "3",
                "--seed", "8", "--json", "-q", "-o", "best.wav",
            ], in: folder.url)
        try #require(made.status == 0, "\(made.errors)")
        let json = try made.json()
        let takes = try #require(json["takes"] as? [[String: Any]])
        #expect(takes.count == 3 && takes[0]["seed"] as? Int == 8)
        let best = try #require((json["seeds"] as? [NSNumber])?.first)
        let kept = takes.filter { $0["kept"] as? Bool == true }
        #expect(kept.count == 1 && kept[0]["rank"] as? Int == 1 && kept[0]["seed"] as? NSNumber == best)
        let plain = try Vivace.run(
            [
                "generate", "rock, 120 bpm", "--model", builtin, "--duration", "4", "--steps", "4", "--seed",
                best.stringValue, "-q", "-o", "plain.wav",
            ], in: folder.url)
        try #require(plain.status == 0, "\(plain.errors)")
        #expect(try AudioFile.read(folder["best.wav"]) == AudioFile.read(folder["plain.wav"]))
        let wrong = try Vivace.run(["generate", "x", "--keep", "2"], in: folder.url)
        #expect(wrong.status == 2 && wrong.errors.contains("--best-of"))
    }
}
