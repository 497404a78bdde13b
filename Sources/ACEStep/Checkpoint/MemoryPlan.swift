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
}

/// What a model may take while it makes songs.
package struct MemoryBudget: Sendable, Equatable {
    /// What the process may fill; taken is what was taken before the model was loaded.
    package let limit: MemoryLimit
    /// Bytes of the weights of all networks.
    package let allWeights: Int
    /// Bytes of the transformer's weights.
    package let transformer: Int

    package init(limit: MemoryLimit, allWeights: Int, transformer: Int) {
        self.limit = limit
        self.allWeights = allWeights
        self.transformer = transformer
    }

    /// Has the allocator of the process wait for room rather than go beyond the limit, and keep little for reuse.
    package func limitAllocator() {
        Memory.memoryLimit = limit.bytes
        Memory.cacheLimit = min(Memory.cacheLimit, limit.bytes / 8)
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
        let tiles = [2, 4, 8].map { usual / $0 }
        let ways: [(isFrugal: Bool, tile: Int?)] =
            [(options.lowMemory, nil), (true, nil)] + tiles.map { (true, $0) }
        var peak = 0
        for way in ways {
            let footprint = footprint(dtype: dtype, quantization: options.quantization, isFrugal: way.isFrugal)
            peak = self.peak(options, dtype: dtype, isFrugal: way.isFrugal, tile: way.tile ?? usual)
            guard limit.holds(peak) else { continue }
            let size = ByteCount.text(Int64(limit.bytes))
            var measures: [String] = []
            if way.isFrugal, !options.lowMemory {
                measures.append("To keep within \(size), each network is let go of when its stage is over (low_memory)")
            }
            if let tile = way.tile {
                measures.append(
                    "To keep within \(size), the autoencoder works on tiles of \(tile) latent frames in place of "
                        + "\(usual)")
            }
            return MemoryPlan(isFrugal: way.isFrugal, tile: way.tile, footprint: footprint, measures: measures)
        }
        throw limit.error("Running \(name), one network at a time and in small tiles,", bytes: peak)
    }

    /// What a model may take while it makes songs; `nil` where no cap was asked for.
    package func budget(_ options: LoadOptions, dtype: DType, limit: MemoryLimit) -> MemoryBudget? {
        guard limit.isCap else { return nil }
        return MemoryBudget(
            limit: limit, allWeights: footprint(dtype: dtype, quantization: options.quantization).bytes,
            transformer: model.transformer.footprint(dtype: dtype, quantization: options.quantization).bytes)
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
