import Mixing
import MusicCore
import Testing

@Suite struct BeatGridTests {
    @Test(arguments: [(72.0, 0.31), (97.3, 0.05), (120, 0.4), (128, 0.11), (174, 0.2)])
    func findsTempoAndBeats(tempo: Double, phase: Double) throws {
        let drums = Drums(tempo: tempo, phase: phase, seconds: 24, seed: UInt64(tempo))
        let grid = try #require(BeatGrid(OnsetEnvelope(drums.audio()), tempo: tempo * 1.01))
        #expect(abs(grid.tempo - tempo) < 0.1)
        #expect(grid.isClear(within: 24))
        // All beats, with what the envelope itself is late by.
        for beat in drums.beats.dropFirst(2).dropLast(2) {
            let found = grid.beat(from: beat - 0.03, ofBar: false)
            #expect(abs(found - beat) < 0.012, "\(beat)")
        }
        let bar = grid.beat(from: 4, ofBar: true)
        let index = ((bar - phase) / (60 / tempo)).rounded()
        #expect(Int(index) % 4 == 0)
    }

    @Test(arguments: [88.0, 104, 126, 140])
    func hearsTheTempoThatNobodyGives(tempo: Double) throws {
        let grid = try #require(BeatGrid(OnsetEnvelope(Drums(tempo: tempo, phase: 0.2, seconds: 24).audio())))
        let octaves = [0.5, 1, 2].map { abs(grid.tempo / (tempo * $0) - 1) }.min() ?? 1
        #expect(octaves < 0.01, "\(grid.tempo)")
    }

    @Test func noiseHasNoBeats() throws {
        for seed in 1...8 {
            var numbers = Numbers(UInt64(seed))
            let noise = AudioBuffer(sampleRate: 16_000, channels: [(0..<(16_000 * 30)).map { _ in numbers.next() }])
            let grid = try #require(BeatGrid(OnsetEnvelope(noise)))
            #expect(!grid.isClear(within: 30), "\(grid.strength)")
        }
    }

    @Test func silenceHasNoGrid() {
        let silence = AudioBuffer(sampleRate: 48_000, channels: [[Float](repeating: 0, count: 48_000 * 8)])
        #expect(BeatGrid(OnsetEnvelope(silence)) == nil)
    }

    @Test func beatsBeforeAndAfter() {
        let grid = BeatGrid(period: 0.5, phase: 0.2, downbeat: 1, meter: 4)
        #expect(grid.beat(from: 0.2, ofBar: false) == 0.2)
        #expect(abs(grid.beat(from: 0.21, ofBar: false) - 0.7) < 1e-9)
        #expect(abs(grid.beat(from: 0, ofBar: true) - 0.7) < 1e-9)
        #expect(abs(grid.beat(until: 5, ofBar: true) - 4.7) < 1e-9)
        #expect(abs(grid.beat(until: 4.69, ofBar: true) - 2.7) < 1e-9)
    }
}
