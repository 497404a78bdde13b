import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck
import TestSupport
import Testing

/// The size of tiles never matters, whatever the network's sizes.
@MLXActor
struct TileTests {
    /// Numbers of one seed, for sizes and weights.
    private struct Draw {
        private var generator: TorchGenerator

        init(_ seed: UInt64) { generator = TorchGenerator(seed: seed) }

        mutating func integer(in range: ClosedRange<Int>) -> Int {
            // The fraction of a normal number spread over many units is even enough.
            let value = abs(generator.randn(1)[0]) * 1000
            return range.lowerBound + Int(value) % range.count
        }

        mutating func normal(_ shape: [Int], deviation: Float) -> MLXArray {
            MLXArray(generator.randn(shape.reduce(1, *)).map { $0 * deviation }, shape)
        }
    }

    private nonisolated static func configuration(_ draw: inout Draw) -> OobleckConfiguration {
        let blocks = draw.integer(in: 1...3)
        let latents = draw.integer(in: 2...5)
        return OobleckConfiguration(
            audioChannels: draw.integer(in: 1...2), encoderHiddenSize: 2 * latents,
            decoderChannels: draw.integer(in: 3...7), decoderInputChannels: latents,
            channelMultiples: (0..<blocks).map { _ in draw.integer(in: 1...3) },
            downsamplingRatios: (0..<blocks).map { _ in draw.integer(in: 2...5) }, samplingRate: 8000)
    }

    /// Weights of a network by the names of the checkpoint.
    private static func weights(_ configuration: OobleckConfiguration, _ draw: inout Draw) -> [String: MLXArray] {
        var arrays: [String: MLXArray] = [:]
        func snake(_ name: String, _ channels: Int) {
            arrays["\(name).alpha"] = draw.normal([1, channels, 1], deviation: 0.3)
            arrays["\(name).beta"] = draw.normal([1, channels, 1], deviation: 0.3)
        }
        func convolution(_ name: String, _ shape: [Int], inputs: Int, outputs: Int, hasBias: Bool = true) {
            arrays["\(name).weight"] = draw.normal(shape, deviation: 1 / Float(inputs * shape[2]).squareRoot())
            if hasBias { arrays["\(name).bias"] = draw.normal([outputs], deviation: 0.1) }
        }
        func plain(_ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, hasBias: Bool = true) {
            convolution(name, [outputs, inputs, kernel], inputs: inputs, outputs: outputs, hasBias: hasBias)
        }
        func units(_ name: String, _ channels: Int) {
            for unit in 1...3 {
                snake("\(name).res_unit\(unit).snake1", channels)
                plain("\(name).res_unit\(unit).conv1", channels, channels, kernel: 7)
                snake("\(name).res_unit\(unit).snake2", channels)
                plain("\(name).res_unit\(unit).conv2", channels, channels, kernel: 1)
            }
        }
        let multiples = [1] + configuration.channelMultiples
        let strides = configuration.downsamplingRatios
        let audio = configuration.audioChannels

        let encoded = configuration.encoderHiddenSize
        plain("encoder.conv1", audio, encoded, kernel: 7)
        for (index, stride) in strides.enumerated() {
            let (inputs, outputs) = (encoded * multiples[index], encoded * multiples[index + 1])
            units("encoder.block.\(index)", inputs)
            snake("encoder.block.\(index).snake1", inputs)
            plain("encoder.block.\(index).conv1", inputs, outputs, kernel: 2 * stride)
        }
        snake("encoder.snake1", encoded * multiples[strides.count])
        plain("encoder.conv2", encoded * multiples[strides.count], encoded, kernel: 3)

        let width = configuration.decoderChannels
        plain("decoder.conv1", configuration.decoderInputChannels, width * multiples[strides.count], kernel: 7)
        for (index, stride) in strides.reversed().enumerated() {
            let inputs = width * multiples[strides.count - index]
            let outputs = width * multiples[strides.count - index - 1]
            snake("decoder.block.\(index).snake1", inputs)
            convolution(
                "decoder.block.\(index).conv_t1", [inputs, outputs, 2 * stride], inputs: inputs, outputs: outputs)
            units("decoder.block.\(index)", outputs)
        }
        snake("decoder.snake1", width)
        plain("decoder.conv2", width, audio, kernel: 7, hasBias: false)
        return arrays
    }

