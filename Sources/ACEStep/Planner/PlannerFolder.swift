import Foundation
import MusicCore

/// Where a language model lies: in a folder of its own, or beside the models that it plans for.
enum PlannerFolder {
    /// Names of folders within a checkpoint: those of the published models begin so, and the built-in one's is `lm`.
    private static let prefix = "acestep-5Hz-lm"
    private static let builtin = "lm"

    /// The folder of the language model at a location, if there is one: the location itself, or the smallest of those
    /// that it holds.
    static func find(_ location: ModelLocation) -> URL? {
        if isCausalModel(location.directory) { return location.directory }
        let parts = location.components.filter { $0.key.hasPrefix(prefix) }.map(\.value)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: location.directory.path)) ?? []
        let inside = names.filter { $0.hasPrefix(prefix) || $0 == builtin }.sorted()
            .map { location.directory.appendingPathComponent($0) }
        return (parts + inside).filter(isCausalModel).min { byteCount($0) < byteCount($1) }
    }

    private static func isCausalModel(_ folder: URL) -> Bool {
        struct Configuration: Decodable {
            let model_type: String?
            let architectures: [String]?
        }
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("config.json")),
            let configuration = try? JSONDecoder().decode(Configuration.self, from: data)
        else { return false }
        return configuration.model_type == "qwen3"
            && configuration.architectures?.contains { $0.hasSuffix("Model") } != true
    }

    private static func byteCount(_ folder: URL) -> Int {
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.fileSizeKey])) ?? []
        return files.reduce(0) { $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
    }
}
