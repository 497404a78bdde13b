import Foundation
import MLX
import ModelSupport
import MusicCore

/// What a model may take while it makes songs.
package struct MemoryBudget: Sendable, Equatable {
    /// Weights of networks in bytes.
    package struct Weights: Sendable, Equatable {
        package let all: Int
        package let transformer: Int
        package let autoencoder: Int

        package init(all: Int, transformer: Int, autoencoder: Int) {
            self.all = all
            self.transformer = transformer
            self.autoencoder = autoencoder
        }
    }

    /// What songs take beside the weights, about, in bytes.
    struct Work: Equatable {
        /// Of a denoising step.
        let step: Int
        /// Of the waveforms of all songs, while the last is made.
        let waveforms: Int
        /// Of tiles that are decoded, by their latent frames; empty where nothing is decoded.
        let tiles: [Int: Int]
    }

    /// What the process may fill; taken is what was taken before the model was loaded.
    package let limit: MemoryLimit
    package let weights: Weights

    package init(limit: MemoryLimit, weights: Weights) {
        self.limit = limit
        self.weights = weights
    }

    /// The most that is taken at once beside what was taken before.
    ///
    /// - Parameters:
    ///   - work: of the songs.
    ///   - isFrugal: with the networks of one stage in memory at a time.
    ///   - tile: latent frames of a tile.
    func peak(_ work: Work, isFrugal: Bool, tile: Int) -> Int {
        let (steps, decoding) = isFrugal ? (weights.transformer, weights.autoencoder) : (weights.all, weights.all)
        return max(steps + work.step, decoding + (work.tiles[tile] ?? 0) + work.waveforms)
    }

    /// Has the allocator of the process wait for room rather than go beyond the limit, and keep little for reuse.
    package func limitAllocator() {
        Memory.memoryLimit = limit.bytes
        Memory.cacheLimit = min(Memory.cacheLimit, limit.bytes / 8)
    }
}
