import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// The order of one's own jobs, over HTTP.
@Suite struct QueueRouteTests {
    private func submit(_ server: TestServer, _ headers: [String: String] = [:]) async throws -> String {
        try await server.client.post("/v1/jobs", .object(["request": .object(["caption": "x"])]), headers)
            .json["id"].plainText
    }

    @Test func jobsAreMovedAndHeld() async throws {
        try await TestServer.run { server async throws in
            await server.runner.hold()
            var ids: [String] = []
            for _ in 0..<4 { ids.append(try await submit(server)) }
            let client = server.client
            while try await client.get("/v1/queue").json["jobs"].list.count == 4 { await Task.yield() }
            let moved = try await client.post("/v1/jobs/\(ids[3])/move", .object(["before": .text(ids[1])]))
            #expect(moved.status == 200 && moved.json["queue_position"] == 1)
            let line = try await client.get("/v1/queue").json
            #expect(line["jobs"] == .list([ids[3], ids[1], ids[2]].map { .text($0) }) && line["is_paused"] == false)
            let last = try await client.post("/v1/jobs/\(ids[3])/move", .object(["before": .null]))
            #expect(last.json["queue_position"] == 3)
            #expect(try await client.post("/v1/jobs/\(ids[0])/move", .object(["before": .null])).status == 409)
            #expect(try await client.post("/v1/jobs/x/move", .object(["before": .null])).status == 404)
            #expect(try await client.post("/v1/jobs/\(ids[1])/move", .object(["before": "x"])).status == 404)
            for body in [[:], ["after": .null], ["before": .integer(1)]] as [[String: JSONValue]] {
                #expect(try await client.post("/v1/jobs/\(ids[1])/move", .object(body)).status == 422)
            }
            #expect(try await client.send("PATCH", "/v1/queue", json: .object(["is_paused": 1])).status == 422)
            #expect(try await client.send("PATCH", "/v1/queue", json: .object([:])).status == 422)
            let paused = try await client.send("PATCH", "/v1/queue", json: .object(["is_paused": true]))
            #expect(paused.json["is_paused"] == true && paused.json["jobs"].list.count == 3)
            await server.runner.release()
            _ = try await server.end(of: ids[0])
            #expect(try await client.get("/v1/jobs/\(ids[1])").json["status"] == "queued")
            _ = try await client.send("PATCH", "/v1/queue", json: .object(["is_paused": false]))
            for id in ids { #expect(try await server.end(of: id).state == .succeeded) }
            #expect(await server.runner.tasks.map(\.id) == [ids[0], ids[1], ids[2], ids[3]])
        }
    }

    @Test func whoMayOnlyReadMovesNothing() async throws {
        var settings = ServerSettings(port: 0, keys: AccessKeys(single: "s3cret"))
        settings.keys.add("reader", .init("reader", scopes: [.read]))
        try await TestServer.run(settings) { server async throws in
            let reader = ["x-api-key": "reader"]
            #expect(try await server.client.get("/v1/queue", reader).status == 200)
            #expect(
                try await server.client.send("PATCH", "/v1/queue", reader, json: .object(["is_paused": true])).status
                    == 403)
            #expect(
                try await server.client.post("/v1/jobs/x/move", .object(["before": .null]), reader).status == 403)
            #expect(try await server.client.get("/v1/queue").status == 401)
        }
    }
}
