import MLX
import ModelSupport
import MusicCore

/// The networks between latents and audio codes, which hold melody and structure of a song without its sound.
///
/// Each is loaded when it is first used, and kept: codes to latents take the quantizer and the detokenizer alone.
@MLXActor
package final class AudioCodec {
    private nonisolated let configuration: AudioTokenizerConfiguration
    private nonisolated let dtype: DType
    private let silence: SilenceLatents
    private let tokenizerPart: ReloadablePart<AudioTokenizer>
    private let quantizerPart: ReloadablePart<FiniteScalarQuantizer>
    private let detokenizerPart: ReloadablePart<AudioDetokenizer>

    /// Checks that the networks fit their weights, and reads none of these.
    ///
    /// - Parameters:
    ///   - configuration: sizes of the networks.
    ///   - stores: their tensors.
    ///   - silence: fills the last code's frames.
    ///   - dtype: number format of weights and activations.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`.
    init(
        _ configuration: AudioTokenizerConfiguration, stores: (tokenizer: WeightStore, detokenizer: WeightStore),
        silence: SilenceLatents, dtype: DType
    ) throws {
        self.configuration = configuration
        self.silence = silence
        self.dtype = dtype
        try AudioTokenizer(configuration).checkFits(stores.tokenizer, ignoring: TensorNames.isComputed)
        try AudioDetokenizer(configuration).checkFits(stores.detokenizer, ignoring: TensorNames.isComputed)
        tokenizerPart = ReloadablePart {
            let tokenizer = AudioTokenizer(configuration)
            try tokenizer.load(from: stores.tokenizer, dtype: dtype, ignoring: TensorNames.isComputed)
            return tokenizer
        }
        quantizerPart = ReloadablePart {
            let prefix = "quantizer."
            let quantizer = FiniteScalarQuantizer(configuration)
            try quantizer.load(
                from: stores.tokenizer.component(prefix), dtype: dtype,
                ignoring: { TensorNames.isComputed(prefix + $0) })
            return quantizer
        }
        detokenizerPart = ReloadablePart {
            let detokenizer = AudioDetokenizer(configuration)
            try detokenizer.load(from: stores.detokenizer, dtype: dtype, ignoring: TensorNames.isComputed)
            return detokenizer
        }
    }

    /// Latents to codes.
    package var tokenizer: AudioTokenizer { get throws { try tokenizerPart.loaded() } }
    /// Codes to vectors.
    package var quantizer: FiniteScalarQuantizer {
        get throws { try tokenizerPart.part?.quantizer ?? quantizerPart.loaded() }
    }
    /// Vectors to latents.
    package var detokenizer: AudioDetokenizer { get throws { try detokenizerPart.loaded() } }

    /// The networks that are in memory.
    package var loadedNetworks: Int {
        [tokenizerPart.part != nil, quantizerPart.part != nil, detokenizerPart.part != nil].filter { $0 }.count
    }

    /// Lets go of the networks, which are loaded again when they are used again.
    func release() {
        tokenizerPart.release()
        quantizerPart.release()
        detokenizerPart.release()
    }

    /// The codes of latents, one for every window of frames; of a residual quantizer the first.
    ///
    /// - Parameter latents: `[1, T, channels]`.
    package func codes(_ latents: MLXArray) throws -> [Int] {
        let tokenizer = try tokenizer
        return try evaluating("coding") {
            let indices = tokenizer(latents.asType(dtype), silence: silence.latents).indices
            return indices[0, 0..., 0].asArray(Int32.self).map(Int.init)
        }
    }

    /// Latents through their codes and back, `[1, T, channels]`, float32.
    package func roundTrip(_ latents: MLXArray) throws -> MLXArray {
        let (tokenizer, detokenizer) = (try tokenizer, try detokenizer)
        return try evaluating("coding") {
            let states = tokenizer(latents.asType(dtype), silence: silence.latents).states
            let hints = detokenizer(states)[0..., 0..<latents.dim(1)].asType(.float32)
            eval(hints)
            return hints
        }
    }

    /// The latents that codes stand for, `[1, codes * window, channels]`, float32.
    ///
    /// - Parameter codes: numbers beyond the codebook are limited to its last.
    package func hints(_ codes: [Int]) throws -> MLXArray {
        let (quantizer, detokenizer) = (try quantizer, try detokenizer)
        return try evaluating("decoding the audio codes") {
            let last = quantizer.codebookSize - 1
            let indices = codes.flatMap { code in
                [Int32(max(0, min(code, last)))]
                    + Array(repeating: Int32(0), count: configuration.quantizers - 1)
            }
            let states = quantizer.states(of: MLXArray(indices, [1, codes.count, configuration.quantizers]))
            let hints = detokenizer(states.asType(dtype)).asType(.float32)
            eval(hints)
            return hints
        }
    }
}
