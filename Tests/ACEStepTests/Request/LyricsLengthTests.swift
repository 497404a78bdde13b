import ACEStep
import MusicCore
import Testing

/// Lengths of songs whose length nobody says.
struct LyricsLengthTests {
    /// At 120 beats a minute a bar of four takes 2 s: two bars a line, four around the song.
    /// So three lines take 3 x 4 s and 8 s; at 60 beats a minute and three a bar, 3 x 6 s and 12 s.
    @Test func aLineTakesTwoBars() {
        let lyrics = "[Verse]\none two three\nfour five six\n\n[Chorus]\nseven eight"
        #expect(LyricsLength.estimate(lyrics, bpm: 120, beatsPerBar: 4) == 20.0)
        #expect(LyricsLength.estimate(lyrics, bpm: 60, beatsPerBar: 3) == 30.0)
    }

    @Test func manySyllablesTakeMoreBars() {
        // 20 syllables at 4 a second are 5 s, which are three bars of 2 s.
        let line = Array(repeating: "la", count: 20).joined(separator: " ")
        #expect(LyricsLength.estimate(line, bpm: 120, beatsPerBar: 4) == 14.0)
    }

    @Test func sectionsWithoutWordsCount() {
        // Two sections of four bars, a line, and four bars around the song.
        #expect(LyricsLength.estimate("[Intro]\n[Verse]\nla la\n[Solo]", bpm: 120, beatsPerBar: 4) == 28.0)
        #expect(LyricsLength.estimate("[Instrumental]", bpm: nil, beatsPerBar: nil) == nil)
        #expect(LyricsLength.estimate("", bpm: nil, beatsPerBar: nil) == nil)
    }

    @Test func itStaysWithinWhatModelsKnow() {
        let endless = Array(repeating: "la la la", count: 500).joined(separator: "\n")
        #expect(LyricsLength.estimate(endless, bpm: 60, beatsPerBar: 4) == 600)
        #expect(LyricsLength.estimate("la", bpm: 300, beatsPerBar: 2) == 10)
    }

    @Test(
        arguments: [
            ("hello world", 3), ("don't stop", 2), ("rhythm", 1), ("夜の街", 3), ("きょうは", 4), ("안녕하세요", 5), ("привет", 2),
            ("مرحبا", 2), ("", 0), ("... 12", 0),
        ]) func syllablesAreCounted(_ line: String, _ expected: Int)
    {
        #expect(Syllables.count(line) == expected)
    }

    @Test func theResolverSaysSo() throws {
        let lyrics = "[Verse]\none two three\nfour five six\n[Chorus]\nseven eight nine"
        let resolver = RequestResolver(variant: .turbo)
        let open = MusicRequest(prompt: "a", options: ["lyrics": .text(lyrics), "bpm": 120])
        let resolved = try resolver.resolve(ACEStepRequest(open))
        #expect(resolved.request.duration == 20 && resolved.notices.contains { $0.contains("length of the lyrics") })
        var told = open
        told.duration = 33
        #expect(try resolver.resolve(ACEStepRequest(told)).request.duration == 33)
        var instrumental = open
        instrumental.options["instrumental"] = true
        #expect(try resolver.resolve(ACEStepRequest(instrumental)).request.duration == 60)
    }
}
