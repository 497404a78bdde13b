import Foundation
import LoopbackClient
import ModelHub
import MusicCore
import MusicEngine
import Testing
import Vivace
import VivaceServer

/// Downloads of models over HTTP, from a hub on this machine.
@Suite(.timeLimit(.minutes(10))) struct PullRouteTests {
    private static let weights = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })

    /// The unified repository, small.
    private static var files: [String: Data] {
        func json(_ text: String) -> Data { Data(text.utf8) }
        return [
            "acestep-v15-turbo/config.json": json(#"{"model_type":"acestep","is_turbo":true}"#),
            "acestep-v15-turbo/model.safetensors": weights,
            "acestep-v15-turbo/silence_latent.pt": Data(weights.prefix(2000)),
            "vae/config.json": json(#"{"_class_name":"AutoencoderOobleck"}"#),
            "vae/diffusion_pytorch_model.safetensors": Data(weights.prefix(5000)),
            "Qwen3-Embedding-0.6B/config.json": json(#"{"model_type":"qwen3"}"#),
            "Qwen3-Embedding-0.6B/model.safetensors": Data(weights.prefix(7000)),
            "Qwen3-Embedding-0.6B/tokenizer.json": Data(weights.prefix(3000)),
        ]
    }

    /// Runs a test on a server whose hub is on this machine.
    private func run(
        _ settings: ServerSettings = ServerSettings(port: 0), free: Int64? = nil, in folder: Folder? = nil,
        _ test: (TestServer, LoopbackHub) async throws -> Void
    ) async throws {
        let folder = if let folder { folder } else { try Folder() }
        let hub = try LoopbackHub("ACE-Step/Ace-Step1.5", Self.files)
        defer { hub.end() }
        let environment = [
            "HOME": folder.url.path, "HF_HOME": folder["hf"].path, "HF_ENDPOINT": "http://127.0.0.1:\(hub.port)",
            "MODELSCOPE_ENDPOINT": "http://127.0.0.1:9",
        ]
        let catalog = ModelCatalog(Engine.standardFamilies.map(\.catalog))
        let locator = { @Sendable in
            let plain = try ModelLocator(catalog: catalog, environment: environment)
            var configuration = plain.configuration
            if let free { configuration.freeSpace = { _ in free } }
            return plain.with(configuration)
        }
        try await TestServer.run(settings, locator: locator) { try await test($0, hub) }
    }

    /// Bytes of all files below a folder.
    private static func bytes(below folder: URL) -> Int {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.fileSizeKey])
        return files?.compactMap { try? ($0 as? URL)?.resourceValues(forKeys: [.fileSizeKey]).fileSize }
            .reduce(0, +) ?? 0
    }

    private func entry(_ server: TestServer, _ name: String = "turbo") async throws -> JSONValue {
        try await server.client.get("/v1/models/catalog").json["models"].list.first { $0["name"] == .text(name) }
            ?? .null
    }

    private func events(_ server: TestServer) async throws -> [(name: String, pull: JSONValue)] {
        var events: [(String, JSONValue)] = []
        for try await block in server.client.events("GET", "/v1/models/turbo/pull/events") {
            guard !block.hasPrefix(":") else { continue }
            let lines = block.split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("event: ") && lines[1].hasPrefix("data: "))
            events.append(
                (String(lines[0].dropFirst(7)), try JSONText.read(Data(lines[1].dropFirst(6).utf8), what: "x")))
        }
        return events
    }

    @Test func aModelIsDownloadedToItsEnd() async throws {
        try await run { server, _ async throws in
            let before = try await entry(server)
            #expect(before["status"] == "absent" && before["pull"] == .null && before["is_recommended"] == true)
            #expect(before["licence"].plainText.contains("MIT") && before["memory_bytes"].numberValue ?? 0 > 1e9)
            #expect(before["missing_bytes"] == before["download_bytes"])
            let client = server.client
            #expect(try await client.get("/v1/models/turbo/pull").status == 404)
            let begun = try await client.post("/v1/models/acestep-v15-turbo/pull", .object([:]))
            #expect([200, 202].contains(begun.status) && begun.json["model"] == "turbo", "\(begun.text)")
            let total = Self.files.values.reduce(0) { $0 + $1.count }
            #expect(begun.json["files"] == 8 && begun.json["total_bytes"] == .integer(Int64(total)))
            let last = try #require(try await events(server).last)
            #expect(last.name == "finished" && last.pull["state"] == "succeeded" && last.pull["files_done"] == 8)
            #expect(last.pull["bytes"] == .integer(Int64(total)) && last.pull["error"] == .null)
            let after = try await entry(server)
            #expect(after["status"] == "installed" && after["missing_bytes"] == 0)
            // Once more: everything is here.
            let again = try await client.post("/v1/models/turbo/pull", .object([:]))
            #expect(again.json["files"] == 0 && !again.text.contains("/tmp"))
        }
    }

    @Test func aDownloadThatIsStoppedGoesOnWhereItWas() async throws {
        let folder = try Folder()
        try await run(in: folder) { server, hub async throws in
            hub.hold(after: 100_000)
            let client = server.client
            let begun = try await client.post("/v1/models/turbo/pull", .object([:]))
            #expect(begun.status == 202 && begun.json["state"] == "downloading")
            // Another who asks gets the same one.
            #expect(try await client.post("/v1/models/turbo/pull", .object([:])).status == 202)
            // Progress is told now and then; what counts is what lies on the disk.
            while Self.bytes(below: folder["hf"]) < 100_000 { try await Task.sleep(for: .milliseconds(5)) }
            let stopped = try await client.send("DELETE", "/v1/models/turbo/pull")
            #expect(stopped.status == 200 && stopped.json["state"] == "stopped")
            #expect(try await events(server).map(\.name) == ["cancelled"])
            #expect(try await entry(server)["status"] != "installed")
            hub.release()
            let next = try await client.post("/v1/models/turbo/pull", .object([:]))
            #expect(next.json["resumed_bytes"].numberValue ?? 0 >= 80_000)
            #expect(try await events(server).last?.name == "finished")
            let begins = hub.begins(of: "acestep-v15-turbo/model.safetensors")
            #expect(begins.first == 0 && begins.last ?? 0 >= 80_000, "\(begins)")
        }
    }

    @Test func aDiskThatIsTooSmallIsSaid() async throws {
        try await run(free: 1 << 20) { server, hub async throws in
            let reply = try await server.client.post("/v1/models/turbo/pull", .object([:]))
            #expect(reply.status == 507, "\(reply.text)")
            #expect(reply.json["error"]["message"].plainText.contains("1.05 MB free"), "\(reply.text)")
            #expect(hub.begins(of: "acestep-v15-turbo/model.safetensors").isEmpty)
            #expect(try await server.client.get("/v1/models/turbo/pull").json["state"] == "failed")
        }
    }

    @Test func onlyNamesOfTheCatalogAndOnlyForWhoLoadsModels() async throws {
        var settings = ServerSettings(port: 0, keys: AccessKeys(single: "s3cret"))
        settings.keys.add("maker", .init("maker", scopes: [.read, .generate]))
        try await run(settings) { server, _ async throws in
            let (maker, all) = (["x-api-key": "maker"], ["x-api-key": "s3cret"])
            let client = server.client
            #expect(try await client.get("/v1/models/catalog", maker).status == 200)
            #expect(try await client.post("/v1/models/turbo/pull", .object([:]), maker).status == 403)
            #expect(try await client.send("DELETE", "/v1/models/turbo/pull", maker).status == 403)
            for name in ["nothing", "someone%20else", "builtin", "ACE-Step"] {
                #expect(try await client.post("/v1/models/\(name)/pull", .object([:]), all).status == 404, "\(name)")
            }
            #expect(try await client.post("/v1/models/turbo/pull", .object(["now": true]), all).status == 422)
            #expect(try await client.send("DELETE", "/v1/models/turbo/pull", all).status == 404)
        }
        try await TestServer.run { server async throws in
            #expect(try await server.client.get("/v1/models/catalog").json["models"].list.isEmpty)
            #expect(try await server.client.post("/v1/models/turbo/pull", .object([:])).status == 404)
        }
    }
}
