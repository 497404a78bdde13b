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

    /// Whether a location holds such a checkpoint, judged by names and configuration alone.
    package static func isPresent(at location: ModelLocation) -> Bool {
        switch ACEStepFolders.recognise(FolderView(location.directory)) {
        case .model(let found): found.purpose == .music
        case .several: true
        case .part, .unknown: false
        }
    }

    /// Finds the parts.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says which part is missing, or what ``SystemFault``
    ///   makes of one that can't be read.
    package init(_ location: ModelLocation) throws {
        let directory = location.directory
        let found = try Self.found(in: directory)
        func folder(_ name: String, _ usual: URL?) throws -> URL {
            let places = [location.components[name], usual].compactMap { $0.map(FolderView.init) }
            guard let place = places.first(where: \.exists) else {
                if let obstacle = places.lazy.compactMap(\.obstacle).first { throw obstacle.error() }
                throw MusicError(
                    .invalidCheckpoint, "The checkpoint \(directory.lastPathComponent) has no folder '\(name)'",
                    advice: "download the model again, or put the folder in \(directory.path)", field: "model",
                    value: location.name)
            }
            return place.url
        }
        model = found.ownPart.directory
        guard found.layout == .official else {
            kind = .diffusers
            func part(_ name: String) throws -> URL { try folder(name, FolderView(directory).folder(name).url) }
            autoencoder = try part("vae")
            textEncoder = try part("text_encoder")
            tokenizer = try part("tokenizer")
            return
        }
        kind = .official
        autoencoder = try folder(ACEStepFolders.autoencoder, found.directory(of: .vae))
        textEncoder = try folder(ACEStepFolders.textEncoder, found.directory(of: .textEncoder))
        tokenizer = textEncoder
    }

    /// The model in a folder.
    private static func found(in directory: URL) throws -> FoundModel {
        let view = FolderView(directory)
        switch ACEStepFolders.recognise(view) {
        case .model(let found) where found.purpose == .music:
            return found
        case .several(let folders):
            throw MusicError(
                .invalidCheckpoint,
                "\(directory.lastPathComponent) holds several models: "
                    + folders.map(\.lastPathComponent).joined(separator: ", "),
                field: "model", value: directory.path,
                suggestion: .choose(field: "model", among: folders.map(\.path)))
        default:
            if let obstacle = view.obstacle { throw obstacle.error() }
            throw MusicError(
                .invalidCheckpoint, "\(directory.lastPathComponent) is not an ACE-Step 1.5 checkpoint",
                advice: "give \(FamilyCatalog.aceStep.folderDescription)", field: "model", value: directory.path)
        }
    }
}
