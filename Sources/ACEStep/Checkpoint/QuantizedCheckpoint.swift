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
            let folders = try folders(of: try CheckpointLayout(location))
            try NewFolder.make(directory, advice: "check permissions and that there is space for the weights") {
                partial in
                for folder in folders {
                    try copy(folder, into: partial.appendingPathComponent(folder.name), progress)
                }
            }
        }
    }

    private struct Folder {
        /// Path in the copy; empty for the checkpoint's own folder.
        let name: String
        let source: URL
        let isQuantized: Bool
    }

    private static func folders(of layout: CheckpointLayout) throws -> [Folder] {
        switch layout.kind {
        case .official:
            return [
                Folder(name: layout.model.lastPathComponent, source: layout.model, isQuantized: true),
                Folder(name: layout.textEncoder.lastPathComponent, source: layout.textEncoder, isQuantized: true),
                Folder(name: "vae", source: layout.autoencoder, isQuantized: false),
            ]
        case .diffusers:
            let parts = try FileManager.default.contentsOfDirectory(
                at: layout.model, includingPropertiesForKeys: [.isDirectoryKey]
            ).filter { $0.resolvingSymlinksInPath().hasDirectoryPath }.map(\.lastPathComponent).sorted()
            let quantized: Set = ["transformer", "condition_encoder", "text_encoder"]
            return [Folder(name: "", source: layout.model, isQuantized: false)]
                + parts.map { part in
                    Folder(
                        name: part, source: layout.model.appendingPathComponent(part),
                        isQuantized: quantized.contains(part))
                }
        }
    }

    @MLXActor
    private static func copy(_ folder: Folder, into target: URL, _ progress: (String) -> Void) throws {
        let files = FileManager.default
        try files.createDirectory(at: target, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: folder.source.path).sorted() where !name.hasPrefix(".") {
            try Task.checkCancellation()
            // Files in a download cache are links.
            let file = folder.source.appendingPathComponent(name).resolvingSymlinksInPath()
            var isDirectory: ObjCBool = false
            guard files.fileExists(atPath: file.path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                continue
            }
            progress(folder.name.isEmpty ? name : "\(folder.name)/\(name)")
            let copy = target.appendingPathComponent(name)
            if folder.isQuantized, name.hasSuffix(".safetensors") {
                try quantize(folder.source.appendingPathComponent(name), to: copy)
            } else {
                try files.copyItem(at: file, to: copy)
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
