import DJ
import FakeProvider
import Foundation
import LoopbackClient
import MusicCore
import MusicEngine
import MusicJobs
import Testing
import VivaceServer

/// Conversations, plans and mixes over HTTP.
@Suite struct DJRouteTests {
    /// What a stream of events says, by name.
    private func chat(_ server: TestServer, _ body: JSONValue) async throws -> [(name: String, data: JSONValue)] {
        var events: [(name: String, data: JSONValue)] = []
        for try await block in server.client.events("POST", "/v1/dj/chat", json: body) {
            var (name, data) = ("", "")
            for line in block.split(separator: "\n") {
                if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
            }
            if !name.isEmpty { events.append((name, try JSONText.read(Data(data.utf8), what: "The event"))) }
        }
        return events
    }

    private func settings(_ fake: FakeProvider? = nil) -> ServerSettings {
        var settings = ServerSettings(port: 0)
        if let fake {
            settings.dj.openRouterBase = fake.base
            settings.dj.openRouterKey = FakeProvider.key
        }
        return settings
    }

    @Test func servicesAreListedWithoutTheirKeys() async throws {
        let fake = try await FakeProvider()
        defer { fake.stop() }
        try await TestServer.run(settings(fake)) { server async throws in
            let reply = try await server.client.get("/v1/dj/providers")
            #expect(reply.json["default"] == "openrouter")
            let ready = reply.json["data"].list.filter { $0["is_ready"] == true }.map { $0["id"] }
            #expect(ready == ["local", "openrouter", "ollama"])
            #expect(!reply.text.contains("secret"))
            let models = try await server.client.get("/v1/dj/providers/openrouter/models").json
            #expect(models["data"].list == ["fine", "cut"] && models["is_listed"] == true)
            // Nobody answers there: the names that are known, and why.
            let others = try await server.client.get("/v1/dj/providers/gemini/models").json
            #expect(others["is_listed"] == false && !others["data"].list.isEmpty)
            #expect(others["notice"].plainText.contains("GEMINI_API_KEY"))
            #expect(try await server.client.get("/v1/dj/providers/x/models").status == 404)
        }
    }

    @Test func aServicesAnswerComesInPieces() async throws {
        let fake = try await FakeProvider()
        defer { fake.stop() }
        try await TestServer.run(settings(fake)) { server async throws in
            let events = try await chat(
                server,
                .object([
                    "model": "fine", "messages": [.object(["role": "user", "content": "a lo-fi set"])],
                    "made": ["Before"], "has_reference": true,
                ]))
            #expect(events.filter { $0.name == "text" }.count > 20)
            let plan = try #require(events.first { $0.name == "plan" }?.data["plan"])
            #expect(plan["tracks"].list.map { $0["title"] } == ["Dusk", "Dawn"])
            #expect(events.last?.name == "done")
            #expect(events.last?.data["text"] == "Here is a small set.\n\nShall I make it?")
            let sent = try #require(fake.requests.first)
            #expect(sent.body.contains("Before") && sent.body.contains("reference audio file is loaded"))
        }
    }

    @Test(arguments: ["failing", "refused", "busy", "page", "empty", "unknown"])
    func aServicesFailureShowsNoKey(model: String) async throws {
        let fake = try await FakeProvider()
        defer { fake.stop() }
        try await TestServer.run(settings(fake)) { server async throws in
            let events = try await chat(
                server,
                .object([
                    "provider": "openrouter", "model": .text(model),
                    "messages": [.object(["role": "user", "content": "x"])],
                ]))
            let failure = try #require(events.last)
            #expect(failure.name == "failed")
            let words = JSONText.write(failure.data)
            #expect(!words.contains("secret") && !words.contains("127.0.0.1"), "\(words)")
            #expect(!failure.data["error"]["message"].plainText.isEmpty)
        }
    }

