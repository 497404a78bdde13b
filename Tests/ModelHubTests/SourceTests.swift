import Foundation
import ModelHub
import MusicCore
import Testing

/// ModelScope, and one site standing in for the other.
@Suite struct SourceTests {
    private let workspace: Workspace
    private let hub: FakeHub
    private let mirror: FakeHub
    private let downSite: DownSite

    init() throws {
        downSite = try DownSite()
        workspace = try Workspace()
        hub = try FakeHub([Checkpoints.unifiedID: .init(commit: commitA, files: Checkpoints.unified())])
        mirror = try FakeHub([
            Checkpoints.unifiedID: .init(commit: commitB, files: Checkpoints.unified()),
            "org/model": .init(commit: commitB, files: Checkpoints.ditFiles()),
        ])
    }

    /// - Parameter down: the sites that nobody answers at.
    private func configuration(
        source: String = "auto", down: Set<HubSourceName> = []
    ) throws -> HubConfiguration {
        try workspace.configuration(
            hub: down.contains(.huggingFace) ? downSite.address : hub.address,
            modelScope: down.contains(.modelScope) ? downSite.address : mirror.address,
            extra: ["ACESTEP_DOWNLOAD_SOURCE": source])
    }

    private func pull(_ configuration: HubConfiguration, _ name: String = "turbo", log: EventLog = EventLog())
        async throws
    {
        _ = try await workspace.locator(configuration).pull([name]) { log.record($0) }
    }

    @Test func modelScopeFillsTheSameCache() async throws {
        try await pull(try configuration(source: "modelscope"))
        #expect(hub.server.requests.isEmpty)
        let tree = try workspace.tree()
        let repository = "models--ACE-Step--Ace-Step1.5"
        for (path, file) in Checkpoints.unified() where path.hasPrefix("vae/") || path.hasPrefix("Qwen3") {
            #expect(tree.contains("\(repository)/snapshots/\(commitB)/\(path) -> ../../../blobs/\(file.blobName)"))
            #expect(tree.contains("\(repository)/blobs/\(file.blobName) (\(file.bytes.count))"))
        }
        for reference in ["main", "modelscope/master"] {
            let url = workspace.cache.appending(path: "\(repository)/refs/\(reference)")
            #expect(try String(contentsOf: url, encoding: .utf8) == commitB)
        }
        // Contents are the same on both sites: nothing is downloaded twice but the other commit's links.
        let log = EventLog()
        try await pull(try configuration(source: "huggingface"), log: log)
        #expect(log.plans.first?.fileCount == 0)
    }

    @Test func modelScopeLeavesTheReferenceOfHuggingFaceAlone() async throws {
        try await pull(try configuration(source: "huggingface"))
        try await pull(try configuration(source: "modelscope"))
        let main = workspace.cache.appending(path: "models--ACE-Step--Ace-Step1.5/refs/main")
        #expect(try String(contentsOf: main, encoding: .utf8) == commitA)
    }

    @Test func modelScopeWithoutACommit() async throws {
        mirror.meddle { request, response in
            guard request.path.hasSuffix("/repo/files") else { return nil }
            let text = String(decoding: response.body, as: UTF8.self)
                .replacingOccurrences(of: "\"ShortId\":\"\(commitB.prefix(8))\"", with: "\"ShortId\":\"\"")
            return .json(text)
        }
        try await pull(try configuration(source: "modelscope"))
        let downloads = mirror.server.requests.filter { $0.path.hasSuffix("/repo") }
        #expect(downloads.count == 9)
        #expect(downloads.allSatisfy { $0.query["Revision"] == "master" })
        let model = try await workspace.locator(try workspace.configuration()).resolve("turbo")
        #expect(!model.directory.path.contains(commitB))
    }

