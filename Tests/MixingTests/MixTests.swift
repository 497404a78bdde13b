import AudioFile
import Foundation
import Mixing
import MusicCore
import Testing

@Suite struct MixTests {
    /// Where the strongest beginnings of a band are, in seconds of the mix.
    private func onsets(_ envelope: [Float], in range: ClosedRange<Double>, apart: Double) -> [Double] {
        let places = envelope.indices.filter { range.contains(Double($0) / OnsetEnvelope.rate) }
        let top = places.map { envelope[$0] }.max() ?? 0
        var found: [Double] = []
        for place in places where envelope[place] > 0.3 * top {
            let around = max(0, place - 10)..<min(envelope.count, place + 11)
            guard envelope[place] == envelope[around].max() else { continue }
            let time = Double(place) / OnsetEnvelope.rate
            if time - (found.last ?? -1) > apart / 2 { found.append(time) }
        }
        return found
    }

    /// The high band alone.
    private func high(_ audio: AudioBuffer) -> [Float] {
        let differences = audio.channels.map { channel in
            channel.indices.map { $0 < 2 ? 0 : channel[$0] - 2 * channel[$0 - 1] + channel[$0 - 2] }
        }
        return OnsetEnvelope(AudioBuffer(sampleRate: audio.sampleRate, channels: differences)).values
    }

    @Test(arguments: [(120.0, 120.0), (120, 124.5), (126, 120), (100, 104.7), (90, 176)], [8, 16])
    func beatsMeet(tempi: (Double, Double), beats: Int) throws {
        let folder = try Folder()
        // The first has low drums, the second high ones, so that both can be told apart where they meet.
        let low = Drums(tempo: tempi.0, phase: 0.17, seconds: 40, pitch: 60, seed: 3)
        let clicks = Drums(tempo: tempi.1, phase: 0.43, seconds: 36, pitch: 7000, seed: 4)
        let mix = try SongMix(
            [
                try folder.song(low.audio(), "low", tempo: tempi.0),
                try folder.song(clicks.audio(), "high", tempo: tempi.1),
            ], transitions: [Transition(.beatMatch, beats: beats)])
        let join = mix.joins[0]
        #expect(join.notice == nil)
        #expect(join.style == .beatMatch)
        #expect(abs(join.seconds - Double(beats) * 60 / tempi.0) < 0.02)
        #expect(abs(join.stretch - 1) <= Transition.largestStretch)
        let audio = try folder.mixed(mix)
        #expect(abs(audio.duration - mix.duration) < 1e-4)
        let middle = (join.start + 0.3 * join.seconds)...(join.start + 0.7 * join.seconds)
        let first = onsets(OnsetEnvelope(audio).low, in: middle, apart: 60 / tempi.0)
        let second = onsets(high(audio), in: middle, apart: 30 / tempi.0)
        #expect(first.count >= 2)
        for beat in first {
            let offset = second.map { abs($0 - beat) }.min() ?? 1
            #expect(offset < 0.02, "at \(beat) s: \(offset)")
        }
        // Behind it the second song has its own tempo again.
        let after = onsets(high(audio), in: (join.start + join.seconds + 1)...(mix.duration - 2), apart: 60 / tempi.1)
        let steps = zip(after.dropFirst(), after).map { $0 - $1 }
        #expect(abs(steps.reduce(0, +) / Double(steps.count) - 60 / tempi.1) < 0.004)
    }

    @Test func tempiThatAreFarApartAreCrossfaded() throws {
        let folder = try Folder()
        let mix = try SongMix(
            [
                try folder.song(Drums(tempo: 100, seconds: 30).audio(), "slow", tempo: 100),
                try folder.song(Drums(tempo: 131, seconds: 30).audio(), "fast", tempo: 131),
            ], transitions: [Transition(.beatMatch)])
        #expect(mix.joins[0].style == .crossfade)
        #expect(mix.joins[0].notice?.contains("100 and 131") == true)
        #expect(mix.joins[0].stretch == 1)
    }