    @Test func aSetWithoutAnyService() async throws {
        try await TestServer.run(settings()) { server async throws in
            let events = try await chat(
                server,
                .object([
                    "provider": "local",
                    "messages": [.object(["role": "user", "content": "three chill tracks, 20 seconds each"])],
                ]))
            let plan = try #require(events.first { $0.name == "plan" }?.data["plan"])
            #expect(plan["tracks"].list.count == 3)
            let checked = try await server.client.post(
                "/v1/dj/plan", .object(["plan": plan, "audio_format": "wav", "folder": "sets"]))
            #expect(checked.status == 200, "\(checked.text)")
            let tracks = checked.json["plan"]["tracks"].list
            #expect(tracks.allSatisfy { $0["problems"].list.isEmpty }, "\(checked.text)")
            for track in tracks {
                let reply = try await server.client.post("/v1/jobs", track["request"])
                #expect(reply.status == 202, "\(reply.text)")
                let job = try await server.end(of: reply.json["id"].plainText)
                #expect(job.state == .succeeded && job.request.folder == "sets")
                #expect(job.request.document["duration"] == 20 && job.request.audioFormat == "wav")
                #expect(job.request.title == track["title"].plainText)
            }
        }
    }

    @Test func aPlanSaysWhatIsWrongBeforeAnythingIsMade() async throws {
        try await TestServer.run(settings()) { server async throws in
            let text = """
                ```json
                {"tracks": [{"title": "a", "caption": "x", "bpm": 400, "wobble": 1},
                 {"title": "b", "caption": "y", "key": "H sharp"}, {"title": "c"}]}
                ```
                """
            let reply = try await server.client.post(
                "/v1/dj/plan",
                .object([
                    "text": .text(text),
                    "bpm_min": 80, "bpm_max": 140, "duration": 30,
                ]))
            #expect(reply.status == 200)
            let tracks = reply.json["plan"]["tracks"].list
            #expect(tracks[0]["bpm"] == 140)
            #expect(tracks[0]["problems"].list.isEmpty)
            #expect(tracks[1]["problems"][0]["field"] == "keyscale")
            #expect(tracks[2]["request"]["request"]["caption"] == "c")
            #expect(reply.json["notices"].list.count == 2)
        }
    }

    @Test func tracksAreOrdered() async throws {
        try await TestServer.run(settings()) { server async throws in
            let tracks: [JSONValue] = [0.9, 0.2, 0.5].map { energy in
                .object(["title": .text("\(energy)"), "caption": "x", "energy": .number(energy)])
            }
            let reply = try await server.client.post(
                "/v1/dj/plan",
                .object(["plan": .object(["tracks": .list(tracks)]), "order": "harmonic", "mood": "building"]))
            #expect(reply.json["plan"]["tracks"].list.map { $0["title"] } == ["0.2", "0.5", "0.9"])
        }
    }

