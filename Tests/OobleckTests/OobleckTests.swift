import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck
import TestSupport
import Testing

/// The autoencoder against the reference implementation's tensors, and its tiles against the whole.
@MLXActor
struct OobleckTests {
    private func load(_ checkpoint: String, dtype: DType = .float32) throws -> Oobleck {
        try Oobleck(
            folder: Fixtures.url("checkpoints/\(checkpoint)/diffusers/vae"), dtype: dtype)
    }

    private func latents(frames: Int, channels: Int) -> MLXArray {
        var generator = TorchGenerator(seed: 3)
        return MLXArray(generator.randn(frames * channels), [frames, channels])
    }

    private func noise(samples: Int, channels: Int, rate: Int) -> AudioBuffer {
        var generator = TorchGenerator(seed: 5)
        return AudioBuffer(
            sampleRate: rate, channels: (0..<channels).map { _ in generator.randn(samples).map { $0 * 0.1 } })
    }

    private func samples(_ audio: AudioBuffer) -> MLXArray {
        MLXArray(audio.channels.flatMap { $0 }, [audio.channels.count, audio.frameCount])
    }

    @Test(arguments: Fixtures.checkpoints)
    func decodesAsTheReference(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/vae")
        let oobleck = try load(checkpoint)
        let expected = try golden("output.decoded")
        for item in 0..<expected.dim(0) {
            let latents = try golden("input.latents")[item].transposed(1, 0)
            let audio = try oobleck.decode(latents)
            #expect(audio.sampleRate == oobleck.configuration.samplingRate)
            expectNear(samples(audio), expected[item], absolute: 1e-4)
        }
    }

    @Test(arguments: Fixtures.checkpoints)
    func encodesAsTheReference(_ checkpoint: String) throws {
        let golden = try Fixtures.tensors("modules/\(checkpoint)/vae")
        let oobleck = try load(checkpoint)
        let input = try golden("input.audio").asType(.float32)
        for item in 0..<input.dim(0) {
            let channels = (0..<input.dim(1)).map { input[item, $0].asArray(Float.self) }
            let audio = AudioBuffer(sampleRate: oobleck.configuration.samplingRate, channels: channels)
            let (mean, deviation) = try oobleck.encode(audio)
            expectNear(mean.transposed(1, 0), try golden("output.mean")[item], absolute: 1e-4)
            expectNear(deviation.transposed(1, 0), try golden("output.std")[item], absolute: 1e-4)
        }
    }

    @Test(arguments: ["turbo-f32", "turbo-shift-f16"], [1, 3, 7, 16])
    func decodedTilesJoinWithoutASeam(_ checkpoint: String, _ tile: Int) throws {
        let oobleck = try load(checkpoint)
        let input = latents(frames: 25, channels: oobleck.configuration.decoderInputChannels)
        let whole = try oobleck.decode(input, tile: 1000)
        var calls: [Int] = []
        let tiled = try oobleck.decode(input, tile: tile) { done, total in
            calls.append(done)
            #expect(total == (25 + tile - 1) / tile)
        }
        #expect(calls == Array(1...((25 + tile - 1) / tile)))
        #expect(whole.frameCount == oobleck.sampleCount(frames: 25))
        expectNear(samples(tiled), samples(whole), absolute: 1e-4)
    }

    @Test(arguments: ["turbo-f32", "turbo-shift-f16"], [1, 4, 9])
    func encodedTilesJoinWithoutASeam(_ checkpoint: String, _ tile: Int) throws {
        let oobleck = try load(checkpoint)
        let configuration = oobleck.configuration
        let audio = noise(
            samples: 20 * configuration.hopLength + 77, channels: configuration.audioChannels,
            rate: configuration.samplingRate)
        let whole = try oobleck.encode(audio, tile: 1000)
        let tiled = try oobleck.encode(audio, tile: tile)
        #expect(whole.mean.dim(0) == oobleck.frameCount(samples: audio.frameCount))
        expectNear(tiled.mean, whole.mean, absolute: 1e-4)
        expectNear(tiled.std, whole.std, absolute: 1e-4)
    }

