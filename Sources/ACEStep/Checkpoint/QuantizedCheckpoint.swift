import Foundation
import MLX
import ModelSupport
import MusicCore

/// Writes checkpoints whose large weights are in 8 bits, which take half the space and load without any work.
public enum QuantizedCheckpoint {
    /// Writes a copy of a checkpoint in its own layout.
    ///
    /// The large products of transformer, condition encoder and text encoder are quantized; the autoencoder, the audio
    /// tokenizer and everything small are copied as they are. The folder appears when it is complete.
    ///
    /// - Parameters:
    ///   - location: an ACE-Step 1.5 checkpoint.
    ///   - directory: must not exist.
    ///   - progress: called with the name of each file before it is written.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` or `unwritableOutput`, or `CancellationError` between two
    ///   files.
    public static func write(
        from location: ModelLocation, to directory: URL, progress: @escaping @Sendable (_ file: String) -> Void
    ) async throws {
        try MLXExecutor.shared.start()
        try await MLXActor.run {
            try CheckpointCopy(try CheckpointLayout(location)).write(to: directory, progress: progress) {
                part, file, copy in
                guard part != .other else { return false }
                try quantize(file, to: copy)
                return true
            }
        }
    }

    @MLXActor
    private static func quantize(_ file: URL, to copy: URL) throws {
        let (arrays, metadata) = try evaluating("reading \(ConfigurationFile.shortName(file))") {
            try loadArraysAndMetadata(url: file)
        }
        var result = arrays
        for (name, array) in arrays where isQuantized(name, array) {
            let (integers, scales) = FusedOps.int8(array)
            result[name] = integers
            result[WeightStore.scalesName(name)] = scales
        }
        try evaluating("quantizing \(ConfigurationFile.shortName(file))") {
            try save(arrays: result, metadata: metadata, url: copy)
        }
    }

    private static func isQuantized(_ name: String, _ array: MLXArray) -> Bool {
        array.ndim == 2 && array.dtype.isFloatingPoint && !name.hasPrefix("tokenizer.")
            && !name.hasPrefix("detokenizer.") && Int8Layers.containsWeight(name)
    }
}
