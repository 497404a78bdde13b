import Foundation
import MLX
import ModelSupport
import MusicCore
import Oobleck

/// How a model's networks are kept within the memory.
package struct MemoryPlan: Sendable, Equatable {
    /// Whether each network is let go of when its stage is over.
    package let isFrugal: Bool
    /// Latent frames that a tile of the autoencoder contributes; `nil` for its own choice.
    package let tile: Int?
    /// Of the weights that are in memory at once.
    package let footprint: WeightFootprint
    /// What was done beyond what was asked for, in the order in which it was done, for the user.
    package let measures: [String]

    /// The tiles that are tried in place of the usual one, from large to small.
    static func tiles(below usual: Int) -> [Int] { [2, 4, 8].map { usual / $0 } }

    /// Says that networks are let go of.
    static func frugalMeasure(_ limit: String) -> String {
        "To keep within \(limit), each network is let go of when its stage is over (low_memory)"
    }

    /// Says that tiles are smaller.
    static func tileMeasure(_ limit: String, tile: Int, usual: Int) -> String {
        "To keep within \(limit), the autoencoder works on tiles of \(tile) latent frames in place of \(usual)"
    }
}

extension CheckpointParts {
    /// Finds out how a model goes into the memory: as it was asked for, then with each network let go of after its
    /// stage, then with the autoencoder in smaller and smaller tiles beside that.
    ///
    /// - Parameters:
    ///   - options: what is asked for.
    ///   - dtype: number format of weights and activations.
    ///   - limit: what the process may fill.
    ///   - name: the model's.
    /// - Throws: ``MusicError`` with code `outOfMemory` if it doesn't go in at all.
    package func memoryPlan(
        _ options: LoadOptions, dtype: DType, limit: MemoryLimit, name: String
    ) throws -> MemoryPlan {
        let usual = Oobleck.defaultTile(dtype)
        let ways: [(isFrugal: Bool, tile: Int?)] =
            [(options.lowMemory, nil), (true, nil)] + MemoryPlan.tiles(below: usual).map { (true, $0) }
        var peak = 0
        for way in ways {
            let footprint = footprint(dtype: dtype, quantization: options.quantization, isFrugal: way.isFrugal)
            peak = self.peak(options, dtype: dtype, isFrugal: way.isFrugal, tile: way.tile ?? usual)
            guard limit.holds(peak) else { continue }
            let size = ByteCount.text(Int64(limit.bytes))
            var measures: [String] = []
            if way.isFrugal, !options.lowMemory { measures.append(MemoryPlan.frugalMeasure(size)) }
            if let tile = way.tile { measures.append(MemoryPlan.tileMeasure(size, tile: tile, usual: usual)) }
            return MemoryPlan(isFrugal: way.isFrugal, tile: way.tile, footprint: footprint, measures: measures)
        }
        throw limit.error("Running \(name), one network at a time and in small tiles,", bytes: peak)
    }

    /// What a model may take while it makes songs; `nil` where no cap was asked for.
    package func budget(_ options: LoadOptions, dtype: DType, limit: MemoryLimit) -> MemoryBudget? {
        guard limit.isCap else { return nil }
        func bytes(_ weights: WeightStore) -> Int {
            weights.footprint(dtype: dtype, quantization: options.quantization).bytes
        }
        return MemoryBudget(
            limit: limit,
            weights: MemoryBudget.Weights(
                all: footprint(dtype: dtype, quantization: options.quantization).bytes,
                transformer: bytes(model.transformer), autoencoder: bytes(autoencoder.weights)))
    }

    /// The most that weights and the autoencoder's work take at once.
    private func peak(_ options: LoadOptions, dtype: DType, isFrugal: Bool, tile: Int) -> Int {
        let configuration = autoencoder.configuration
        let work = OobleckTiling(configuration).workingBytes(
            tile: tile, configuration, elementSize: dtype.size)
        let weights = footprint(dtype: dtype, quantization: options.quantization, isFrugal: isFrugal)
        guard isFrugal else { return weights.bytes + max(weights.transientBytes, work) }
        return max(weights.peak, autoencoder.weights.footprint(dtype: dtype).bytes + work)
    }
}

extension TransformerConfiguration {
    /// Bytes of intermediate results of a step, about, with the keys and values of the conditions.
    ///
    /// - Parameters:
    ///   - frames: latent frames.
    ///   - condition: positions of the condition.
    ///   - isGuided: with the prediction without the condition beside it.
    ///   - elementSize: bytes of a number.
    package func workingBytes(frames: Int, condition: Int, isGuided: Bool, elementSize: Int) -> Int {
        let length = (frames + patchSize - 1) / patchSize
        let attention = (stack.heads + 2 * stack.keyValueHeads) * stack.headDimensions
        let layer = length * (4 * stack.hiddenSize + attention + 3 * stack.intermediateSize)
        let cache = 2 * stack.layers * condition * stack.keyValueHeads * stack.headDimensions
        let latents = frames * (inputChannels + 4 * acousticChannels) * 4
        return (layer + cache) * elementSize * (isGuided ? 2 : 1) + latents
    }
}
