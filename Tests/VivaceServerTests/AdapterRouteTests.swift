import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// Adapters by their names in the server's folder: loaded for later jobs, and named by jobs themselves.
struct AdapterRouteTests {
    /// A LoRA of zeros for one module of the built-in model.
    private static func lora(columns: Int = 272) -> Data {
        let module = "base_model.model.layers.1.self_attn.q_proj"
        let (down, up) = (2 * columns * 4, 192 * 2 * 4)
        let header =
            #"{"\#(module).lora_A.weight":{"dtype":"F32","shape":[2,\#(columns)],"data_offsets":[0,\#(down)]},"#
            + #""\#(module).lora_B.weight":{"dtype":"F32","shape":[192,2],"data_offsets":[\#(down),\#(down + up)]}}"#
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        return Data(length) + Data(header.utf8) + Data(count: down + up)
    }

    /// A folder with `voice.safetensors`, the folder `band`, and one that fits nothing.
    private static func folder() throws -> Folder {
        let folder = try Folder()
        try lora().write(to: folder["voice.safetensors"])
        try FileManager.default.createDirectory(at: folder["band"], withIntermediateDirectories: true)
        try lora().write(to: folder["band/adapter_model.safetensors"])
        try Data(#"{"r": 2, "lora_alpha": 4}"#.utf8).write(to: folder["band/adapter_config.json"])
        try lora(columns: 5).write(to: folder["large.safetensors"])
        try Data("x".utf8).write(to: folder["notes.txt"])
        return folder
    }

    private static func run(
        _ settings: ServerSettings = ServerSettings(port: 0), _ test: (TestServer, Folder) async throws -> Void
    ) async throws {
        let folder = try folder()
        try await TestServer.run(settings, adapters: folder.url) { try await test($0, folder) }
    }

    /// The adapters with which the last job was done.
    private static func used(_ server: TestServer) async -> JSONValue {
        await server.runner.tasks.last?.request.document["adapters"] ?? .null
    }

    private static func text(_ value: JSONValue) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        #expect(text.contains("voice"))
        return text
    }

    private static func use(_ path: String, _ scale: Double) -> JSONValue {
        [.object(["path": .text(path), "scale": .number(scale)])]
    }

    @Test func whatIsInstalledIsListed() async throws {
        try await Self.run { server, _ async throws in
            let names: JSONValue = ["band", "large.safetensors", "voice.safetensors"]
            #expect(try await server.client.get("/v1/capabilities").json["adapters"] == names)
            #expect(try await server.client.get("/v1/lora/status").json["data"]["available"] == names)
        }
        try await TestServer.run { server async throws in
            #expect(try await server.client.get("/v1/capabilities").json["adapters"] == [])
            let reply = try await server.client.post("/v1/lora/load", .object(["lora_path": "voice"]))
            #expect(reply.status == 400 && reply.json["detail"].plainText.contains("No folder of adapters"))
        }
    }

    @Test func loadedAdaptersCountForLaterJobs() async throws {
        try await Self.run { server, folder async throws in
            _ = try await server.song(.object(["prompt": "x", "batch_size": .integer(1)]))
            #expect(await Self.used(server) == .null)

            let loaded = try await server.client.post("/v1/lora/load", .object(["lora_path": "voice"]))
            #expect(loaded.status == 200 && loaded.json["data"]["message"].plainText.hasPrefix("✅"))
            #expect(loaded.json["data"]["adapter_name"] == "voice")
            let song = try await server.song(.object(["prompt": "x", "batch_size": .integer(1)]))
            let path = folder["voice.safetensors"].path
            #expect(await Self.used(server) == Self.use(path, 1))
            // No path comes out.
            #expect(!(try Self.text(song)).contains(folder.url.path))

            #expect(try await server.client.post("/v1/lora/scale", .object(["scale": .number(0.25)])).status == 200)
            _ = try await server.song(.object(["prompt": "x"]))
            #expect(await Self.used(server) == Self.use(path, 0.25))

            _ = try await server.client.post("/v1/lora/toggle", .object(["use_lora": false]))
            _ = try await server.song(.object(["prompt": "x"]))
            #expect(await Self.used(server) == .null)

            _ = try await server.client.post("/v1/lora/toggle", .object(["use_lora": true]))
            _ = try await server.client.post(
                "/v1/lora/load", .object(["lora_path": "band", "adapter_name": "the band"]))
            let status = try await server.client.get("/v1/lora/status").json["data"]
            #expect(status["lora_loaded"] == true && status["use_lora"] == true)
            #expect(status["active_adapter"] == "the band" && status["adapters"] == ["voice", "the band"])
            #expect(status["scales"]["voice"] == .number(0.25) && status["lora_scale"] == .number(1))
            #expect(status["adapter_type"] == "lora")
            _ = try await server.song(.object(["prompt": "x"]))
            #expect(await Self.used(server) == Self.use(folder["band"].path, 1))

            #expect(try await server.client.post("/v1/lora/unload", .object([:])).status == 200)
            _ = try await server.song(.object(["prompt": "x"]))
            #expect(await Self.used(server) == .null)
            #expect(try await server.client.post("/v1/lora/unload", .object([:])).status == 400)
        }
    }