    @Test func shortSongsMeetForFewerBeats() throws {
        let folder = try Folder()
        let songs = try [1, 2].map { seed in
            try folder.song(Drums(tempo: 100, seconds: 14, seed: UInt64(seed)).audio(), "short \(seed)", tempo: 100)
        }
        let mix = try SongMix(songs, transitions: [Transition(.beatMatch, beats: 32)])
        #expect(mix.joins[0].style == .beatMatch)
        #expect(mix.joins[0].notice == "a song is short: 4 beats meet, and not 32")
        #expect(abs(mix.joins[0].seconds - 2.4) < 0.02)
    }

    @Test func tonesWithoutBeatsAreCrossfaded() throws {
        let folder = try Folder()
        var numbers = Numbers(5)
        let noise = AudioBuffer(sampleRate: 48_000, channels: [(0..<1_440_000).map { _ in 0.1 * numbers.next() }])
        let song = try folder.song(noise, "noise", tempo: 120)
        let mix = try SongMix([song, song], transitions: [Transition(.beatMatch)])
        #expect(mix.joins[0].notice == "the beats of a song can't be told; the songs are crossfaded")
        #expect(abs(mix.joins[0].seconds - 4) < 0.001)
    }

    /// The largest step from one sample to the next is nowhere larger than in the songs themselves.
    @Test(arguments: Transition.Style.allCases) func nothingClicks(style: Transition.Style) throws {
        let folder = try Folder()
        let songs = [
            Drums(tempo: 110, phase: 0.3, seconds: 24, pitch: 90, tone: 441, seed: 8),
            Drums(tempo: 114, phase: 0.1, seconds: 24, pitch: 90, tone: 587.3, seed: 9),
        ].map { $0.audio() }
        let mix = try SongMix(
            try songs.enumerated().map { try folder.song($1, "song \($0)", tempo: [110, 114][$0]) },
            transitions: [Transition(style)])
        #expect(mix.joins[0].style == style)
        func steps(_ audio: AudioBuffer) -> [Float] {
            zip(audio.channels[0].dropFirst(), audio.channels[0]).map { abs($0 - $1) }
        }
        let usual =
            songs.map { audio -> Float in
                let sorted = steps(audio).sorted()
                return sorted[sorted.count * 99 / 100]
            }.max() ?? 0
        let audio = try folder.mixed(mix)
        let all = steps(audio)
        let rate = Double(audio.sampleRate)
        for seam in [mix.joins[0].start, mix.joins[0].start + mix.joins[0].seconds] {
            let place = Int(seam * rate)
            let around = all[max(0, place - 1500)..<min(all.count, place + 1500)]
            // Two songs at once may step as far as both together.
            #expect(try #require(around.max()) <= usual * 1.5, "at \(seam)")
        }
        #expect(audio.peak <= 1)
    }

    @Test func powerStaysInACrossfade() throws {
        var (first, second) = (Numbers(1), Numbers(2))
        let stretches = [(0..<40_000).map { _ in first.next() }, (0..<40_000).map { _ in second.next() }]
        let mixed = Fades.crossfaded([stretches[0]], [stretches[1]])[0]
        for start in stride(from: 0, to: 40_000, by: 8000) {
            let power = mixed[start..<(start + 8000)].reduce(Float(0)) { $0 + $1 * $1 } / 8000
            #expect(abs(power - 1 / 3) < 0.02)
        }
    }

    @Test func loudMusicIsLimitedWithoutClipping() {
        let loud = (0..<48_000).map { Float(1.4 * sin(Double($0) * 0.05)) }
        let limited = Fades.limited([loud, loud], to: 0.999, sampleRate: 48_000)
        #expect(limited[0].allSatisfy { abs($0) <= 0.999 })
        #expect((limited[0].max() ?? 0) > 0.9)
        let quiet = loud.map { $0 / 2 }
        #expect(Fades.limited([quiet], to: 0.999, sampleRate: 48_000) == [quiet])
    }