    @Test func contextIsNoLargerThanNeeded() throws {
        // One frame less of context must show: else tiles would be computed wider than they need to be.
        let oobleck = try load("turbo-f32")
        let configuration = oobleck.configuration
        let context = OobleckTiling(configuration).decoderContext
        let input = latents(frames: 2 * context + 1, channels: configuration.decoderInputChannels)
        let changed = concatenated([input[0..<1] + 1, input[1...]], axis: 0)
        let (one, other) = (try oobleck.decode(input, tile: 1000), try oobleck.decode(changed, tile: 1000))
        let hop = configuration.hopLength
        let reach =
            zip(one.channels[0], other.channels[0]).enumerated().filter { $0.element.0 != $0.element.1 }
            .map(\.offset).max() ?? 0
        // The first frame's influence ends within `context` frames behind it, and comes near.
        #expect(reach < (context + 1) * hop)
        #expect(reach >= (context - 1) * hop)
    }

    @Test func publishedModelNeedsNineFramesOfContext() {
        let tiling = OobleckTiling(OobleckConfiguration())
        // By hand, output to input: 3 +39 -> 22 +39 -> 16 +39 -> 15 +39 -> 10 +39 -> 6, and 3 of the first layer.
        #expect(tiling.decoderContext == 9)
        // By hand: 1 -> 10+5+39 -> 324+3+39 -> 1464+2+39 -> 6020+2+39 -> 12122+1+39, and 3: 12165 samples.
        #expect(tiling.encoderContext == 7)
    }

    @Test func tilesCoverALengthOnce() {
        let tiles = OobleckTiling.tiles(length: 10, core: 4, context: 3)
        #expect(tiles.map(\.core) == [0..<4, 4..<8, 8..<10])
        #expect(tiles.map(\.window) == [0..<7, 1..<10, 5..<10])
        #expect(OobleckTiling.tiles(length: 0, core: 4, context: 3).isEmpty)
    }

    @Test func bfloat16IsNearTheReference() throws {
        for checkpoint in Fixtures.checkpoints {
            let golden = try Fixtures.tensors("modules/\(checkpoint)/bfloat16")
            let (short, exact) = (try load(checkpoint, dtype: .bfloat16), try load(checkpoint))
            let expected = try golden("output.decoded")
            for item in 0..<expected.dim(0) {
                let latents = try golden("input.latents")[item].transposed(1, 0)
                let audio = samples(try short.decode(latents))
                // The reference rounds as much as we do: it is itself 0.9986 away from float32 arithmetic.
                #expect(cosine(audio, expected[item]) > 0.998)
                #expect(cosine(audio, samples(try exact.decode(latents))) > 0.998)
            }
        }
    }

    @Test func decodingStopsBetweenTilesWhenCancelled() async throws {
        let task = Task { @MLXActor in
            let oobleck = try load("turbo-f32")
            var tiles = 0
            do {
                let input = latents(frames: 40, channels: oobleck.configuration.decoderInputChannels)
                _ = try oobleck.decode(input, tile: 4) { done, _ in
                    tiles = done
                    if done == 2 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            } catch is CancellationError {
                return tiles
            }
            return -1
        }
        #expect(try await task.value == 2)
    }

    @Test func audioThatDoesNotFitIsRefused() throws {
        let oobleck = try load("turbo-f32")
        #expect(throws: MusicError.self) {
            try oobleck.encode(noise(samples: 48_000, channels: 1, rate: oobleck.configuration.samplingRate))
        }
        #expect(throws: MusicError.self) {
            try oobleck.encode(noise(samples: 48_000, channels: 2, rate: 44_100))
        }
        #expect(throws: MusicError.self) {
            try oobleck.encode(noise(samples: 10, channels: 2, rate: oobleck.configuration.samplingRate))
        }
    }
}
