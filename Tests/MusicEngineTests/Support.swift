import Foundation
import MusicCore
import MusicEngine
import ToneFamily

/// A temporary folder that is removed with its owner.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    subscript(name: String) -> URL { url.appendingPathComponent(name) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}

/// An engine that knows tones alone, whose model lies in a folder.
func toneEngine(_ folder: Folder, seeds: SeedSource = SeedSource { 77 }) throws -> Engine {
    let model = folder["model"]
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: model.appendingPathComponent("tone.json"))
    return Engine(
        families: [ToneFamily()], seeds: seeds, memory: { 8_000_000_000 },
        locate: { ModelLocation(name: $0, directory: model) }, defaultModel: { "tone" })
}
