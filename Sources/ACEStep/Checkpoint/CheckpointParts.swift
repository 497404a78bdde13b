import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3

/// Configurations and weights of all parts of a checkpoint, under one set of names for both layouts.
///
/// The header of each file is read once, here; no weight is.
package struct CheckpointParts: Sendable {
    let layout: CheckpointLayout
    let model: ModelParts
    let textEncoder: (configuration: Qwen3Configuration, weights: WeightStore)
    let autoencoder: (configuration: OobleckConfiguration, weights: WeightStore)

    /// Opens the files and reads their headers.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that names the file.
    package init(_ layout: CheckpointLayout) throws {
        self.layout = layout
        model = try ModelParts(layout)
        textEncoder = (
            try Qwen3.configuration(folder: layout.textEncoder), try WeightStore(folder: layout.textEncoder)
        )
        autoencoder = (
            try Oobleck.configuration(folder: layout.autoencoder), try WeightStore(folder: layout.autoencoder)
        )
    }

    /// The tensors of the condition encoder.
    package var conditionEncoder: WeightStore { model.conditionEncoder }

    /// Number of weights of all parts.
    package var parameterCount: Int {
        model.parameterCount + textEncoder.weights.parameterCount + autoencoder.weights.parameterCount
    }

    /// The memory that the weights take.
    ///
    /// - Parameters:
    ///   - dtype: number format of weights and activations.
    ///   - quantization: how the large weights are kept.
    ///   - isFrugal: with the networks of one stage in memory at a time, and not all.
    package func footprint(
        dtype: DType, quantization: LoadOptions.Quantization, isFrugal: Bool = false
    ) -> WeightFootprint {
        let tokenizer = model.audioTokenizer.map {
            $0.tokenizer.footprint(dtype: dtype) + $0.detokenizer.footprint(dtype: dtype)
        }
        let encoders =
            textEncoder.weights.footprint(dtype: dtype, quantization: quantization)
            + model.conditionEncoder.footprint(dtype: dtype, quantization: quantization)
        let stages = [
            tokenizer ?? WeightFootprint(), encoders,
            model.transformer.footprint(dtype: dtype, quantization: quantization),
            autoencoder.weights.footprint(dtype: dtype),
        ]
        let all = stages.reduce(WeightFootprint(), +)
        return isFrugal ? stages.max { $0.peak < $1.peak } ?? all : all
    }
}
