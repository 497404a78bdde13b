import Foundation
import ModelSupport
import MusicCore

/// Copies of checkpoints in their own layout, of which some files are made anew.
struct CheckpointCopy {
    /// A folder of a checkpoint.
    struct Folder {
        /// Path in the copy; empty for the checkpoint's own folder.
        let name: String
        let source: URL
        let part: Part
    }

    /// What a folder holds.
    enum Part {
        /// The transformer; in the official layout also the encoders of the condition, and the audio tokenizer.
        case transformer
        case conditionEncoder, textEncoder, other
    }

    let folders: [Folder]

    init(_ layout: CheckpointLayout) throws {
        switch layout.kind {
        case .official:
            folders = [
                Folder(name: layout.model.lastPathComponent, source: layout.model, part: .transformer),
                Folder(name: layout.textEncoder.lastPathComponent, source: layout.textEncoder, part: .textEncoder),
                Folder(name: "vae", source: layout.autoencoder, part: .other),
            ]
        case .diffusers:
            let parts = try FileManager.default.contentsOfDirectory(
                at: layout.model, includingPropertiesForKeys: [.isDirectoryKey]
            ).filter { $0.resolvingSymlinksInPath().hasDirectoryPath }.map(\.lastPathComponent).sorted()
            let known: [String: Part] = [
                "transformer": .transformer, "condition_encoder": .conditionEncoder, "text_encoder": .textEncoder,
            ]
            folders =
                [Folder(name: "", source: layout.model, part: .other)]
                + parts.map { part in
                    Folder(name: part, source: layout.model.appendingPathComponent(part), part: known[part] ?? .other)
                }
        }
    }

    /// Writes the copy; the folder appears when it is complete.
    ///
    /// - Parameters:
    ///   - directory: must not exist.
    ///   - progress: called with the name of each file before it is written.
    ///   - make: writes a file with tensors anew; returns false for one that is to be copied as it is.
    /// - Throws: ``MusicError`` with code `unwritableOutput`, what `make` throws, or `CancellationError` between two
    ///   files.
    @MLXActor
    func write(
        to directory: URL, progress: (String) -> Void,
        make: (_ part: Part, _ file: URL, _ copy: URL) throws -> Bool
    ) throws {
        try NewFolder.make(directory, advice: "check permissions and that there is space for the weights") { partial in
            for folder in folders {
                try copy(folder, into: partial.appendingPathComponent(folder.name), progress, make)
            }
        }
    }

    @MLXActor
    private func copy(
        _ folder: Folder, into target: URL, _ progress: (String) -> Void,
        _ make: (_ part: Part, _ file: URL, _ copy: URL) throws -> Bool
    ) throws {
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
            if name.hasSuffix(".safetensors"),
                try make(folder.part, folder.source.appendingPathComponent(name), copy)
            {
                continue
            }
            try files.copyItem(at: file, to: copy)
        }
    }
}
