import Foundation
import MusicCore
import Testing

/// Timed lyrics as files, scores, takes.
struct AfterSongTests {
    private let lyrics = TimedLyrics(
        lines: [
            .init(text: "[Verse]", start: 0, end: 1, words: []),
            .init(text: "one <two> & three", start: 1.5, end: 4, words: []),
            .init(text: "four", start: 59.996, end: 61, words: []),
        ], tokens: [], duration: 75.25)

    @Test func linesOfLRCCarryFullMinutes() {
        #expect(lyrics.lrc == "[00:00.00][Verse]\n[00:01.50]one <two> & three\n[01:00.00]four")
        #expect(TimedLyrics.lrcTime(61.005) == "[01:01.01]")
        #expect(TimedLyrics.lrcTime(605.5) == "[10:05.50]")
        #expect(TimedLyrics.lrcTime(6000) == "[100:00.00]")
    }

    @Test func cuesThatFollowSoonAreShownTogether() throws {
        #expect(
            try lyrics.text(as: .srt)
                == "1\n00:00:00,000 --> 00:00:59,996\n[Verse]\none <two> & three\n\n"
                + "2\n00:00:59,996 --> 00:01:15,250\nfour\n\n")
        let vtt = try lyrics.text(as: .vtt)
        #expect(vtt.hasPrefix("WEBVTT\n\n1\n00:00:00.000 --> 00:00:59.996\n[Verse]\none &lt;two> &amp; three\n"))
        #expect(TimedLyricsFormat(fileAt: URL(fileURLWithPath: "a.SRT")) == .srt)
        #expect(TimedLyricsFormat(fileAt: URL(fileURLWithPath: "a.txt")) == nil)
    }

    @Test func rewardsWeighWhatThereIs() {
        func reward(_ conditions: [String: Double]) -> Double { HeardScore(conditions: conditions).reward }
        #expect(abs(reward(["caption": 0.8, "lyrics": 0.4, "bpm": 0.9, "keyscale": 0.7]) - 0.68) < 1e-6)
        #expect(abs(reward(["caption": 0.8]) - 0.8) < 1e-6)
        #expect(abs(reward(["lyrics": 0.25, "bpm": 0.5]) - 0.35) < 1e-6)
        #expect(abs(reward(["bpm": 0.5, "duration": 1, "language": 0.2]) - 0.5666666666666667) < 1e-6)
        #expect(reward([:]) == 0)
    }

    private func take(_ seed: UInt64, heard: Double? = nil, dit: Double? = nil, rejection: String? = nil) -> Take {
        Take(
            seed: seed,
            scores: SongScores(
                ditScore: dit, heard: heard.map { HeardScore(conditions: ["caption": $0]) }), rejection: rejection)
    }

    @Test func takesAreOrderedByTheirPlacesInBothScores() {
        // Places heard: 2, 0, 1; sung: 0, 1, 2. The sums are 2, 1, 3.
        let both = [take(5, heard: 0.1, dit: 0.9), take(6, heard: 0.9, dit: 0.5), take(7, heard: 0.5, dit: 0.1)]
        #expect(Take.ranked(both).map(\.rank) == [2, 1, 3])
        // Equal: the lower seed first; what is out of the question has no place.
        let equal = [take(9, dit: 0.5), take(3, dit: 0.5), take(1, dit: 0.9, rejection: "silent")]
        #expect(Take.ranked(equal).map(\.rank) == [2, 1, nil])
        #expect(Take.ranked([take(2), take(1)]).map(\.rank) == [2, 1])
        // Without a score it stands behind those that have one.
        #expect(Take.ranked([take(1), take(2, heard: 0.1)]).map(\.rank) == [2, 1])
    }

    @Test func clippedTakesAreOutOfTheQuestion() {
        let loud = AudioBuffer(sampleRate: 1000, channels: [(0..<4000).map { $0 % 50 < 25 ? 1 : sin(Float($0)) * 0.3 }])
        let measures = AudioMeasures(loud)
        #expect(measures.clipped > 0.4 && Take.rejection(of: SongScores(measures: measures)) != nil)
        #expect(Take.rejection(of: nil) == nil)
    }
}