    @Test func unknownRevisionOnModelScope() async throws {
        let error = await #expect(throws: MusicError.self) {
            try await pull(try configuration(source: "modelscope"), "turbo@v7")
        }
        #expect(error?.code == .modelNotFound)
        #expect(error?.message.contains("no revision 'v7'") == true)
    }

    @Test func modelScopeContentsAreChecked() async throws {
        mirror.meddle { request, response in
            guard request.query["FilePath"] == "vae/config.json" else { return nil }
            var response = response
            response.body[1] = 0x78
            return response
        }
        let error = await #expect(throws: MusicError.self) { try await pull(try configuration(source: "modelscope")) }
        #expect(error?.message.contains("SHA-256") == true)
    }

    @Test func theOtherSiteStepsIn() async throws {
        let log = EventLog()
        try await pull(try configuration(down: [.huggingFace]), log: log)
        #expect(log.notices.contains { $0.contains("trying ModelScope instead") })
        _ = try await workspace.locator(try workspace.configuration()).resolve("turbo")
    }

    @Test func theOtherSiteStepsInBothWays() async throws {
        let log = EventLog()
        try await pull(try configuration(source: "modelscope", down: [.modelScope]), log: log)
        #expect(log.notices.contains { $0.contains("trying Hugging Face instead") })
    }

    @Test func theOtherSiteGoesOnInTheMiddle() async throws {
        hub.meddle { request, response in
            guard request.path.hasSuffix("turbo/model.safetensors") else { return nil }
            guard request.rangeStart == nil else { return .status(503) }
            var response = response
            response.dropAfter = 100_000
            return response
        }
        let log = EventLog()
        try await pull(try configuration(), log: log)
        #expect(log.notices.contains { $0.contains("going on with ModelScope") })
        let resumed = mirror.server.requests.filter { $0.query["FilePath"] == "acestep-v15-turbo/model.safetensors" }
        #expect(resumed.map(\.rangeStart) == [100_000])
        #expect(log.progress.allSatisfy { $0.bytes <= $0.totalBytes })
        _ = try await workspace.locator(try workspace.configuration()).resolve("turbo")
    }

    @Test func bothSitesAreDown() async throws {
        let log = EventLog()
        let error = await #expect(throws: MusicError.self) {
            try await pull(try configuration(down: [.huggingFace, .modelScope]), log: log)
        }
        #expect(error?.code == .network)
        #expect(error?.message.contains("ModelScope") == true)
        #expect(log.notices.contains { $0.contains("Hugging Face") })
        // Both were tried.
        #expect(error?.advice.contains("VIVACE_DOWNLOAD_SOURCE") == false, "\(error?.advice ?? "")")
    }

    @Test func theOtherSiteIsNoAdviceForStrangersNames() async throws {
        let error = await #expect(throws: MusicError.self) {
            try await pull(try configuration(down: [.huggingFace]), "org/model")
        }
        #expect(error?.code == .network)
        #expect(error?.advice.contains("VIVACE_DOWNLOAD_SOURCE") == false, "\(error?.advice ?? "")")
    }

    @Test func bothSitesFailInTheMiddle() async throws {
        for site in [hub, mirror] {
            site.meddle { request, _ in
                request.path.hasSuffix("turbo/model.safetensors")
                    || request.query["FilePath"] == "acestep-v15-turbo/model.safetensors" ? .status(503) : nil
            }
        }
        let error = await #expect(throws: MusicError.self) { try await pull(try configuration()) }
        #expect(error?.message.contains("503") == true && error?.message.contains("ModelScope") == true)
        #expect(error?.advice == "try again later")
    }

    @Test func strangersNamesStayOnTheirSite() async throws {
        // The same name on another site may be somebody else's.
        let error = await #expect(throws: MusicError.self) { try await pull(try configuration(), "org/model") }
        #expect(error?.code == .modelNotFound)
        await #expect(throws: MusicError.self) {
            try await pull(try configuration(down: [.huggingFace]), "org/model")
        }
        #expect(mirror.server.requests.isEmpty)
    }

    @Test func pinnedRevisionsStayOnTheirSite() async throws {
        await #expect(throws: MusicError.self) {
            try await pull(try configuration(down: [.huggingFace]), "turbo@\(commitA)")
        }
        #expect(mirror.server.requests.isEmpty)
    }

    @Test func missingRepositoriesAreNoReasonToGoElsewhere() async throws {
        let empty = try FakeHub()
        let configuration = try workspace.configuration(hub: empty.address, modelScope: mirror.address)
        let error = await #expect(throws: MusicError.self) { try await pull(configuration) }
        #expect(error?.code == .modelNotFound)
        #expect(mirror.server.requests.isEmpty)
    }
}
