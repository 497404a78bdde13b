import Foundation
import ModelHub
import MusicCore
import Synchronization
import Testing

/// Listing, verifying and removing.
@Suite struct ManagementTests {
    private let workspace: Workspace
    private let hub: FakeHub
    private let locator: ModelLocator

    init() throws {
        workspace = try Workspace()
        hub = try FakeHub([
            Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified()),
            "ACE-Step/acestep-v15-base": .init(
                commit: commitB, files: Checkpoints.ditFiles(weights: .large(40_000, seed: 21))),
            "someone/tuned": .init(commit: commitB, files: Checkpoints.ditFiles(weights: .large(30_000, seed: 22))),
        ])
        locator = workspace.locator(try workspace.configuration(hub: hub.address))
    }

    private func bytes(_ keep: (String) -> Bool, of files: [String: FakeFile] = Checkpoints.unified()) -> Int64 {
        var blobs: [String: Int] = [:]
        for (path, file) in files where keep(path) && !path.hasSuffix(".py") { blobs[file.blobName] = file.bytes.count }
        return Int64(blobs.values.reduce(0, +))
    }

    // MARK: - List

    @Test func listOfAnEmptyCache() throws {
        let inventory = try locator.inventory()
        #expect(inventory.cachedBytes == 0)
        #expect(inventory.models.allSatisfy { $0.status == .absent && $0.diskBytes == 0 && $0.origin == .official })
        #expect(inventory.models.map(\.name).contains("turbo"))
    }

    @Test func listOfWhatIsHere() async throws {
        try await locator.pull(["turbo", "someone/tuned"])
        let inventory = try locator.inventory()
        let turbo = try #require(inventory.models.first { $0.name == "turbo" })
        #expect(turbo.status == .installed)
        let expected = bytes { $0.contains("/") && !$0.hasPrefix("acestep-5Hz") }
        #expect(turbo.diskBytes == expected)
        #expect(turbo.directories.keys.sorted() == ["dit", "text_encoder", "vae"])
        #expect(inventory.models.first { $0.name == "base" }?.status == .absent)
        let tuned = try #require(inventory.models.first { $0.name == "someone/tuned" })
        #expect(tuned.origin == .cache && tuned.status == .installed && tuned.kind == "dit")
        #expect(tuned.purpose == .music && tuned.directory?.hasSuffix(commitB) == true)
        let text = String(decoding: try JSONEncoder().encode(inventory), as: UTF8.self)
        #expect(text.contains("\"cache_directory\"") && text.contains("\"disk_bytes\""))
        #expect(try JSONDecoder().decode(ModelInventory.self, from: Data(text.utf8)) == inventory)
    }

    @Test func partlyHere() async throws {
        try await locator.pull(["turbo"])
        let vae = workspace.cache.appending(path: "models--ACE-Step--Ace-Step1.5/snapshots/\(commitA)/vae")
        try FileManager.default.removeItem(at: vae)
        #expect(try locator.inventory().models.first { $0.name == "turbo" }?.status == .partial)
    }

    @Test func otherPeoplesModelsAreNotListed() throws {
        let folder = "hub/models--google--bert/snapshots/\(commitA)"
        try workspace.write("\(folder)/config.json", "{\"model_type\":\"bert\"}")
        try workspace.write("hub/models--google--bert/refs/main", commitA)
        try workspace.write("hub/models--black--flux/snapshots/\(commitA)/model_index.json")
        #expect(try locator.inventory().models.allSatisfy { $0.origin == .official })
    }

    // MARK: - Verify

    @Test func intactModel() async throws {
        try await locator.pull(["turbo"])
        let progress = Mutex((last: Int64(0), total: Int64(0)))
        let report = try await locator.verify("turbo") { bytes, total in progress.withLock { $0 = (bytes, total) } }
        #expect(report.isIntact)
        #expect(report.files.count == 9)
        #expect(report.files.allSatisfy { $0.outcome == .intact && $0.actual == nil })
        let (last, total) = progress.withLock { $0 }
        #expect(last == total && total == report.files.reduce(0) { $0 + $1.bytes })
    }

    @Test func everyDamagedFileIsReportedAndRepaired() async throws {
        let model = try await locator.pull(["turbo"])[0]
        let weights = model.directory.appending(path: "model.safetensors")
        let configuration = try #require(model.directories[.vae]).appending(path: "config.json")
        for url in [weights, configuration] {
            var data = try Data(contentsOf: url)
            data[0] ^= 1
            try data.write(to: url.resolvingSymlinksInPath())
        }
        let report = try await locator.verify("turbo")
        #expect(!report.isIntact)
        let damaged = report.files.filter { $0.outcome == .damaged }
        #expect(Set(damaged.map(\.path)) == [weights.path, configuration.path])
        #expect(damaged.allSatisfy { $0.expected != $0.actual && $0.actual != nil })

        #expect(try locator.discardDamaged(report) == [])
        let missing = try await locator.verify("turbo")
        #expect(missing.files.count { $0.outcome == .missing } >= 2)
        try await locator.pull(["turbo"])
        #expect(try await locator.verify("turbo").isIntact)
    }

    @Test func missingFilesAreReported() async throws {
        try await locator.pull(["turbo"])
        let repository = workspace.cache.appending(path: "models--ACE-Step--Ace-Step1.5")
        try FileManager.default.removeItem(
            at: repository.appending(path: "snapshots/\(commitA)/vae/diffusion_pytorch_model.safetensors"))
        let report = try await locator.verify("turbo")
        #expect(
            report.files.filter { $0.outcome == .missing }.map(\.path)
                == ["ACE-Step/Ace-Step1.5/vae/diffusion_pytorch_model.safetensors"])
    }

    @Test func folderWithNotesOfThePythonLibrary() async throws {
        let weights = FakeFile.large(1000, seed: 31)
        let folder = "checkpoints/acestep-v15-turbo"
        try workspace.write("\(folder)/config.json", Checkpoints.dit)
        let file = try workspace.write("\(folder)/model.safetensors")
        try Data(weights.bytes).write(to: file)
        try workspace.write(
            "checkpoints/.cache/huggingface/download/acestep-v15-turbo/model.safetensors.metadata",
            "\(commitA)\n\(weights.sha256)\n1700000000.0\n")
        for (path, text) in [
            "vae/config.json": "{}", "vae/diffusion_pytorch_model.safetensors": "x",
            "Qwen3-Embedding-0.6B/config.json": "{}", "Qwen3-Embedding-0.6B/model.safetensors": "x",
            "Qwen3-Embedding-0.6B/tokenizer.json": "{}",
        ] {
            try workspace.write("checkpoints/\(path)", text)
        }
        let name = workspace.root.appending(path: "checkpoints").path
        var report = try await locator.verify(name)
        #expect(report.isIntact)
        #expect(report.files.filter { $0.outcome == .intact }.map(\.path) == [file.path])
        #expect(report.files.count { $0.outcome == .unrecorded } == 6)
        try Data(weights.bytes.reversed()).write(to: file)
        report = try await locator.verify(name)
        #expect(report.files.filter { $0.outcome == .damaged }.map(\.path) == [file.path])
        // What is not in the cache is the user's: it is not removed.
        #expect(try locator.discardDamaged(report) == [file.path])
        #expect(FileManager.default.fileExists(atPath: file.path))
    }

    @Test func nothingToVerify() async throws {
        let error = await #expect(throws: MusicError.self) { _ = try await locator.verify("turbo") }
        #expect(error?.code == .modelNotFound)
        #expect(error?.suggestion == .install(models: ["turbo"], bytes: 6_334_000_000))
    }

    // MARK: - Remove

    @Test func removalLeavesNothing() async throws {
        try await locator.pull(["turbo"])
        let plan = try locator.removal(of: "turbo")
        let before = try regularBytes()
        let freed = try locator.remove(plan)
        #expect(freed == plan.freedBytes)
        #expect(freed == before)
        #expect(try workspace.tree().map { $0.prefix { $0 != " " } } == ["CACHEDIR.TAG"])
    }

    /// Bytes of ordinary files of the repositories in the cache.
    private func regularBytes() throws -> Int64 {
        try workspace.tree().filter { $0.hasPrefix("models--") && !$0.contains("->") }.reduce(0) { total, line in
            total + (Int64(line.split(separator: " ").last?.dropFirst().dropLast() ?? "") ?? 0)
        }
    }

    @Test func sharedPartsStay() async throws {
        try await locator.pull(["turbo", "base"])
        let plan = try locator.removal(of: "turbo")
        #expect(plan.kept == ["vae": ["base"], "Qwen3-Embedding-0.6B": ["base"]])
        #expect(plan.removed == ["ACE-Step/Ace-Step1.5/acestep-v15-turbo"])
        #expect(plan.freedBytes == bytes { $0.hasPrefix("acestep-v15-turbo/") })
        try locator.remove(plan)
        _ = try await locator.resolve("base")
        #expect(try await locator.verify("base").isIntact)
        await #expect(throws: MusicError.self) { _ = try await locator.resolve("turbo") }
        // With the last user, the shared parts go too.
        let last = try locator.removal(of: "base")
        #expect(last.kept.isEmpty)
        try locator.remove(last)
        #expect(try regularBytes() == 0)
    }

    @Test func strangersNeedSharedPartsToo() async throws {
        try await locator.pull(["turbo", "someone/tuned"])
        #expect(try locator.removal(of: "turbo").kept["vae"] == ["someone/tuned"])
        try locator.remove(try locator.removal(of: "turbo"))
        _ = try await locator.resolve("someone/tuned")
        try locator.remove(try locator.removal(of: "someone/tuned"))
        #expect(!FileManager.default.fileExists(atPath: workspace.cache.appending(path: "models--someone--tuned").path))
    }

    @Test func contentsOfAnotherRevisionStay() async throws {
        try await locator.pull(["turbo"])
        var files = Checkpoints.unified()
        files["acestep-v15-turbo/model.safetensors"] = .large(300_000, seed: 99)
        hub.set(Checkpoints.unifiedID, commit: commitB, files)
        try await locator.pull(["turbo"])
        let plan = try locator.removal(of: "turbo@\(commitA)")
        #expect(plan.freedBytes >= 300_000 && plan.freedBytes < 310_000)
        try locator.remove(plan)
        #expect(try await locator.resolve("turbo").directory.path.contains(commitB))
        #expect(try await locator.verify("turbo").isIntact)
    }

    @Test func otherModelsOfTheRepositoryStay() async throws {
        try await locator.pull(["turbo", "lm-1.7b"])
        try locator.remove(try locator.removal(of: "turbo"))
        _ = try await locator.resolve("lm-1.7b")
        #expect(try await locator.verify("lm-1.7b").isIntact)
        #expect(try !workspace.tree().contains { $0.contains("acestep-v15-turbo") || $0.contains("/vae/") })
    }

    @Test func interruptedDownloadsGo() async throws {
        hub.meddle { request, response in
            request.path.hasSuffix("turbo/model.safetensors") ? .status(403) : nil
        }
        let partial = "hub/models--ACE-Step--Ace-Step1.5/blobs/\(String(repeating: "1", count: 64)).incomplete"
        try workspace.write(partial, String(repeating: "x", count: 5000))
        await #expect(throws: MusicError.self) { _ = try await locator.pull(["turbo"]) }
        let plan = try locator.removal(of: "turbo")
        #expect(plan.freedBytes >= 5000)
        try locator.remove(plan)
        #expect(try regularBytes() == 0)
    }

    @Test func downloadInProgressIsLeftAlone() async throws {
        try await locator.pull(["turbo"])
        let lock = workspace.cache.appending(
            path: ".locks/models--ACE-Step--Ace-Step1.5/\(String(repeating: "1", count: 64)).lock")
        let descriptor = open(lock.path, O_RDWR | O_CREAT, 0o644)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let error = #expect(throws: MusicError.self) { _ = try locator.removal(of: "turbo") }
        #expect(error?.message.contains("being downloaded") == true)
    }

    @Test func foldersOfTheUserAreNotRemoved() throws {
        try workspace.write("mine/model_index.json")
        let error = #expect(throws: MusicError.self) {
            _ = try locator.removal(of: workspace.root.appending(path: "mine").path)
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test func nothingToRemove() throws {
        let error = #expect(throws: MusicError.self) { _ = try locator.removal(of: "turbo") }
        #expect(error?.code == .modelNotFound)
    }

    @Test func storeSharedBetweenRepositories() async throws {
        try await locator.pull(["turbo"])
        // What newer versions of the Python library make of a large file: a link into a store, with a list of links.
        let file = try #require(Checkpoints.unified()["acestep-v15-turbo/model.safetensors"])
        let name = String(repeating: "c", count: 64)
        let blob = workspace.cache.appending(path: "models--ACE-Step--Ace-Step1.5/blobs/\(file.sha256)")
        let stored = try workspace.write("hub/blobs/cc/\(name)")
        try FileManager.default.removeItem(at: stored)
        try FileManager.default.moveItem(at: blob, to: stored)
        try FileManager.default.createSymbolicLink(atPath: blob.path, withDestinationPath: "../../blobs/cc/\(name)")
        try workspace.write("hub/blobs/.huggingface-shared-blobs", "1\n")
        let own = "models--ACE-Step--Ace-Step1.5/blobs/\(file.sha256)"
        let other = "models--other--model/blobs/\(file.sha256)"

        #expect(try await locator.verify("turbo").isIntact)
        // Another repository needs it: it stays, and does not count.
        try workspace.write("hub/blobs/cc/\(name).refs", "\(own)\n\(other)\n")
        let link = try workspace.write("hub/\(other)")
        try FileManager.default.removeItem(at: link)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "../../blobs/cc/\(name)")
        let shared = try locator.removal(of: "turbo").freedBytes
        // Nobody else needs it: it goes.
        try FileManager.default.removeItem(at: link)
        let plan = try locator.removal(of: "turbo")
        #expect(plan.freedBytes == shared + 300_000)
        #expect(try locator.remove(plan) == plan.freedBytes)
        #expect(!FileManager.default.fileExists(atPath: stored.path))
    }
}
