import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// What the server says of itself and of its models.
@Suite struct ModelRouteTests {
    @Test func whatIsLoadedIsSaid() async throws {
        try await TestServer.run { server async throws in
            var health = try await server.client.get("/health").json
            #expect(health["data"]["status"] == "ok" && health["data"]["models_initialized"] == false)
            #expect(health["data"]["loaded_model"] == .null)
            let load = try await server.client.post("/v1/init", .object(["model": "builtin", "init_llm": true]))
            #expect(load.json["data"]["loaded_model"] == "builtin" && load.json["data"]["llm_initialized"] == true)
            #expect(load.json["data"]["message"] == "Model initialization completed")
            health = try await server.client.get("/health").json
            #expect(health["data"]["models_initialized"] == true && health["data"]["loaded_model"] == "builtin")
            let inventory = try await server.client.get("/v1/model_inventory").json["data"]
            #expect(inventory["models"][0]["is_loaded"] == true && inventory["default_model"] == "builtin")
            let again = try await server.client.post("/v1/reinitialize", .object([:]))
            #expect(again.json["data"]["reloaded"].list.count == 2)
            #expect(try await server.client.post("/v1/init", .object(["slot": 2])).json["code"] == 400)
            #expect(try await server.client.post("/v1/init", .object(["slot": 9])).status == 422)
        }
        try await TestServer.run { server async throws in
            let reply = try await server.client.post("/v1/reinitialize", .object([:]))
            #expect(
                reply.status == 200 && reply.json["code"] == 500 && reply.json["error"] == "Service not initialized")
        }
    }

    @Test func theQueueIsCounted() async throws {
        try await TestServer.run { server async throws in
            _ = try await server.song(.object(["prompt": "x"]))
            let stats = try await server.client.get("/v1/stats").json["data"]
            #expect(stats["jobs"]["succeeded"] == 1 && stats["jobs"]["total"] == 1 && stats["queue_maxsize"] == 200)
            let metrics = try await server.client.get("/metrics")
            #expect(metrics.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            let lines = metrics.text.split(separator: "\n").map(String.init)
            #expect(lines.contains(#"vivace_jobs{state="succeeded"} 1"#) && lines.contains("vivace_queue_waiting 0"))
            #expect(
                lines.contains(
                    #"vivace_http_requests_total{method="POST",route="/release_task",status="200"} 1"#))
            #expect(lines.contains(#"vivace_http_request_seconds_count{route="/v1/stats"} 1"#))
            #expect(lines.contains("# TYPE vivace_http_request_seconds histogram"))
        }
    }

    @Test func whatIsNotHereSaysSo() async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.client.get("/v1/training/status").json["data"]["status"] == "Idle")
            for path in ["/v1/training/start", "/v1/dataset/scan"] {
                let reply = try await server.client.post(path, .object([:]))
                #expect(reply.status == 501 && reply.json["detail"].plainText.contains("This server has no"))
            }
        }
    }

    /// Each route is in the description, and each schema that is named there.
    @Test func theDescriptionIsWhole() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.get("/openapi.json")
            #expect(reply.status == 200 && reply.json["openapi"] == "3.1.0")
            let schemas = reply.json["components"]["schemas"]
            for match in reply.text.matches(of: /#\/components\/schemas\/([A-Za-z]+)/) {
                #expect(schemas[String(match.output.1)] != .null, "\(match.output.1)")
            }
            guard case .object(let paths) = reply.json["paths"] else { return #expect(Bool(false)) }
            for path in ["/v1/jobs", "/release_task", "/v1/uploads/{id}", "/v1/chat/completions"] {
                #expect(paths[path] != nil, "\(path)")
            }
            let fields = schemas["MusicRequest"]["properties"]
            #expect(fields["bpm"] != .null && fields["task_type"] != .null && fields["thinking"] != .null)
        }
    }

    /// Every route of the description answers, with a status that it says or one of those that refuse.
    @Test func everyRouteAnswers() async throws {
        try await TestServer.run { server async throws in
            let document = try await server.client.get("/openapi.json").json
            guard case .object(let paths) = document["paths"] else {
                Issue.record("the description has no paths")
                return
            }
            var count = 0
            for (path, methods) in paths {
                guard case .object(let methods) = methods else { continue }
                for (method, operation) in methods where path != "/v1/events" {
                    let own = path.replacing("{id}", with: "x").replacing("{handle}", with: "x").replacing(
                        "{name}", with: "x"
                    )
                    .replacing("{index}", with: "0")
                    let reply = try await server.client.send(
                        method.uppercased(), own, ["Content-Type": "application/json"],
                        ["post", "patch", "put"].contains(method) ? Data("{}".utf8) : Data())
                    let isSaid = operation["responses"][String(reply.status)] != .null
                    #expect(
                        isSaid || [400, 404, 409, 412, 415, 422].contains(reply.status),
                        "\(method) \(path): \(reply.status)")
                    #expect(
                        reply.status != 404 || path.contains("{") || path.hasPrefix("/v1/audio"), "\(method) \(path)")
                    count += 1
                }
            }
            #expect(count > 40)
        }
    }

    @Test func whatTheServerCanDoIsSaid() async throws {
        try await TestServer.run { server async throws in
            let all = try await server.client.get("/v1/capabilities").json
            #expect(all["models"]["default_model"] == "builtin" && all["limits"]["batch_size"] == 8)
            #expect(all["families"][0]["fields"].list.contains { $0["name"] == "guidance_scale" })
        }
    }
}
