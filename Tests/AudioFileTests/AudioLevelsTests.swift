import AudioFile
import Foundation
import MusicCore
import Testing

/// Peaks, clipping and loudness.
@Suite struct AudioLevelsTests {
    private func tone(
        _ decibels: Double, rate: Int = 48_000, seconds: Double = 5, channels: Int = 2, frequency: Double = 997
    ) -> AudioBuffer {
        let samples = Signal.sine(
            frequency, rate: rate, count: Int(seconds * Double(rate)), amplitude: pow(10, decibels / 20))
        return AudioBuffer(sampleRate: rate, channels: Array(repeating: samples, count: channels))
    }

    /// EBU Tech 3341, test cases 1 and 2: a stereo sine of 1 kHz at -23 dBFS is at -23 LUFS.
    ///
    /// One channel alone is 3 less.
    @Test(arguments: [44_100, 48_000, 96_000]) func loudnessOfASine(_ rate: Int) throws {
        let stereo = try #require(AudioLevels(tone(-23, rate: rate)).loudness)
        #expect(abs(stereo + 23) < 0.1, "\(stereo)")
        let quiet = try #require(AudioLevels(tone(-33, rate: rate)).loudness)
        #expect(abs(quiet + 33) < 0.1)
        let mono = try #require(AudioLevels(tone(-23, rate: rate, channels: 1)).loudness)
        #expect(abs(mono + 26) < 0.1)
    }

    /// The weighting: 100 Hz and below count less, 10 kHz counts more (ITU-R BS.1770-4, figures 2 and 4).
    @Test func loudnessOfOtherPitches() throws {
        let low = try #require(AudioLevels(tone(-23, frequency: 30)).loudness)
        let high = try #require(AudioLevels(tone(-23, frequency: 10_000)).loudness)
        #expect(low < -25 && high > -20.5 && high < -19)
    }

    /// EBU Tech 3341, test case 3: parts that are 13 dB quieter than the rest are not counted.
    @Test func quietPartsAreGated() throws {
        let parts = [tone(-36, seconds: 10), tone(-23, seconds: 60), tone(-36, seconds: 10)]
        let samples = parts.flatMap { $0.channels[0] }
        let loudness = try #require(
            AudioLevels(AudioBuffer(sampleRate: 48_000, channels: [samples, samples])).loudness)
        #expect(abs(loudness + 23) < 0.1, "\(loudness)")
    }

    @Test func thereIsNoLoudnessOfNothing() {
        #expect(AudioLevels(tone(-23, seconds: 0.39)).loudness == nil)
        #expect(AudioLevels(tone(-80)).loudness == nil)
        #expect(
            AudioLevels(AudioBuffer(sampleRate: 48_000, channels: [[Float](repeating: 0, count: 48_000)])).loudness
                == nil)
    }

    @Test func peaksOfChannels() {
        let levels = AudioLevels(AudioBuffer(sampleRate: 48_000, channels: [[0, 0.5, -0.75, 0], [0, 0, 0, -0.25]]))
        #expect(levels.channels.map(\.peak) == [0.75, 0.25] && levels.channels.map(\.peakFrame) == [2, 3])
        #expect(levels.peak == 0.75 && levels.clippedSamples == 0)
        #expect(AudioLevels.decibels(0.5) == "-6.0 dBFS" && AudioLevels.decibels(0) == "-∞ dBFS")
    }

    /// Three samples in a row at one end are a cut wave; a peak at full scale is none, nor is a fast change of sign.
    @Test func clippingIsFlatTops() {
        func levels(_ samples: [Float]) -> AudioLevels.Channel {
            AudioLevels(AudioBuffer(sampleRate: 48_000, channels: [samples])).channels[0]
        }
        #expect(levels([0, 1, 0.5, 1, 1, 0, -1]).clippedSamples == 0)
        #expect(levels([1, -1, 1, -1, 1, -1]).clippedSamples == 0)
        let cut = levels([0.5, 1, 1, 1, 0.5, -1, -1.5, -2, -1])
        #expect(cut.clippedSamples == 7 && cut.clippedRuns == [1..<4, 5..<9] && cut.peak == 2)
    }
}
