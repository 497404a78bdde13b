import AudioFile
import Foundation
import MusicCore
import Testing

@Suite struct ResamplerTests {
    /// A tone keeps frequency, level and phase: it is compared, sample by sample, with the tone made at the new rate.
    @Test(arguments: [
        (44_100, 48_000), (8000, 48_000), (192_000, 48_000), (48_000, 44_100), (44_101, 48_000), (11_025, 96_000),
    ])
    func tones(_ inputRate: Int, _ outputRate: Int) throws {
        let lowest = Double(min(inputRate, outputRate))
        // From 0.8 of the highest frequency on the filter falls, by 0.01 dB at most.
        let tones = [(50, 2e-7), (997, 2e-7), (0.2 * lowest, 2e-7), (0.4 * lowest, 1e-4), (0.44 * lowest, 6e-4)]
        for (frequency, bound) in tones {
            let count = inputRate
            let input = Signal.sine(frequency, rate: inputRate, count: count, phase: 0.3)
            let output = try Resampler.resample(AudioBuffer(sampleRate: inputRate, channels: [input]), to: outputRate)
            let ideal = Signal.sine(frequency, rate: outputRate, count: output.frameCount, phase: 0.3)
            // At the ends the tone begins and stops, which has overtones.
            let inner = outputRate / 8..<output.frameCount - outputRate / 8
            let difference = largestDifference(output.channels[0][inner], ideal[inner])
            #expect(difference < Float(bound), "\(frequency) Hz, \(inputRate) to \(outputRate)")
        }
    }

    @Test func whatCannotBeHeldIsRemoved() throws {
        let input = Signal.sine(30_000, rate: 192_000, count: 192_000)
        let output = try Resampler.resample(AudioBuffer(sampleRate: 192_000, channels: [input]), to: 48_000)
        #expect(output.channels[0][6000..<42_000].allSatisfy { abs($0) < 1e-7 })
    }

    @Test func anImpulseStaysInPlace() throws {
        for (inputRate, outputRate) in [(44_100, 48_000), (96_000, 48_000), (16_000, 48_000)] {
            var input = [Float](repeating: 0, count: inputRate)
            input[inputRate / 2] = 1
            let output = try Resampler.resample(AudioBuffer(sampleRate: inputRate, channels: [input]), to: outputRate)
            let peak = output.channels[0].indices.max { abs(output.channels[0][$0]) < abs(output.channels[0][$1]) }
            #expect(peak == outputRate / 2)
            let samples = output.channels[0]
            for distance in 1..<100 {
                #expect(abs(samples[outputRate / 2 - distance] - samples[outputRate / 2 + distance]) < 1e-6)
            }
        }
    }

    @Test func lengths() throws {
        for (inputRate, outputRate) in [
            (44_100, 48_000), (48_000, 44_100), (8000, 48_000), (192_000, 48_000), (44_101, 48_000), (1000, 1_000_000),
        ] {
            for count in [0, 1, 2, 3, 100, 8191, 8192, 8193, 20_000] {
                let buffer = AudioBuffer(sampleRate: inputRate, channels: [[Float](repeating: 0.5, count: count)])
                let output = try Resampler.resample(buffer, to: outputRate)
                #expect(output.frameCount == (count * outputRate + inputRate - 1) / inputRate)
                #expect(output.frameCount == Resampler.outputCount(of: count, from: inputRate, to: outputRate))
                #expect(output.channels[0].allSatisfy { $0.isFinite })
            }
        }
    }

    @Test func blocksGiveTheSameAsTheWhole() throws {
        let channels = [1, 2, 3].map { Signal.noise(seed: $0, count: 50_000) }
        let whole = try Resampler.resample(AudioBuffer(sampleRate: 44_100, channels: channels), to: 48_000)
        let resampler = try Resampler(from: 44_100, to: 48_000, channelCount: 3)
        var generator = SeededGenerator(seed: 4)
        var parts = [[Float]](repeating: [], count: 3)
        var start = 0
        while start < 50_000 {
            let length = min(50_000 - start, Int.random(in: 0...9000, using: &generator))
            for (channel, samples) in try resampler.process(channels.map { Array($0[start..<start + length]) })
                .enumerated()
            {
                parts[channel] += samples
            }
            start += length
        }
        for (channel, samples) in try resampler.finish().enumerated() { parts[channel] += samples }
        #expect(parts == whole.channels)
    }

    @Test func channelsDoNotMix() throws {
        let tone = Signal.sine(440, rate: 44_100, count: 20_000)
        let silence = [Float](repeating: 0, count: 20_000)
        let buffer = AudioBuffer(sampleRate: 44_100, channels: [silence, tone, silence])
        let output = try Resampler.resample(buffer, to: 48_000)
        #expect(output.channels[0].allSatisfy { $0 == 0 } && output.channels[2].allSatisfy { $0 == 0 })
        #expect(
            output.channels[1]
                == (try Resampler.resample(AudioBuffer(sampleRate: 44_100, channels: [tone]), to: 48_000)).channels[0])
    }

    @Test func sameRateChangesNothing() throws {
        let channels = [Signal.noise(seed: 1, count: 999, amplitude: 3)]
        let resampler = try Resampler(from: 44_100, to: 44_100, channelCount: 1)
        #expect(try resampler.process(channels) == channels)
        #expect(try resampler.finish() == [[]])
    }

    @Test func impossibleRates() {
        expectError(.invalidRequest, "0 Hz") { _ = try Resampler(from: 0, to: 48_000, channelCount: 2) }
        expectError(.invalidRequest, "-1 Hz") { _ = try Resampler(from: 48_000, to: -1, channelCount: 2) }
        expectError(.invalidRequest, "0 channels") { _ = try Resampler(from: 48_000, to: 44_100, channelCount: 0) }
    }
}
