import ACEStep
import Foundation
import ModelHub
import MusicCore
import Synchronization

/// A temporary directory with a model cache in it, removed with the value.
final class Workspace: Sendable {
    let root: URL
    /// What the workspace's configurations wait by.
    let clock = ManualClock()

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(
            path: "modelhub-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    var cache: URL { root.appending(path: "hub", directoryHint: .isDirectory) }

    /// A configuration that reaches nothing but the given servers, and tries again at once by the workspace's clock.
    func configuration(
        hub: String = "http://127.0.0.1:1", modelScope: String = "http://127.0.0.1:1", token: String? = nil,
        extra: [String: String] = [:]
    ) throws -> HubConfiguration {
        var environment = [
            "HOME": root.path, "HF_HUB_CACHE": cache.path, "HF_ENDPOINT": hub, "MODELSCOPE_ENDPOINT": modelScope,
        ]
        environment["HF_TOKEN"] = token
        environment.merge(extra) { $1 }
        var configuration = try HubConfiguration(environment: environment, catalog: Checkpoints.catalog)
        configuration.retries.clock = clock
        // However slow the machine, the loopback interface answers within this.
        configuration.http.connectTimeout = 300
        configuration.http.stallTimeout = 300
        return configuration
    }

    func locator(_ configuration: HubConfiguration) -> ModelLocator {
        ModelLocator(configuration: configuration, registry: ModelRegistry(catalog: Checkpoints.catalog))
    }

    /// All files below a folder, the cache if none is given: links as `path -> target`, others as `path (bytes)`.
    func tree(_ folder: URL? = nil) throws -> [String] {
        let folder = folder ?? cache
        let manager = FileManager.default
        guard manager.fileExists(atPath: folder.path) else { return [] }
        return try manager.subpathsOfDirectory(atPath: folder.path).sorted().compactMap { path in
            let url = folder.appending(path: path)
            if let target = try? manager.destinationOfSymbolicLink(atPath: url.path) { return "\(path) -> \(target)" }
            var isDirectory: ObjCBool = false
            guard manager.fileExists(atPath: url.path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                return nil
            }
            // A file may vanish while a download runs.
            guard let size = try? manager.attributesOfItem(atPath: url.path)[.size] as? Int else { return nil }
            return "\(path) (\(size))"
        }
    }

    /// Writes a file below the root, with its folders.
    @discardableResult
    func write(_ path: String, _ text: String = "{}") throws -> URL {
        let url = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url
    }
}

/// Collects events from any thread.
final class EventLog: Sendable {
    private let log = Mutex<[DownloadEvent]>([])
    var events: [DownloadEvent] { log.withLock { $0 } }
    var notices: [String] {
        events.compactMap { if case .notice(let text) = $0 { text } else { nil } }
    }
    var plans: [DownloadPlan] {
        events.compactMap { if case .planned(let plan) = $0 { plan } else { nil } }
    }
    var progress: [DownloadProgress] {
        events.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
    }
    var finishedFiles: [String] {
        events.compactMap { if case .finishedFile(let path, _) = $0 { path } else { nil } }
    }

    func record(_ event: DownloadEvent) { log.withLock { $0.append(event) } }
}

let commitA = String(repeating: "a", count: 40)
let commitB = String(repeating: "b", count: 40)

/// The files of a repository with a DiT configuration that the locator knows.
enum Checkpoints {
    /// The one family whose published models the tests of downloads and of the cache use.
    static let catalog = ModelCatalog([.aceStep])
    static let dit = "{\"model_type\":\"acestep\",\"is_turbo\":true}"
    static let encoder = "{\"model_type\":\"qwen3\"}"

    static func ditFiles(_ prefix: String = "", weights: FakeFile = .large(300_000, seed: 3)) -> [String: FakeFile] {
        [
            "config.json": FakeFile(dit), "model.safetensors": weights,
            "silence_latent.pt": .large(2000, seed: 4), "modeling_acestep.py": FakeFile("print('code')"),
        ].reduce(into: [:]) { $0["\(prefix)\($1.key)"] = $1.value }
    }

    /// The unified repository, small.
    static func unified() -> [String: FakeFile] {
        var files = ditFiles("acestep-v15-turbo/")
        files["vae/config.json"] = FakeFile("{\"_class_name\":\"AutoencoderOobleck\"}")
        files["vae/diffusion_pytorch_model.safetensors"] = .large(50_000, seed: 5)
        files["Qwen3-Embedding-0.6B/config.json"] = FakeFile(encoder)
        files["Qwen3-Embedding-0.6B/model.safetensors"] = .large(70_000, seed: 6)
        files["Qwen3-Embedding-0.6B/tokenizer.json"] = .large(3000, seed: 7)
        files["Qwen3-Embedding-0.6B/merges.txt"] = FakeFile("a b\n")
        files["acestep-5Hz-lm-1.7B/config.json"] = FakeFile(encoder)
        files["acestep-5Hz-lm-1.7B/model.safetensors"] = .large(80_000, seed: 8)
        files["acestep-5Hz-lm-1.7B/tokenizer.json"] = .large(3000, seed: 7)
        files["README.md"] = FakeFile("# ACE-Step 1.5")
        files[".gitattributes"] = FakeFile("*.safetensors filter=lfs")
        return files
    }

    static let unifiedID = "ACE-Step/Ace-Step1.5"
}
