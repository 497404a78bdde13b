import Foundation
import MLX
import ModelSupport
import MusicCore
import Qwen3
import Tokenizers

/// A 5 Hz language model as it lies in its folder: network and vocabulary.
@MLXActor
package final class LanguageModel {
    package let network: Qwen3CausalLM
    package nonisolated let vocabulary: PlanVocabulary
    package nonisolated let target: ComputeTarget
    nonisolated let info: ModelInfo
    /// The genres that a plan may name; `nil` if it may name any.
    nonisolated let genres: [String]?

    /// Weights of more than this number are read in bfloat16 by default: each is read once for each token, so that
    /// half the bytes take half the time.
    private static let largestExact = 64_000_000

    /// Loads a folder such as `acestep-5Hz-lm-0.6B`.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `unsupported`.
    init(_ folder: URL, options: LoadOptions) throws {
        if let threads = options.threads { Machine.threads = threads }
        let vocabulary = try PlanVocabulary(Tokenizer(directory: folder))
        self.vocabulary = vocabulary
        genres = try Self.genres(in: folder)
        var options = options
        let configuration = try Qwen3.configuration(folder: folder)
        let weights = try WeightStore(folder: folder)
        let count = weights.parameterCount
        if options.precision == .auto { options.precision = count > Self.largestExact ? .bfloat16 : .float32 }
        let limit = MemoryLimit(options)
        let target = try ComputeTarget(options, parameterCount: count, memory: limit.bytes)
        self.target = target
        let footprint = Qwen3CausalLM.footprint(
            configuration, weights: weights, dtype: target.dtype, quantization: options.quantization)
        try ComputeTarget.requireMemory(for: footprint, of: folder.lastPathComponent, limit: limit)
        network = try target.withDevice {
            try evaluating("loading the language model") {
                try Qwen3CausalLM(
                    configuration, weights: weights, dtype: target.dtype, quantization: options.quantization,
                    ranges: [vocabulary.codeTokens])
            }
        }
        guard vocabulary.codeTokens.upperBound <= network.configuration.vocabularySize else {
            throw MusicError(
                .invalidCheckpoint,
                "The tokenizer has audio codes up to token \(vocabulary.codeTokens.upperBound - 1), and the language "
                    + "model \(network.configuration.vocabularySize) tokens",
                advice: "tokenizer and weights must come from one checkpoint")
        }
        info = ModelInfo(
            family: ACEStepPlanner.familyName, variant: folder.lastPathComponent,
            precision: target.precisionName + (network.hasInt8Layers ? " q8" : ""), device: target.device.rawValue,
            parameterCount: network.parameterCount, byteCount: footprint.bytes)
    }

    /// The lines of `genres_vocab.txt`, in lower case and without those that begin with `#`; `nil` if there are none.
    private static func genres(in folder: URL) throws -> [String]? {
        let file = folder.appendingPathComponent("genres_vocab.txt")
        let data: Data
        do {
            data = try SystemFile.contents(of: file)
        } catch {
            if error.isAbsence { return nil }
            throw error.error()
        }
        if let content = FileContent(data), content.kind != .text {
            throw content.error(
                .invalidCheckpoint, ConfigurationFile.shortName(file), wanted: "a list of genres, one a line")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw MusicError(
                .invalidCheckpoint, "\(file.lastPathComponent) is no text in UTF-8", advice: "download the model again")
        }
        let lines = text.feedLines.map { $0.trimmed.lowercased() }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        return lines.isEmpty ? nil : lines
    }
}