    private static func network(_ draw: inout Draw) throws -> Oobleck {
        let configuration = configuration(&draw)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try JSONEncoder().encode(configuration).write(to: folder.appendingPathComponent("config.json"))
        try save(
            arrays: weights(configuration, &draw),
            url: folder.appendingPathComponent("diffusion_pytorch_model.safetensors"))
        return try Oobleck(folder: folder, dtype: .float32)
    }

    private static func difference(_ one: [[Float]], _ other: [[Float]]) -> Float {
        zip(one, other).map { largestDifference($0, $1) }.max() ?? .infinity
    }

    @Test(arguments: 1...12) func anyTileGivesTheSameWave(_ seed: UInt64) throws {
        var draw = Draw(seed)
        let oobleck = try Self.network(&draw)
        let configuration = oobleck.configuration
        let frames = draw.integer(in: 2...70)
        let latents = draw.normal([frames, configuration.decoderInputChannels], deviation: 1)
        let whole = try oobleck.decode(latents, tile: frames)
        #expect(whole.frameCount == oobleck.sampleCount(frames: frames) && whole.peak > 1e-3)
        for _ in 0..<3 {
            let tile = draw.integer(in: 1...frames)
            var decoding = try oobleck.decoding(latents, tile: tile)
            var joined = whole.channels.map { _ in [Float]() }
            while let part = try decoding.next() {
                #expect(part.start == joined[0].count)
                for channel in joined.indices { joined[channel] += part.channels[channel] }
            }
            #expect(decoding.isFinished && decoding.completed == (frames + tile - 1) / tile)
            #expect(joined == decoding.audio.channels && joined[0].count == whole.frameCount)
            #expect(
                Self.difference(joined, whole.channels) <= 1e-5 * max(1, whole.peak),
                "\(configuration), \(frames) frames in tiles of \(tile)")
        }
    }

    @Test(arguments: 1...12) func anyTileGivesTheSameLatents(_ seed: UInt64) throws {
        var draw = Draw(seed + 100)
        let oobleck = try Self.network(&draw)
        let configuration = oobleck.configuration
        let samples = draw.integer(in: 2...60) * configuration.hopLength + draw.integer(in: 0...configuration.hopLength)
        let audio = AudioBuffer(
            sampleRate: configuration.samplingRate,
            channels: (0..<configuration.audioChannels).map { _ in
                draw.normal([samples], deviation: 0.3).asArray(Float.self)
            })
        let whole = try oobleck.encode(audio, tile: samples)
        #expect(whole.mean.dim(0) == oobleck.frameCount(samples: samples))
        for _ in 0..<3 {
            let tile = draw.integer(in: 1...whole.mean.dim(0))
            var encoding = try oobleck.encoding(audio, tile: tile)
            while try encoding.next() {}
            #expect(encoding.completed == (whole.mean.dim(0) + tile - 1) / tile)
            let tiled = encoding.latents
            let peak = max(1, abs(whole.mean).max().item(Float.self))
            expectNear(tiled.mean, whole.mean, absolute: 1e-5 * peak)
            expectNear(tiled.std, whole.std, absolute: 1e-5 * peak)
        }
    }

    @Test func aDecodingCanBeHeldAndCopied() throws {
        var draw = Draw(7)
        let oobleck = try Self.network(&draw)
        let latents = draw.normal([20, oobleck.configuration.decoderInputChannels], deviation: 1)
        let whole = try oobleck.decode(latents, tile: 3)
        var held = try oobleck.decoding(latents, tile: 3)
        _ = try held.next()
        var copy = held
        while try copy.next() != nil {}
        #expect(held.completed == 1 && held.audio.frameCount < whole.frameCount)
        while try held.next() != nil {}
        #expect(held.audio == whole && copy.audio == whole)
        #expect(try held.next() == nil)
    }
}
