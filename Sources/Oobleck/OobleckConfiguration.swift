import Foundation
import ModelSupport
import MusicCore

/// Sizes of an Oobleck autoencoder, as in `vae/config.json`.
public struct OobleckConfiguration: Sendable, Equatable, Codable {
    /// Channels of the waveform.
    public var audioChannels: Int
    /// Width of the encoder's first convolution, and number of values that it gives per latent frame.
    public var encoderHiddenSize: Int
    /// Width of the decoder's last block.
    public var decoderChannels: Int
    /// Latent channels.
    public var decoderInputChannels: Int
    /// Width of each block as a multiple of the first.
    public var channelMultiples: [Int]
    /// Stride of each encoder block; the decoder uses them in reverse.
    public var downsamplingRatios: [Int]
    /// Samples per second and channel.
    public var samplingRate: Int

    /// Sizes; by default those of the autoencoder of ACE-Step 1.5.
    public init(
        audioChannels: Int = 2, encoderHiddenSize: Int = 128, decoderChannels: Int = 128,
        decoderInputChannels: Int = 64, channelMultiples: [Int] = [1, 2, 4, 8, 16],
        downsamplingRatios: [Int] = [2, 4, 4, 6, 10], samplingRate: Int = 48_000
    ) {
        self.audioChannels = audioChannels
        self.encoderHiddenSize = encoderHiddenSize
        self.decoderChannels = decoderChannels
        self.decoderInputChannels = decoderInputChannels
        self.channelMultiples = channelMultiples
        self.downsamplingRatios = downsamplingRatios
        self.samplingRate = samplingRate
    }

    enum CodingKeys: String, CodingKey {
        case audioChannels = "audio_channels"
        case encoderHiddenSize = "encoder_hidden_size"
        case decoderChannels = "decoder_channels"
        case decoderInputChannels = "decoder_input_channels"
        case channelMultiples = "channel_multiples"
        case downsamplingRatios = "downsampling_ratios"
        case samplingRate = "sampling_rate"
    }

    /// Decodes a configuration; fields left out have the defaults of Diffusers' `AutoencoderOobleck`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        audioChannels = try values.decodeIfPresent(Int.self, forKey: .audioChannels) ?? 2
        encoderHiddenSize = try values.decodeIfPresent(Int.self, forKey: .encoderHiddenSize) ?? 128
        decoderChannels = try values.decodeIfPresent(Int.self, forKey: .decoderChannels) ?? 128
        decoderInputChannels = try values.decodeIfPresent(Int.self, forKey: .decoderInputChannels) ?? 64
        channelMultiples = try values.decodeIfPresent([Int].self, forKey: .channelMultiples) ?? [1, 2, 4, 8, 16]
        downsamplingRatios = try values.decodeIfPresent([Int].self, forKey: .downsamplingRatios) ?? [2, 4, 4, 8, 8]
        samplingRate = try values.decodeIfPresent(Int.self, forKey: .samplingRate) ?? 44_100
    }

    /// Samples per latent frame.
    public var hopLength: Int { downsamplingRatios.reduce(1, *) }

    /// Whether what the encoder gives is what the decoder takes.
    ///
    /// The encoder gives means and scales, hence twice as many channels. Where the numbers differ, as in some test
    /// models, only the decoder can be used.
    public var hasEncoder: Bool { encoderHiddenSize == 2 * decoderInputChannels }

    /// Number of latent frames that a number of samples per channel encodes to.
    public func frameCount(samples: Int) -> Int {
        downsamplingRatios.reduce(samples) { length, stride in
            max(0, (length + 2 * resamplingPadding(stride)) / stride - 1)
        }
    }

    /// Latent frames per second.
    public var latentRate: Double { Double(samplingRate) / Double(hopLength) }

    /// Requires sizes that a network can have.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the field.
    public func validate() throws {
        try ConfigurationCheck.require("audio_channels", audioChannels, in: 1...64)
        try ConfigurationCheck.require("encoder_hidden_size", encoderHiddenSize, in: 2...65_536)
        try ConfigurationCheck.require("decoder_channels", decoderChannels, in: 1...65_536)
        try ConfigurationCheck.require("decoder_input_channels", decoderInputChannels, in: 1...65_536)
        try ConfigurationCheck.require("sampling_rate", samplingRate, in: 1...768_000)
        try ConfigurationCheck.require(
            !downsamplingRatios.isEmpty && downsamplingRatios.count == channelMultiples.count,
            "Configuration fields 'downsampling_ratios' and 'channel_multiples' have different lengths")
        for ratio in downsamplingRatios {
            try ConfigurationCheck.require("downsampling_ratios", ratio, in: 1...1024)
        }
        for multiple in channelMultiples {
            try ConfigurationCheck.require("channel_multiples", multiple, in: 1...1024)
        }
        try ConfigurationCheck.require("downsampling_ratios (product)", hopLength, in: 1...1_000_000)
    }
}
