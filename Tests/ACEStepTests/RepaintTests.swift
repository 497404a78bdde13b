import ACEStep
import Foundation
import MusicCore
import Testing

/// Where a source is made anew, and how what is made joins what is kept.
struct RepaintTests {
    @Test func regionsBecomeFrames() throws {
        let window = try RepaintWindow(
            [RepaintRegion(start: 0.37, end: 0.91), RepaintRegion(start: 1.2, end: 1.22)], duration: 2)
        let mask = window.mask(frames: 50, rate: 25)
        // 0.37 s lies in frame 9, 0.91 s in frame 22; the short region has one frame.
        #expect(mask.indices.filter { mask[$0] == 1 } == Array(9..<22) + [30])
        #expect(try RepaintWindow([], duration: 2).mask(frames: 3, rate: 25) == [1, 1, 1])
        let toEnd = try RepaintWindow([RepaintRegion(start: 1.9)], duration: 2).mask(frames: 50, rate: 25)
        #expect(toEnd.indices.filter { toEnd[$0] == 1 } == [47, 48, 49])
    }

    @Test func timesBeyondTheEndsExtendTheSource() throws {
        let window = try RepaintWindow(
            [RepaintRegion(start: -3, end: 0), RepaintRegion(start: 8, end: 14)], duration: 10)
        #expect(window.leading == 3)
        #expect(window.trailing == 4)
        #expect(window.regions == [.init(start: 0, end: 3), .init(start: 11, end: 17)])
    }

    @Test func impossibleRegionsAreRefused() {
        for region in [
            RepaintRegion(start: 11, end: 12), RepaintRegion(start: 10), RepaintRegion(start: -5, end: -2),
            RepaintRegion(start: 5, end: 700),
        ] {
            #expect(throws: MusicError.self, "\(region)") { try RepaintWindow([region], duration: 10) }
        }
    }

    private let rate = 1000

    private func ramp(_ count: Int) -> AudioBuffer {
        AudioBuffer(sampleRate: rate, channels: [(0..<count).map { Float($0) / 10_000 }])
    }

    private func made(_ count: Int, _ value: Float = 0.5) -> AudioBuffer {
        AudioBuffer(sampleRate: rate, channels: [Array(repeating: value, count: count)])
    }

    @Test func outsideTheRegionsEverySampleIsTheSource() {
        let source = ramp(1000)
        let kept = KeptSource(
            extended: source.extended(leading: 0, trailing: 0),
            regions: [.init(start: 0.6, end: 0.7), .init(start: 0.2, end: 0.3)])
        let song = kept.joined(with: made(960))
        #expect(song.frameCount == 1000)
        for index in 0..<1000 where !(200..<300).contains(index) && !(600..<700).contains(index) {
            #expect(song.channels[0][index] == source.channels[0][index])
        }
        // Faded in 25 samples within the region, then what was made.
        for index in 225..<275 { #expect(song.channels[0][index] == 0.5) }
        let fade = (200..<225).map { song.channels[0][$0] }
        #expect(zip(fade, fade.dropFirst()).allSatisfy { $0 < $1 })
        #expect(fade[0] < 0.05)
    }

    @Test func anExtensionFadesWithinTheSource() {
        let source = ramp(1000)
        let kept = KeptSource(
            extended: source.extended(leading: 0.5, trailing: 0.5),
            regions: [.init(start: 0, end: 0.5), .init(start: 1.5, end: 2)])
        let song = kept.joined(with: made(1995))
        #expect(song.frameCount == 1995)
        #expect(song.channels[0][499] == 0.5)
        #expect(song.channels[0][1500] == 0.5)
        for index in 525..<1475 { #expect(song.channels[0][index] == source.channels[0][index - 500]) }
        #expect(song.channels[0][1499] > source.channels[0][999])
    }

    @Test func whatIsLouderThanFullScaleIsScaledAndTheSourceIsNot() {
        let source = ramp(1000)
        let kept = KeptSource(
            extended: source.extended(leading: 0, trailing: 0), regions: [.init(start: 0.5, end: nil)])
        let song = kept.joined(with: made(950, -4))
        #expect(song.frameCount == 950)
        #expect(song.channels[0][800] == -1)
        #expect(song.channels[0][499] == source.channels[0][499])
    }

    @Test func referenceAudioIsHeardInThreePlaces() {
        let short = ReferenceAudio.excerpts(of: ramp(7000))
        #expect(short.frameCount == 30_000)
        #expect(Array(short.channels[0][0..<8000]) == Array((ramp(7000).channels[0] + ramp(1000).channels[0])))
        let long = ReferenceAudio.excerpts(of: ramp(90_000)).channels[0]
        #expect(long.count == 30_000)
        #expect([long[0], long[9999], long[10_000], long[20_000], long[29_999]] == [0, 0.9999, 3, 8, 8.9999])
    }

    @Test func tasksHaveTheirSentences() {
        func sentence(_ task: MusicTask, _ tracks: [Track] = [], codes: String? = nil) -> String {
            var request = ACEStepRequest(prompt: "")
            request.task = task
            request.tracks = tracks
            request.audioCodes = codes
            return TaskInstruction.sentence(for: request)
        }
        #expect(sentence(.text2music) == "Fill the audio semantic mask based on the given conditions:")
        #expect(
            sentence(.text2music, codes: "<|audio_code_1|>")
                == "Generate audio semantic tokens based on the given conditions:")
        #expect(sentence(.repaint) == "Repaint the mask area based on the given conditions:")
        #expect(sentence(.lego, [.backingVocals]) == "Generate the BACKING_VOCALS track based on the audio context:")
        #expect(sentence(.lego) == "Generate the track based on the audio context:")
        #expect(sentence(.extract, [.drums]) == "Extract the DRUMS track from the audio:")
        #expect(sentence(.complete, [.drums, .bass]) == "Complete the input track with DRUMS | BASS:")
        #expect(sentence(.complete) == "Complete the input track:")
    }
}
