import MLX
import ModelSupport
import MusicCore

/// What is left of a song when it has been through its codes: melody and structure without the sound.
@MLXActor
package struct Cover {
    private let tokenizer: AudioTokenizer
    private let detokenizer: AudioDetokenizer
    private let model: ACEStepModel

    /// - Throws: ``MusicError`` with code `unsupported` if the checkpoint holds no tokenizer.
    package init(_ model: ACEStepModel) throws {
        self.model = model
        (tokenizer, detokenizer) = try model.loadCodec()
    }

    /// The codes of latents, one for every window of frames; of a residual quantizer the first.
    ///
    /// - Parameter latents: `[1, T, channels]`.
    package func codes(_ latents: MLXArray) throws -> [Int] {
        try evaluating("coding") {
            let indices = tokenizer(latents.asType(model.dtype), silence: model.silence.latents).indices
            return indices[0, 0..., 0].asArray(Int32.self).map(Int.init)
        }
    }

    /// Latents through their codes and back, `[1, T, channels]`, float32.
    package func roundTrip(_ latents: MLXArray) throws -> MLXArray {
        try evaluating("coding") {
            let states = tokenizer(latents.asType(model.dtype), silence: model.silence.latents).states
            let hints = detokenizer(states)[0..., 0..<latents.dim(1)].asType(.float32)
            eval(hints)
            return hints
        }
    }

    /// The latents that codes stand for, `[1, codes * window, channels]`, float32.
    ///
    /// - Parameter codes: numbers beyond the codebook are limited to its last.
    package func hints(_ codes: [Int]) throws -> MLXArray {
        try evaluating("decoding the audio codes") {
            let quantizers = model.configuration.codec?.quantizers ?? 1
            let last = tokenizer.quantizer.codebookSize - 1
            let indices = codes.flatMap { code in
                [Int32(max(0, min(code, last)))] + Array(repeating: Int32(0), count: quantizers - 1)
            }
            let states = tokenizer.quantizer.states(of: MLXArray(indices, [1, codes.count, quantizers]))
            let hints = detokenizer(states.asType(model.dtype)).asType(.float32)
            eval(hints)
            return hints
        }
    }
}
