import Foundation
import ModelHub
import MusicCore
import Testing

/// What users read when a site says no.
@Suite struct RefusalTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
    }

    private func error(
        pulling name: String, hub: String, token: String? = nil
    ) async throws -> MusicError {
        var configuration = try workspace.configuration(hub: hub, token: token)
        configuration.retries.maximumAttempts = 1
        let locator = workspace.locator(configuration)
        return try #require(await #expect(throws: MusicError.self) { _ = try await locator.pull([name]) })
    }

    private func error(
        status: Int, _ headers: [String: String] = [:], pulling name: String = "org/model", token: String? = nil
    ) async throws -> MusicError {
        let server = try TestServer { _ in .status(status, headers, "{\"error\":\"no\"}") }
        defer { server.stop() }
        return try await error(pulling: name, hub: server.address, token: token)
    }

    @Test func gatedWithoutToken() async throws {
        let error = try await error(status: 401, ["X-Error-Code": "GatedRepo"])
        #expect(error.code == .network)
        #expect(error.message.contains("terms"))
        #expect(error.advice.contains("HF_TOKEN") && error.advice.contains("/org/model"))
    }

    @Test func gatedWithToken() async throws {
        let error = try await error(status: 403, ["X-Error-Code": "GatedRepo"], token: "hf_x")
        #expect(error.advice.contains("account of your token"))
        #expect(!error.description.contains("hf_x"))
    }

    @Test func hiddenOrAbsent() async throws {
        let error = try await error(status: 401, ["X-Error-Code": "RepoNotFound"], pulling: "ACE-Step/acestep-v15-turb")
        #expect(error.code == .modelNotFound)
        #expect(error.description.contains("; did you mean turbo"))
        #expect(error.advice.contains("HF_TOKEN"))
    }

    @Test func absent() async throws {
        let error = try await error(status: 404, ["X-Error-Code": "RepoNotFound"], pulling: "ACE-Step/acestep-v15-sff")
        #expect(error.code == .modelNotFound)
        #expect(error.description.contains("did you mean sft"))
    }

    @Test func absentFile() async throws {
        let hub = try FakeHub(["org/model": .init(commit: commitA, files: Checkpoints.ditFiles())])
        hub.meddle { request, _ in
            request.path.hasSuffix("/model.safetensors") ? .status(404, ["X-Error-Code": "EntryNotFound"]) : nil
        }
        let error = try await error(pulling: "org/model", hub: hub.address)
        #expect(error.message.contains("model.safetensors of org/model"))
        #expect(error.message.contains("no such file"))
    }

    @Test func rateLimited() async throws {
        let error = try await error(status: 429)
        #expect(error.code == .network)
        #expect(error.advice.contains("HF_TOKEN"))
    }

    @Test func faultOfTheSite() async throws {
        let error = try await error(status: 503)
        #expect(error.message.contains("503"))
    }

    @Test func otherStatus() async throws {
        let error = try await error(status: 418)
        #expect(error.message.contains("418"))
    }

    @Test func noServer() async throws {
        let error = try await error(pulling: "org/model", hub: "http://127.0.0.1:1")
        #expect(error.code == .network)
        #expect(error.message.contains("no connection to 127.0.0.1"))
        #expect(error.advice.contains("HTTPS_PROXY"))
    }

    @Test func noSuchHost() async throws {
        let error = try await error(pulling: "org/model", hub: "http://hub.invalid")
        #expect(error.message.contains("hub.invalid"))
        #expect(error.code == .network)
    }

    @Test func noTLSWhereItIsExpected() async throws {
        let server = try TestServer { _ in .status(200) }
        defer { server.stop() }
        let error = try await error(
            pulling: "org/model", hub: server.address.replacingOccurrences(of: "http:", with: "https:"))
        #expect(error.code == .network)
    }

    @Test func pageInPlaceOfJSON() async throws {
        let server = try TestServer { _ in TestServer.Response(body: Array("<html>hotel network</html>".utf8)) }
        defer { server.stop() }
        let error = try await error(pulling: "org/model", hub: server.address)
        #expect(error.advice.contains("login page"))
    }

    @Test func nothingThatAModelNeeds() async throws {
        let hub = try FakeHub(["org/model": .init(commit: commitA, files: ["README.md": FakeFile("hi")])])
        let error = try await error(pulling: "org/model", hub: hub.address)
        #expect(error.code == .modelNotFound)
        #expect(error.message.contains("no weights"))
    }

    @Test func everyErrorIsOneLine() async throws {
        for status in [400, 401, 403, 404, 407, 416, 429, 500] {
            let text = try await error(status: status).description
            #expect(!text.contains("\n") && text.count < 500)
        }
    }
}
