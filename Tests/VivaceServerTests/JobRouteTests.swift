import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// The job API: strict requests, events, idempotency, the library, archives.
@Suite struct JobRouteTests {
    @Test func aJobIsAResource() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.post(
                "/v1/jobs",
                .object([
                    "request": .object(["caption": "pop", "duration": 12]), "audio_format": "wav", "title": "My song",
                    "folder": "best",
                ]))
            #expect(reply.status == 202)
            let id = reply.json["id"].plainText
            #expect(reply.headers["location"] == "/v1/jobs/\(id)")
            _ = try await server.end(of: id)
            let job = try await server.client.get("/v1/jobs/\(id)").json
            #expect(job["status"] == "succeeded" && job["fraction"] == 1 && job["result"]["songs"].list.count == 1)
            let song = job["result"]["songs"][0]
            #expect(try await server.client.get(song["url"].plainText).status == 200)
            let songs = try await server.client.get("/v1/songs?folder=best&text=my").json
            #expect(songs["total"] == 1 && songs["songs"][0]["title"] == "My song")
            let list = try await server.client.get("/v1/jobs?state=succeeded,failed&limit=1").json
            #expect(list["jobs"][0]["id"] == .text(id) && list["cursor"] == .text(id))
            #expect(try await server.client.get("/v1/jobs?cursor=\(id)").json["jobs"].list.isEmpty)
            for path in ["/v1/jobs?state=done", "/v1/jobs?limit=0", "/v1/jobs?limit=x", "/v1/jobs/x/events"] {
                #expect([400, 404].contains(try await server.client.get(path).status), "\(path)")
            }
            #expect(try await server.client.get("/v1/jobs/x").status == 404)
        }
    }

    @Test(arguments: [
        #"{"request":{"caption":"x"},"wobble":1}"#, #"{"kind":"sing"}"#, #"{"request":[]}"#, #"{"title":5}"#,
        #"{"request":{"caption":"x","wobble":1}}"#, #"{"request":{"caption":"x","bpm":1000}}"#,
        #"{"request":{"caption":"x"},"planning":{"wish":"maybe"}}"#, #"{"prelude":{"kind":"generate","request":{}}}"#,
        #"{"request":{"caption":"x"},"audio_format":"exe"}"#, #"{"request":{"caption":"x"},"priority":"now"}"#,
        #"{"request":{"caption":"x","task_type":"cover","src_audio":"/etc/passwd"}}"#,
        #"{"request":{"caption":"x"},"callback_url":"http://127.0.0.1/"}"#, #"{"kind":"understand","request":{}}"#,
        #"{"request":{"caption":"x"},"model":"/etc"}"#, #"{"request":{"caption":"x"},"model":"a/b"}"#,
    ])
    func whatIsNotKnownIsRefused(body: String) async throws {
        var settings = ServerSettings(port: 0)
        settings.model = nil
        try await TestServer.run(settings) { server async throws in
            let reply = try await server.client.send(
                "POST", "/v1/jobs", ["Content-Type": "application/json"], Data(body.utf8))
            // A model of the operator's takes the place of one that isn't there.
            if body.contains("model") {
                #expect(reply.status == 202 && reply.json["notices"].list.count == 1)
                #expect(reply.json["request"]["model"] == .null)
            } else {
                #expect([400, 403, 422].contains(reply.status), "\(reply.text)")
                #expect(reply.json["error"]["message"] != .null && reply.json["detail"] != .null)
            }
            #expect(!reply.text.contains("/etc/passwd"))
        }
    }

    @Test func eventsComeInOrderAndGoOn() async throws {
        try await TestServer.run { server async throws in
            await server.runner.hold()
            let id = try await server.client.post("/v1/jobs", .object(["request": .object(["caption": "x"])])).json[
                "id"
            ]
            .plainText
            var blocks: [String] = []
            var number = 0
            for try await block in server.client.events("GET", "/v1/jobs/\(id)/events") {
                guard !block.hasPrefix(":") else { continue }
                blocks.append(block)
                let lines = block.split(separator: "\n")
                let next = Int(lines[0].dropFirst(4)) ?? 0
                #expect(next > number)
                number = next
                if block.contains("event: progress") { break }
            }
            await server.runner.release()
            for try await block in server.client.events(
                "GET", "/v1/jobs/\(id)/events", ["Last-Event-ID": String(number)])
            {
                blocks.append(block)
            }
            let names = blocks.flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("event: ") }
                .map { String($0.dropFirst(7)) }
            #expect(names.first == "queued" && names.last == "finished")
            #expect(names.filter { $0 == "started" }.count == 1 && names.contains("stage") && names.contains("audio"))
            #expect(blocks.last?.contains("\"url\":\"/v1/audio/au_") == true)
            // Those who come late are told the end.
            var late: [String] = []
            for try await block in server.client.events("GET", "/v1/jobs/\(id)/events", ["Last-Event-ID": "1"]) {
                late.append(block)
            }
            #expect(late.last == blocks.last)
            #expect(try await server.client.get("/v1/jobs/\(id)/events", ["Last-Event-ID": "x"]).status == 400)
        }
    }

    @Test func theFeedTellsOfAllJobsOfItsReader() async throws {
        var settings = ServerSettings(port: 0)
        settings.keys.add("one", .init("one"))
        settings.keys.add("two", .init("two"))
        try await TestServer.run(settings) { server async throws in
            let job: JSONValue = .object(["request": .object(["caption": "x"])])
            let other = try await server.client.post("/v1/jobs", job, ["x-api-key": "two"]).json["id"].plainText
            _ = try await server.end(of: other)
            let own = try await server.client.post("/v1/jobs", job, ["x-api-key": "one"]).json["id"].plainText
            var blocks: [String] = []
            for try await block in server.client.events("GET", "/v1/events", ["x-api-key": "one"]) {
                if !block.hasPrefix(":") { blocks.append(block) }
                if block.contains("event: finished") { break }
            }
            #expect(blocks.allSatisfy { $0.contains("\"job\":\"\(own)\"") && !$0.contains(other) })
            // What is another's is not there.
            for path in ["/v1/jobs/\(other)", "/v1/jobs/\(other)/events", "/v1/jobs/\(other)/archive"] {
                #expect(try await server.client.get(path, ["x-api-key": "one"]).status == 404, "\(path)")
            }
            let cancel = try await server.client.send("DELETE", "/v1/jobs/\(other)", ["x-api-key": "one"])
            #expect(cancel.status == 404)
            #expect(try await server.client.get("/v1/songs", ["x-api-key": "one"]).json["total"] == 1)
        }
    }

    @Test func aKeyMakesASubmissionComeOnce() async throws {
        try await TestServer.run { server async throws in
            let job: JSONValue = .object(["request": .object(["caption": "x"])])
            let first = try await server.client.post("/v1/jobs", job, ["Idempotency-Key": "k1"])
            let again = try await server.client.post("/v1/jobs", job, ["Idempotency-Key": "k1"])
            #expect(again.status == 200 && again.json["id"] == first.json["id"])
            #expect(again.headers["idempotency-replayed"] == "true" && first.headers["idempotency-replayed"] == nil)
            let other: JSONValue = .object(["request": .object(["caption": "y"])])
            #expect(try await server.client.post("/v1/jobs", other, ["Idempotency-Key": "k1"]).status == 409)
            let long = String(repeating: "k", count: 129)
            #expect(try await server.client.post("/v1/jobs", job, ["Idempotency-Key": long]).status == 400)
            let rest: JSONValue = .object(["prompt": "x"])
            let one = try await server.client.post("/release_task", rest, ["Idempotency-Key": "k2"])
            let two = try await server.client.post("/release_task", rest, ["Idempotency-Key": "k2"])
            #expect(one.json["task_id"] == two.json["task_id"])
            let three = try await server.client.post("/release_task", rest)
            #expect(three.json["task_id"] != two.json["task_id"])
        }
    }

    @Test func songsOfAJobComeInOneArchive() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.post(
                "/v1/jobs", .object(["request": .object(["caption": "Blue sky", "batch_size": 3])]))
            let id = reply.json["id"].plainText
            _ = try await server.end(of: id)
            let archive = try await server.client.get("/v1/jobs/\(id)/archive")
            #expect(archive.status == 200 && archive.headers["content-type"] == "application/zip")
            #expect(archive.headers["content-length"] == String(archive.body.count))
            let file = server.folder["songs.zip"]
            try archive.body.write(to: file)
            let unzip = Process()
            unzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            unzip.arguments = [
                "python3", "-c",
                """
                import sys, zipfile
                z = zipfile.ZipFile(sys.argv[1])
                assert z.testzip() is None
                for n in sorted(z.namelist()): print(n[:2], z.read(n).decode())
                """, file.path,
            ]
            let output = Pipe()
            unzip.standardOutput = output
            try unzip.run()
            unzip.waitUntilExit()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(unzip.terminationStatus == 0)
            #expect(text == (0..<3).map { "0\($0 + 1) RIFF song \($0) of \(id)\n" }.joined())
            let words = try await server.client.post(
                "/v1/jobs", .object(["kind": "create", "request": .object(["query": "x"])]))
            _ = try await server.end(of: words.json["id"].plainText)
            #expect(try await server.client.get("/v1/jobs/\(words.json["id"].plainText)/archive").status == 404)
        }
    }

    @Test func aBatchIsTakenOnAsAWhole() async throws {
        try await TestServer.run(limits: JobLimits(waiting: 4)) { server async throws in
            let job: JSONValue = .object(["request": .object(["caption": "x"])])
            let wrong: JSONValue = .object(["request": .object(["caption": "x", "bpm": 9999])])
            for jobs in [[], [job, wrong], [job, "x"], Array(repeating: job, count: 101)] as [[JSONValue]] {
                let reply = try await server.client.post("/v1/jobs/batch", .object(["jobs": .list(jobs)]))
                #expect([400, 422].contains(reply.status))
            }
            await server.runner.hold()
            let six = JSONValue.object(["jobs": .list(Array(repeating: job, count: 6))])
            #expect(try await server.client.post("/v1/jobs/batch", six).status == 429)
            #expect(try await server.client.get("/v1/jobs").json["jobs"].list.isEmpty)
            await server.runner.release()
            let three = JSONValue.object(["jobs": .list([job, job, job])])
            let reply = try await server.client.post("/v1/jobs/batch", three, ["Idempotency-Key": "b"])
            #expect(reply.status == 202 && reply.json["jobs"].list.count == 3)
            let again = try await server.client.post("/v1/jobs/batch", three, ["Idempotency-Key": "b"])
            #expect(again.status == 200 && again.json["jobs"][2]["id"] == reply.json["jobs"][2]["id"])
            let batch = reply.json["batch"].plainText
            for job in reply.json["jobs"].list { _ = try await server.end(of: job["id"].plainText) }
            #expect(try await server.client.get("/v1/jobs?batch=\(batch)").json["jobs"].list.count == 3)
            let archive = try await server.client.get("/v1/jobs/\(reply.json["jobs"][0]["id"].plainText)/archive")
            #expect(archive.status == 200 && archive.text.contains("03-"))
        }
    }

    @Test func theLibraryIsChangedAndComesBack() async throws {
        try await TestServer.run { server async throws in
            let song = try await server.song(.object(["prompt": "Rainy day", "batch_size": 1]))
            let path = "/v1/songs/\(song["audio_id"].plainText)"
            let changed = try await server.client.send(
                "PATCH", path, json: .object(["rating": 4, "favourite": true, "title": "Rain", "folder": "wet"]))
            #expect(changed.status == 200 && changed.json["rating"] == 4 && changed.json["favourite"] == true)
            #expect(try await server.client.get("/v1/songs?favourite=true&rating=4").json["total"] == 1)
            #expect(try await server.client.get("/v1/songs?favourite=false").json["total"] == 0)
            #expect(try await server.client.get("/v1/folders").json["folders"][0]["name"] == "wet")
            for body in [#"{"rating":6}"#, #"{"stars":1}"#, #"{"favourite":"yes"}"#, #"{"title":1}"#, "[]"] {
                let reply = try await server.client.send(
                    "PATCH", path, ["Content-Type": "application/json"], Data(body.utf8))
                #expect([400, 422].contains(reply.status), "\(body)")
            }
            for query in ["favourite=maybe", "rating=9", "order=loudest", "limit=-1", "offset=x"] {
                #expect(try await server.client.get("/v1/songs?\(query)").status == 400, "\(query)")
            }
            #expect(try await server.client.send("DELETE", path).json["trashed_at"] != .null)
            #expect(try await server.client.get("/v1/songs").json["total"] == 0)
            #expect(try await server.client.get("/v1/songs?trashed=true").json["total"] == 1)
            // What is in the trash can still be heard, and comes back.
            #expect(try await server.client.get(song["file"].plainText).status == 200)
            #expect(try await server.client.send("POST", path + "/restore").json["trashed_at"] == .null)
            _ = try await server.client.send("DELETE", path)
            #expect(try await server.client.send("DELETE", "/v1/trash?older_than=3600").json["removed"].list.isEmpty)
            #expect(try await server.client.send("DELETE", "/v1/trash").json["removed"].list.count == 1)
            #expect(try await server.client.get(path).status == 404)
            #expect(try await server.client.get(song["file"].plainText).status == 404)
        }
    }

    @Test func thereIsAnAnswerToEveryMethod() async throws {
        try await TestServer.run { server async throws in
            let wrong = try await server.client.send("PUT", "/v1/jobs")
            #expect(wrong.status == 405 && wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST")
            let options = try await server.client.send("OPTIONS", "/release_task")
            #expect(options.status == 204 && options.headers["allow"] == "OPTIONS, POST")
            #expect(try await server.client.get("/nowhere").status == 404)
            #expect(try await server.client.get("/livez").json["status"] == "ok")
            #expect(try await server.client.get("/readyz").status == 200)
            await server.service.drain(within: .zero)
            #expect(try await server.client.get("/readyz").status == 503)
            let late = try await server.client.post("/release_task", .object(["prompt": "x"]))
            #expect(late.status == 503 && late.headers["retry-after"] != nil)
            #expect(try await server.client.get("/livez").status == 200)
        }
    }
}