    @Test func jobsNameTheirOwn() async throws {
        try await Self.run { server, folder async throws in
            _ = try await server.client.post("/v1/lora/load", .object(["lora_path": "band"]))
            let path = folder["voice.safetensors"].path
            func submit(_ body: JSONValue) async throws {
                let reply = try await server.client.post("/v1/jobs", body)
                #expect(reply.status == 202, "\(reply.text)")
                _ = try await server.end(of: reply.json["id"].plainText)
            }
            try await submit(.object(["request": .object(["caption": "x"]), "adapters": ["voice:0.5"]]))
            #expect(await Self.used(server) == Self.use(path, 0.5))
            try await submit(.object(["request": .object(["caption": "x", "adapters": ["voice.safetensors"]])]))
            #expect(await Self.used(server) == Self.use(path, 1))
            // None is a wish too.
            try await submit(.object(["request": .object(["caption": "x"]), "adapters": []]))
            #expect(await Self.used(server) == [])
            try await submit(.object(["request": .object(["caption": "x"])]))
            #expect(await Self.used(server) == Self.use(folder["band"].path, 1))
            let song = try await server.song(.object(["prompt": "x", "lora": "voice:2"]))
            #expect(await Self.used(server) == Self.use(path, 2))
            #expect(!(try Self.text(song)).contains(folder.url.path))
        }
    }

    @Test func thoseOfOneKeyDontReachAnother() async throws {
        var settings = ServerSettings(port: 0)
        settings.keys.add("key-a", .init("a"))
        settings.keys.add("key-b", .init("b"))
        try await Self.run(settings) { server, _ async throws in
            func post(_ path: String, _ body: JSONValue, _ key: String) async throws -> JSONValue {
                try await server.client.post(path, body, ["Authorization": "Bearer \(key)"]).json
            }
            _ = try await post("/v1/lora/load", .object(["lora_path": "voice"]), "key-a")
            for (key, isLoaded) in [("key-a", true), ("key-b", false)] {
                let reply = try await post(
                    "/v1/jobs", .object(["request": .object(["caption": "x"])]), key)
                _ = try await server.end(of: reply["id"].plainText)
                #expect((await Self.used(server) != .null) == isLoaded)
            }
        }
    }

    @Test func whatIsWrongIsRefused() async throws {
        try await Self.run { server, folder async throws in
            func load(_ fields: [String: JSONValue]) async throws -> (status: Int, text: String) {
                let reply = try await server.client.post("/v1/lora/load", .object(fields))
                return (reply.status, reply.text)
            }
            for path in [
                folder["voice.safetensors"].path, "../voice", ".", "..", "band/../voice", "/", "a\nb", "~/x", "",
            ] {
                let reply = try await load(["lora_path": .text(path)])
                #expect([400, 422].contains(reply.status), "\(path)")
            }
            let unknown = try await load(["lora_path": "voise"])
            #expect(unknown.status == 400 && unknown.text.contains("voice.safetensors"))
            let large = try await load(["lora_path": "large"])
            #expect(large.status == 400 && large.text.contains("[2, 5]") && large.text.contains("[2, 272]"))
            #expect(!large.text.contains(folder.url.path))
            #expect(try await load(["lora_path": "notes.txt"]).status == 400)
            #expect(try await load([:]).status == 422)
            #expect(try await load(["lora_path": "voice", "adapter_name": .integer(3)]).status == 422)
            // A failed load never shows as loaded.
            #expect(try await server.client.get("/v1/lora/status").json["data"]["lora_loaded"] == false)
            #expect(try await server.client.post("/v1/lora/scale", .object(["scale": .number(0.5)])).status == 400)
            #expect(try await server.client.post("/v1/lora/toggle", .object(["use_lora": true])).status == 400)

            #expect(try await load(["lora_path": "voice"]).status == 200)
            #expect(try await load(["lora_path": "voice"]).status == 400)
            #expect(try await server.client.post("/v1/lora/scale", .object(["scale": .number(1.5)])).status == 422)
            #expect(try await server.client.post("/v1/lora/toggle", .object(["use_lora": "x"])).status == 422)
            let other = try await server.client.post(
                "/v1/lora/scale", .object(["scale": .number(0.5), "adapter_name": "other"]))
            #expect(other.status == 400)
        }
    }
}
