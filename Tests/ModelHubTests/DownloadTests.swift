import Foundation
import ModelHub
import MusicCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct DownloadTests {
    private let workspace: Workspace
    private let hub: FakeHub

    init() throws {
        workspace = try Workspace()
        hub = try FakeHub([Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified())])
    }

    private func pull(_ name: String = "turbo", log: EventLog = EventLog()) async throws -> ResolvedModel {
        let locator = workspace.locator(try workspace.configuration(hub: hub.address))
        return try await locator.pull([name]) { log.record($0) }[0]
    }

    @Test func layoutIsThatOfHuggingFace() async throws {
        _ = try await pull()
        let files = Checkpoints.unified()
        let repository = "models--ACE-Step--Ace-Step1.5"
        var expected = ["CACHEDIR.TAG (\(try #require(try tagSize())))", "\(repository)/refs/main (40)"]
        for (path, file) in files where !path.hasPrefix("acestep-5Hz") && path.contains("/") && !path.hasSuffix(".py") {
            expected.append("\(repository)/blobs/\(file.blobName) (\(file.bytes.count))")
            expected.append("\(repository)/snapshots/\(commitA)/\(path) -> ../../../blobs/\(file.blobName)")
            expected.append(".locks/\(repository)/\(file.blobName).lock (0)")
        }
        #expect(try workspace.tree() == expected.sorted())
        let reference = workspace.cache.appending(path: "\(repository)/refs/main")
        #expect(try String(contentsOf: reference, encoding: .utf8) == commitA)
    }

    private func tagSize() throws -> Int? {
        let text = try String(contentsOf: workspace.cache.appending(path: "CACHEDIR.TAG"), encoding: .utf8)
        #expect(text.hasPrefix("Signature: 8a477f597d28d172789f06886806bc55\n"))
        return text.utf8.count
    }

    @Test func contentsArrive() async throws {
        let model = try await pull()
        #expect(model.layout == .official)
        let weights = model.directory.appending(path: "model.safetensors")
        #expect(
            try Array(Data(contentsOf: weights)) == Checkpoints.unified()["acestep-v15-turbo/model.safetensors"]?.bytes)
        #expect(model.location.components["vae"]?.lastPathComponent == "vae")
        #expect(model.location.components["Qwen3-Embedding-0.6B"] != nil)
    }

    @Test func onlyNeededFilesAreTaken() async throws {
        _ = try await pull()
        for unwanted in ["README.md", ".gitattributes", "modeling_acestep.py", "acestep-5Hz-lm-1.7B/model.safetensors"]
        {
            #expect(hub.downloads(unwanted).isEmpty, "\(unwanted)")
        }
    }

    @Test func secondPullDownloadsNothing() async throws {
        _ = try await pull()
        let before = hub.server.requests.count { $0.path.contains("/resolve/") }
        let log = EventLog()
        _ = try await pull(log: log)
        #expect(hub.server.requests.count { $0.path.contains("/resolve/") } == before)
        #expect(log.plans.first?.fileCount == 0)
        #expect(log.plans.first?.presentFileCount == 9)
    }

    @Test func newCommitReusesEqualContents() async throws {
        _ = try await pull()
        var files = Checkpoints.unified()
        files["vae/config.json"] = FakeFile("{\"changed\":true}")
        hub.set(Checkpoints.unifiedID, commit: commitB, files)
        let log = EventLog()
        let model = try await pull(log: log)
        #expect(log.finishedFiles == ["vae/config.json"])
        #expect(model.directory.path.contains(commitB))
        // The other commit's snapshot is still whole.
        let locator = workspace.locator(try workspace.configuration())
        #expect(try await locator.resolve("turbo@\(commitA)").directory.path.contains(commitA))
    }

    @Test func otherModelsMoveAlongToANewCommit() async throws {
        _ = try await pull()
        _ = try await pull("lm-1.7b")
        var files = Checkpoints.unified()
        files["vae/config.json"] = FakeFile("{\"changed\":true}")
        hub.set(Checkpoints.unifiedID, commit: commitB, files)
        _ = try await pull("turbo")
        let locator = workspace.locator(try workspace.configuration())
        #expect(try await locator.resolve("lm-1.7b").directory.path.contains(commitB))
    }

    @Test func listingComesInPages() async throws {
        hub.setPageSize(2)
        _ = try await pull()
        #expect(hub.server.requests.count { $0.path.contains("/tree/") } > 5)
    }

    @Test func progressAddsUp() async throws {
        let log = EventLog()
        _ = try await pull(log: log)
        let plan = try #require(log.plans.first)
        let wanted = Checkpoints.unified().filter {
            $0.key.contains("/") && !$0.key.hasPrefix("acestep-5Hz") && !$0.key.hasSuffix(".py")
        }
        #expect(plan.fileCount == wanted.count)
        #expect(plan.totalBytes == wanted.values.reduce(0) { $0 + Int64($1.bytes.count) })
        #expect(plan.resumedBytes == 0)
        #expect(Set(log.finishedFiles) == Set(wanted.keys))
        #expect(log.progress.allSatisfy { $0.bytes <= $0.totalBytes && $0.fileBytes <= $0.fileTotalBytes })
    }

    @Test func truncatedFilesInTheCacheAreReplaced() async throws {
        let model = try await pull()
        let weights = model.directory.appending(path: "model.safetensors").resolvingSymlinksInPath()
        try Data([1, 2, 3]).write(to: weights)
        _ = try await pull()
        #expect(try Data(contentsOf: weights).count == 300_000)
    }

    @Test func pinnedRevision() async throws {
        _ = try await pull("turbo@\(commitA)")
        #expect(
            !FileManager.default.fileExists(
                atPath: workspace.cache.appending(path: "models--ACE-Step--Ace-Step1.5/refs/main").path))
        await #expect { _ = try await pull("turbo@v9") } throws: { error in
            (error as? MusicError)?.code == .modelNotFound
                && (error as? MusicError)?.message.contains("no such revision") == true
        }
    }

    @Test func severalFilesAtOnce() async throws {
        // No file is sent before four are asked for, which is as many as there may be.
        let gate = Gate(opensAt: 4)
        hub.meddle { request, _ in
            guard request.path.contains("/resolve/") else { return nil }
            gate.pass()
            return nil
        }
        _ = try await pull()
        #expect(gate.mostWaiting == 4)
    }

    @Test func withoutSymbolicLinks() async throws {
        let configuration = try workspace.configuration(hub: hub.address, extra: ["HF_HUB_DISABLE_SYMLINKS": "1"])
        let locator = workspace.locator(configuration)
        let model = try await locator.pull(["turbo"])[0]
        #expect(try workspace.tree().allSatisfy { !$0.contains("->") })
        #expect(try Data(contentsOf: model.directory.appending(path: "model.safetensors")).count == 300_000)
        _ = try await locator.pull(["turbo"])
        #expect(hub.downloads("model.safetensors").count == 2)
    }

    @Test func fullDiskIsSeenBefore() async throws {
        var configuration = try workspace.configuration(hub: hub.address)
        configuration.freeSpace = { _ in 1000 }
        let locator = workspace.locator(configuration)
        let error = await #expect(throws: MusicError.self) { _ = try await locator.pull(["turbo"]) }
        #expect(error?.code == .unwritableOutput)
        #expect(error?.message.contains("1.00 kB free") == true)
        #expect(error?.advice.contains("HF_HOME") == true)
        #expect(hub.downloads("model.safetensors").isEmpty)
    }

    @Test func unusableCacheFolder() async throws {
        try workspace.write("hub", "a file where the cache should be")
        let error = await #expect(throws: MusicError.self) { _ = try await pull() }
        #expect(error?.code == .unwritableOutput)
        #expect(error?.description.contains("HF_HUB_CACHE") == true)
    }

    @Test func eventsAsASequence() async throws {
        let downloader = ModelDownloader(configuration: try workspace.configuration(hub: hub.address))
        let id = try #require(RepositoryID(Checkpoints.unifiedID))
        var finished: [String] = []
        for try await event in downloader.events(of: [DownloadItem(repository: id, folders: ["vae"])]) {
            if case .finishedFile(let path, _) = event { finished.append(path) }
        }
        #expect(Set(finished) == ["vae/config.json", "vae/diffusion_pytorch_model.safetensors"])
    }
}
