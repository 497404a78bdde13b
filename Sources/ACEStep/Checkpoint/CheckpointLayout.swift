import Foundation
import ModelSupport
import MusicCore

/// Where the parts of a checkpoint lie, in either of the two layouts in which ACE-Step 1.5 is published.
package struct CheckpointLayout: Sendable, Equatable {
    /// How the parts are named and divided.
    package enum Kind: Sendable, Equatable {
        /// One folder for all parts of the model proper, beside those of autoencoder and text encoder.
        case official
        /// One folder per part, listed in `model_index.json`.
        case diffusers
    }

    package let kind: Kind
    /// The folder of the model proper: `acestep-v15-turbo`, or the root of the Diffusers layout.
    package let model: URL
    package let autoencoder: URL
    package let textEncoder: URL
    /// The folder of `tokenizer.json`.
    package let tokenizer: URL

    /// Usual names of parts' folders.
    static let autoencoderName = "vae"
    static let textEncoderName = "Qwen3-Embedding-0.6B"
    static let modelPrefix = "acestep-v15-"

    /// Whether a location holds such a checkpoint, judged by names and configuration alone.
    package static func isPresent(at location: ModelLocation) -> Bool {
        if isDiffusers(location.directory) { return true }
        return !modelFolders(at: location.directory).isEmpty
    }

    /// Finds the parts.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says which part is missing.
    package init(_ location: ModelLocation) throws {
        let directory = location.directory
        func folder(_ name: String, among candidates: [URL]) throws -> URL {
            let places = [location.components[name]].compactMap { $0 } + candidates
            guard let place = places.first(where: Self.isDirectory) else {
                throw MusicError(
                    .invalidCheckpoint, "The checkpoint \(directory.lastPathComponent) has no folder '\(name)'",
                    advice: "download the model again, or put the folder in \(directory.path)")
            }
            return place
        }
        if Self.isDiffusers(directory) {
            kind = .diffusers
            model = directory
            autoencoder = try folder("vae", among: [directory.appendingPathComponent("vae")])
            textEncoder = try folder("text_encoder", among: [directory.appendingPathComponent("text_encoder")])
            tokenizer = try folder("tokenizer", among: [directory.appendingPathComponent("tokenizer")])
            return
        }
        kind = .official
        model = try Self.chosenModel(at: directory)
        let roots = [directory, model.deletingLastPathComponent()]
        autoencoder = try folder(
            Self.autoencoderName, among: roots.map { $0.appendingPathComponent(Self.autoencoderName) })
        let encoders = roots.flatMap { root in
            [root.appendingPathComponent(Self.textEncoderName)]
                + Self.subfolders(of: root).filter { $0.lastPathComponent.hasPrefix("Qwen3-Embedding") }
        }
        textEncoder = try folder(Self.textEncoderName, among: encoders)
        tokenizer = textEncoder
    }

    private static func isDiffusers(_ directory: URL) -> Bool {
        struct Index: Decodable {
            let _class_name: String
        }
        let file = directory.appendingPathComponent("model_index.json")
        guard let data = try? Data(contentsOf: file),
            let index = try? JSONDecoder().decode(Index.self, from: data)
        else { return false }
        return index._class_name == "AceStepPipeline"
    }

    /// Folders that hold a model proper: the directory itself, or its subfolders of the usual names.
    private static func modelFolders(at directory: URL) -> [URL] {
        struct Configuration: Decodable {
            let model_type: String?
        }
        func modelType(_ folder: URL) -> String?? {
            guard let data = try? Data(contentsOf: folder.appendingPathComponent("config.json")),
                let configuration = try? JSONDecoder().decode(Configuration.self, from: data)
            else { return nil }
            return configuration.model_type
        }
        if case .some("acestep") = modelType(directory) { return [directory] }
        if directory.lastPathComponent.hasPrefix(modelPrefix), case .some(nil) = modelType(directory) {
            return [directory]
        }
        return subfolders(of: directory).filter { folder in
            guard folder.lastPathComponent.hasPrefix(modelPrefix) else { return false }
            return FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path)
        }
    }

    private static func chosenModel(at directory: URL) throws -> URL {
        let folders = modelFolders(at: directory)
        if folders.count == 1 { return folders[0] }
        if let turbo = folders.first(where: { $0.lastPathComponent == "\(modelPrefix)turbo" }) { return turbo }
        guard folders.isEmpty else {
            throw MusicError(
                .invalidCheckpoint,
                "\(directory.lastPathComponent) holds several models: "
                    + folders.map(\.lastPathComponent).joined(separator: ", "),
                advice: "give the folder of one of them")
        }
        throw MusicError(
            .invalidCheckpoint, "\(directory.lastPathComponent) is not an ACE-Step 1.5 checkpoint",
            advice: "give a folder with model_index.json, or with \(modelPrefix)turbo, vae and \(textEncoderName)")
    }

    private static func subfolders(of directory: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.sorted().map { directory.appendingPathComponent($0) }.filter(isDirectory)
    }

    private static func isDirectory(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
