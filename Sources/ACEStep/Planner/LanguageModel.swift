import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import Tokenizers

/// A 5 Hz language model as it lies in its folder: network and tokenizer.
@MLXActor
final class LanguageModel {
    let network: Qwen3CausalLM
    nonisolated let tokenizer: Tokenizer
    nonisolated let target: ComputeTarget

    /// Weights of more than this number are read in bfloat16 by default: each is read once for each token, so that
    /// half the bytes take half the time.
    private static let largestExact = 64_000_000

    /// Loads a folder such as `acestep-5Hz-lm-0.6B`.
    ///
    /// - Parameter codes: finds the ids of the tokenizer's audio codes, whose scores are asked for on their own.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `unsupported`.
    init(_ folder: URL, options: LoadOptions, codes: (Tokenizer) throws -> Range<Int>?) throws {
        if let threads = options.threads { Machine.threads = threads }
        let tokenizer = try Tokenizer(directory: folder)
        self.tokenizer = tokenizer
        var options = options
        let count = try WeightStore(folder: folder).parameterCount
        if options.precision == .auto { options.precision = count > Self.largestExact ? .bfloat16 : .float32 }
        let target = try ComputeTarget(options, parameterCount: count)
        self.target = target
        network = try target.withDevice {
            try evaluating("loading the language model") {
                let network = try Qwen3CausalLM(folder: folder, dtype: target.dtype, reader: WeightReader())
                if options.quantization == .q8 {
                    try network.quantizeToInt8(ranges: [try codes(tokenizer)].compactMap { $0 })
                }
                return network
            }
        }
    }

    /// What is known of it.
    nonisolated func info(hasInt8Layers: Bool) -> ModelInfo {
        ModelInfo(
            family: "ace-step-lm", variant: "5Hz", precision: target.precisionName + (hasInt8Layers ? " q8" : ""),
            device: target.device.rawValue, parameterCount: network.parameterCount)
    }
}
