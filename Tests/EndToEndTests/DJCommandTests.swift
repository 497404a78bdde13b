import AudioFile
import Foundation
import Testing

/// `vivace dj` and `vivace mix`, with the built-in model and no service.
@Suite struct DJCommandTests {
    @Test func aSetIsPlannedMadeAndMixed() throws {
        let folder = try TemporaryFolder()
        let outcome = try Vivace.run(
            [
                "dj", "three chill tracks, 12 seconds each", "--make", "--provider", "local", "--model", "builtin",
                "--seconds", "2", "-o", "evening",
            ], in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder["evening"].path).sorted()
        #expect(names.count == 5 && names.filter { $0.hasSuffix(".flac") }.count == 4, "\(names)")
        let info = try AudioFile.info(folder["evening/mix.flac"])
        #expect(abs((info.duration ?? 0) - 32) < 0.5)
        #expect(info.tags.chapters?.count == 3)
        let cue = try String(contentsOf: folder["evening/mix.cue"], encoding: .utf8)
        #expect(info.tags.cueSheet == cue)
        #expect(cue.hasPrefix("TITLE ") && cue.contains("TRACK 03 AUDIO"))
        let shown = try Vivace.run(["info", "evening/mix.flac"], in: folder.url)
        #expect(shown.output.contains("a mix of 3 songs"))
    }

    @Test func aConversationChangesTheSet() throws {
        let folder = try TemporaryFolder()
        let lines = [
            "/plan", "two techno tracks of 12 seconds", "/edit 1 bpm 131", "/edit 1 wobble 3", "/edit 9 bpm 3",
            "/move 1 2", "/provider gemini", "/provider x", "/transition silence 1", "/transition x", "/order building",
            "/tracks 99", "/wobble", "/make", "/clear", "/plan", "/quit", "never said",
        ]
        try (lines.joined(separator: "\n") + "\n").write(to: folder["lines"], atomically: true, encoding: .utf8)
        let outcome = try ShellRun.run(
            "env -u GEMINI_API_KEY \"$vivace\" dj --provider local --model builtin < lines", in: folder.url)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("131 BPM"))
        for words in [
            "wobble is not known", "There is no track 9", "set GEMINI_API_KEY", "There is no provider x",
            "There is no transition x", "/tracks is 99", "There is no command /wobble",
        ] { #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)") }
        let songs = folder.names.filter { $0.hasSuffix(".flac") }
        #expect(songs.count == 3 && songs.last == "mix.flac", "\(songs)")
        #expect(abs((try AudioFile.info(folder["mix.flac"]).duration ?? 0) - 25) < 0.5)
        #expect(outcome.output.hasSuffix("There is no plan yet: say what you want to hear.\n"))
    }

    @Test func wrongOptionsAreRefused() throws {
        let folder = try TemporaryFolder()
        for (arguments, words) in [
            (["dj", "--make"], "nothing is"), (["dj", "x", "--tracks", "30"], "use 1 to 20"),
            (["dj", "x", "--duration", "3"], "use 10"), (["dj", "x", "--transition", "jump"], "no transition jump"),
            (["dj", "x", "--mood", "blue"], "no mood curve"), (["dj", "x", "--provider", "siri"], "no provider siri"),
            (["mix", "a.wav", "b.wav"], "a.wav"), (["mix", "a.wav"], "2 to 50"),
            (["mix", "a.wav", "b.wav", "--beats", "3", "--transition", "beat-match"], "4 to 64"),
            (["mix", "a.wav", "b.wav", "--beats", "8"], "has no beats"),
            (["mix", "a.wav", "b.wav", "-o", "x.exe"], ".exe"),
        ] {
            let outcome = try Vivace.run(arguments, in: folder.url)
            #expect(outcome.status != 0 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
        }
        #expect(folder.names.isEmpty)
    }
}