    @Test func cuesSayWhereSongsAre() throws {
        let folder = try Folder()
        let tones = [5.0, 6, 7].map { Drums(tempo: 120, seconds: $0, tone: 300).audio() }
        let songs = try tones.enumerated().map { try folder.song($1, "song \($0)") }
        let pauses = try SongMix(songs, transitions: [Transition(.silence, seconds: 2)])
        #expect(pauses.cues.map(\.start).map { ($0 * 10).rounded() / 10 } == [0, 7, 15])
        #expect(abs(pauses.duration - 22) < 0.01)
        let quiet = try folder.mixed(pauses).slice(Int(5.2 * 48_000)..<Int(6.8 * 48_000))
        #expect(quiet.peak == 0)
        let fades = try SongMix(songs, transitions: [Transition(.crossfade, seconds: 1)])
        #expect(fades.cues.map(\.start).map { ($0 * 10).rounded() / 10 } == [0, 4, 9])
        #expect(abs(fades.duration - 16) < 0.01)
        let text = CueSheet.text(fades.cues, title: "A \"set\"", file: "set.flac")
        #expect(text.hasPrefix("TITLE \"A 'set'\"\nFILE \"set.flac\" WAVE\n  TRACK 01 AUDIO\n"))
        #expect(text.contains("    TITLE \"song 1\"\n    INDEX 01 00:04:00"))
    }

    /// The library that stretches music is built for fast arithmetic; nothing else may become less exact by it.
    @Test func theSmallestNumbersStay() async throws {
        let smallest = [Float.leastNonzeroMagnitude, Float.leastNonzeroMagnitude]
        #expect(smallest[0] + smallest[1] == 2 * Float.leastNonzeroMagnitude)
        let sum = await Task.detached { smallest.reduce(0, +) }.value
        #expect(sum > 0 && sum.bitPattern == 2)
    }

    @Test func otherRatesAndMonoGoIn() throws {
        let folder = try Folder()
        let mono = AudioBuffer(
            sampleRate: 44_100, channels: [Drums(tempo: 120, seconds: 6, sampleRate: 44_100).audio().channels[0]])
        let songs = [
            try folder.song(Drums(tempo: 120, seconds: 6).audio(), "stereo"), try folder.song(mono, "mono"),
        ]
        let audio = try folder.mixed(try SongMix(songs, transitions: [Transition(.crossfade, seconds: 1)]))
        #expect(audio.sampleRate == 48_000)
        #expect(audio.channels.count == 2)
        #expect(abs(audio.duration - 11) < 0.1)
    }

    @Test func whatCantBeIsRefused() throws {
        let folder = try Folder()
        let song = try folder.song(Drums(tempo: 120, seconds: 5).audio(), "song")
        func error(_ songs: [MixSong], _ transitions: [Transition]) -> MusicError? {
            do {
                _ = try SongMix(songs, transitions: transitions)
                return nil
            } catch {
                return error as? MusicError
            }
        }
        #expect(error([song], [Transition(.silence)])?.field == "songs")
        #expect(error([song, song], [])?.field == "transitions")
        #expect(error([song, song], [Transition(.silence, seconds: 31)])?.field == "transitions.seconds")
        #expect(error([song, song], [Transition(.beatMatch, beats: 2)])?.field == "transitions.beats")
        #expect(error([song, song], [Transition(.crossfade, beats: 8)])?.field == "transitions.beats")
        #expect(
            error([song, MixSong(path: "/nowhere.wav", title: "x")], [Transition(.silence)])?.code == .unreadableInput)
        let short = try folder.song(Drums(tempo: 120, seconds: 0.5).audio(), "short")
        #expect(error([song, short], [Transition(.silence)])?.message == "short is shorter than a second")
    }
}