    @Test(arguments: [
        ("/v1/dj/chat", #"{}"#), ("/v1/dj/chat", #"{"messages":[]}"#), ("/v1/dj/chat", #"{"messages":"x"}"#),
        ("/v1/dj/chat", #"{"messages":[{"role":"system","content":"x"}]}"#),
        ("/v1/dj/chat", #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"x"}]}"#),
        ("/v1/dj/chat", #"{"messages":[{"role":"user","content":"x"}],"provider":"x"}"#),
        ("/v1/dj/chat", #"{"messages":[{"role":"user","content":"x"}],"provider":"gemini"}"#),
        ("/v1/dj/chat", #"{"messages":[{"role":"user","content":"x"}],"tracks":21}"#),
        ("/v1/dj/chat", #"{"messages":[{"role":"user","content":"x"}],"base_url":"http://169.254.169.254"}"#),
        ("/v1/dj/plan", #"{}"#), ("/v1/dj/plan", #"{"text":"no plan"}"#), ("/v1/dj/plan", #"{"plan":{"tracks":1}}"#),
        ("/v1/dj/plan", #"{"plan":{"tracks":[]},"reference":"/etc/passwd"}"#),
        ("/v1/dj/plan", #"{"plan":{"tracks":[]},"influence":101}"#),
        ("/v1/dj/plan", #"{"plan":{"tracks":[]},"bpm_min":200,"bpm_max":100}"#),
        ("/v1/dj/mixes", #"{}"#), ("/v1/dj/mixes", #"{"songs":["au_x"]}"#),
        ("/v1/dj/mixes", #"{"songs":["/etc/passwd","/etc/passwd"]}"#),
        ("/v1/dj/mixes", #"{"songs":["au_aaaaaaaaaaaaaaaaaaaaaaaa.flac","au_aaaaaaaaaaaaaaaaaaaaaaaa.flac"]}"#),
        ("/v1/dj/mixes", #"{"songs":["a","b"],"transitions":[{"style":"x"}]}"#),
        ("/v1/dj/mixes", #"{"songs":["a","b"],"transitions":{"style":"silence","seconds":31}}"#),
        ("/v1/dj/mixes", #"{"songs":["a","b"],"out":"/tmp/x"}"#),
    ])
    func whatCantBeIsRefused(path: String, body: String) async throws {
        try await TestServer.run(settings()) { server async throws in
            let reply = try await server.client.send(
                "POST", path, ["Content-Type": "application/json"], Data(body.utf8))
            #expect([400, 404, 422].contains(reply.status), "\(reply.status) \(reply.text)")
            #expect(!reply.json["error"]["message"].plainText.isEmpty)
        }
    }

    /// A tone in 16 bits.
    private static func wav(seconds: Double, pitch: Double) -> Data {
        let rate = 8000
        let samples = (0..<Int(seconds * Double(rate))).map { frame in
            Int16(8000 * sin(2 * .pi * pitch * Double(frame) / Double(rate)))
        }
        var data = Data("RIFF".utf8)
        func add(_ number: Int, _ bytes: Int) {
            for byte in 0..<bytes { data.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
        }
        add(36 + samples.count * 2, 4)
        data.append(Data("WAVEfmt ".utf8))
        for (number, bytes) in [(16, 4), (1, 2), (1, 2), (rate, 4), (rate * 2, 4), (2, 2), (16, 2)] { add(number, bytes) }
        data.append(Data("data".utf8))
        add(samples.count * 2, 4)
        for sample in samples { add(Int(sample), 2) }
        return data
    }

    @Test func songsBecomeOne() async throws {
        try await TestServer.run(settings()) { server async throws in
            var handles: [JSONValue] = []
            for pitch in [220.0, 330, 440] {
                let reply = try await server.client.send(
                    "POST", "/v1/uploads", ["Content-Type": "application/octet-stream"],
                    Self.wav(seconds: 4, pitch: pitch))
                #expect(reply.status == 201, "\(reply.text)")
                handles.append(reply.json["id"])
            }
            let reply = try await server.client.post(
                "/v1/dj/mixes",
                .object([
                    "songs": .list(handles), "titles": ["One", "Two", "Three"], "title": "My set",
                    "transitions": [
                        .object(["style": "crossfade", "seconds": 1]), .object(["style": "silence", "seconds": 2]),
                    ],
                ]))
            #expect(reply.status == 202, "\(reply.text)")
            let job = try await server.end(of: reply.json["id"].plainText)
            #expect(job.state == .succeeded, "\(String(describing: job.error))")
            let song = try #require(job.result?.songs.first)
            #expect(abs((song.duration ?? 0) - 13) < 0.1)
            let record = try await server.client.get("/v1/songs/\(song.handle)").json
            #expect(record["title"] == "My set")
            let mix = record["parameters"]["mix"]
            #expect(mix["cues"].list.map { $0["title"] } == ["One", "Two", "Three"])
            #expect(mix["cues"].list.map { $0["song"] } == handles)
            #expect(mix["cues"].list.map { ($0["start"].numberValue ?? -1).rounded() } == [0, 3, 9])
            #expect(mix["transitions"].list.map { $0["style"] } == ["crossfade", "silence"])
            let cue = try await server.client.get("/v1/songs/\(song.handle)/cue")
            #expect(cue.headers["content-type"] == "application/x-cue; charset=utf-8")
            #expect(cue.text.contains("TITLE \"My set\"") && cue.text.contains("TITLE \"Three\""))
            // What the index has is in the file too: it is made anew from there.
            let rebuilt = try await server.service.library.rebuild()
            #expect(rebuilt.withoutRecipe.isEmpty && rebuilt.isClean)
            let again = try await server.client.get("/v1/songs/\(song.handle)").json
            #expect(again["parameters"]["mix"]["cues"] == mix["cues"])
        }
    }

    @Test func aSongIsNoMix() async throws {
        try await TestServer.run(settings()) { server async throws in
            let element = try await server.song(.object(["prompt": "pop"]))
            let handle = element["file"].plainText.split(separator: "=").last.map(String.init) ?? ""
            let songs = try await server.client.get("/v1/songs").json
            let id = songs["songs"][0]["id"].plainText
            #expect(!handle.isEmpty && !id.isEmpty)
            #expect(try await server.client.get("/v1/songs/\(id)/cue").status == 404)
        }
    }
}
