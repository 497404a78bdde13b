import ACEStep
import MusicCore
import Testing

/// The two-stage level rule by hand.
struct PeakRuleTests {
    private let target: Float = 0.891_250_938

    @Test func quietAudioIsRaised() {
        let audio = AudioBuffer(sampleRate: 8, channels: [[0.25, -0.5], [0, 0.125]]).withPeakRule()
        #expect(audio.channels == [[0.25 * (target / 0.5), -0.5 * (target / 0.5)], [0, 0.125 * (target / 0.5)]])
        #expect(audio.sampleRate == 8)
    }

    @Test func loudAudioIsLowered() {
        let audio = AudioBuffer(sampleRate: 8, channels: [[4, -2]]).withPeakRule()
        #expect(audio.channels == [[target, -0.5 * target]])
    }

    @Test func nearSilenceIsRaisedNoFurtherThanTheReferenceDoes() {
        let audio = AudioBuffer(sampleRate: 8, channels: [[1e-8]]).withPeakRule()
        #expect(audio.channels == [[1e-8 * (target / 1e-6)]])
    }
}
