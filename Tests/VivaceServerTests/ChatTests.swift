import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// Chat completions, as OpenRouter's and OpenAI's clients use them.
@Suite struct ChatTests {
    private func chat(_ text: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        .object(more.merging(["messages": [.object(["role": "user", "content": .text(text)])].json]) { own, _ in own })
    }

    @Test func aSongIsTheAnswer() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.post(
                "/v1/chat/completions",
                chat(
                    "<prompt>city pop</prompt><lyrics>[Verse]\nla</lyrics>", ["audio_config": .object(["duration": 20])]
                ))
            #expect(reply.status == 200 && reply.json["object"] == "chat.completion")
            let message = reply.json["choices"][0]["message"]
            let url = message["audio"][0]["audio_url"]["url"].plainText
            #expect(url.hasPrefix("data:audio/mpeg;base64,"))
            let data = Data(base64Encoded: String(url.dropFirst(23))) ?? Data()
            #expect(String(decoding: data, as: UTF8.self).hasPrefix("RIFF song 0"))
            #expect(message["content"].plainText.contains("**Caption:** city pop"))
            let task = try #require(await server.runner.tasks.last)
            #expect(task.request.document["lyrics"] == "[Verse]\nla" && task.request.document["duration"] == 20)
            #expect(task.request.document["batch_size"] == 1)
        }
    }

    @Test func aStreamHasTheSongInAChunk() async throws {
        try await TestServer.run { server async throws in
            var chunks: [JSONValue] = []
            var last = ""
            for try await block in server.client.events(
                "POST", "/v1/chat/completions", json: chat("calm piano", ["stream": true]))
            {
                last = block
                if let value = try? JSONText.read(Data(block.dropFirst(6).utf8), what: "The chunk") {
                    chunks.append(value)
                }
            }
            #expect(last == "data: [DONE]")
            let deltas = chunks.map { $0["choices"][0]["delta"] }
            #expect(deltas.first?["role"] == "assistant" && deltas.first?["content"] == "")
            #expect(deltas.contains { $0["audio"][0]["audio_url"]["url"].plainText.hasPrefix("data:audio/") })
            #expect(chunks.last?["choices"][0]["finish_reason"] == "stop")
            await server.runner.fail(MusicError(.outOfMemory, "there is too little memory"))
            chunks = []
            for try await block in server.client.events(
                "POST", "/v1/chat/completions", json: chat("calm piano", ["stream": true]))
            {
                if let value = try? JSONText.read(Data(block.dropFirst(6).utf8), what: "The chunk") {
                    chunks.append(value)
                }
            }
            #expect(chunks.last?["choices"][0]["finish_reason"] == "error")
            #expect(chunks.contains { $0["choices"][0]["delta"]["content"].plainText.contains("too little memory") })
        }
    }

    @Test(arguments: [
        ("warm jazz trio", "warm jazz trio", ""), ("<lyrics>la</lyrics> rest of it", "rest of it", "la"),
        ("<PROMPT>a\nb</PROMPT> dropped", "a\nb", ""), ("[Verse]\nla la", "", "[Verse]\nla la"),
        ("one\ntwo\nthree\nfour", "", "one\ntwo\nthree\nfour"),
        ("rock\n\nLyrics:\nline one\nline two", "rock", "line one\nline two"),
        ("rock\nlyrics: la\nli", "rock", "la\nli"),
    ])
    func whatIsSungAndWhatIsSaid(text: String, caption: String, lyrics: String) async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.post("/v1/chat/completions", chat(text))
            try #require(reply.status == 200, "\(reply.text)")
            let document = try #require(await server.runner.tasks.last).request.document
            #expect(
                (document["caption"]?.plainText ?? "") == caption && (document["lyrics"]?.plainText ?? "") == lyrics)
        }
    }

    @Test func whatCanNotBeReadIsRefused() async throws {
        try await TestServer.run { server async throws in
            func part(_ part: [String: JSONValue]) -> JSONValue {
                .object(["messages": [.object(["content": [.object(part)].json])].json])
            }
            for (body, words) in [
                (.object([:]), "messages"), (.object(["messages": [JSONValue]().json]), "messages"),
                (chat(""), "No valid prompt"), (chat("x", ["temperature": 3]), "temperature"),
                (chat("x", ["top_p": "high"]), "top_p"),
                (part(["type": "input_audio", "input_audio": .object(["data": "%%%"])]), "base64"),
                (
                    part(["type": "audio_url", "audio_url": .object(["url": "http://10.0.0.1/x.mp3"])]),
                    "nothing is fetched"
                ),
                (part(["type": "input_audio", "input_audio": .object(["data": "aGVsbG8="])]), "can't be read"),
            ] as [(JSONValue, String)] {
                let reply = try await server.client.post("/v1/chat/completions", body)
                #expect(
                    reply.status == 400 && reply.json["error"]["message"].plainText.contains(words), "\(reply.text)")
            }
        }
    }

    @Test func audioGoesWhereTheTaskNeedsIt() async throws {
        try await TestServer.run { server async throws in
            let audio = Data("RIFFdata".utf8).base64EncodedString()
            let parts: [JSONValue] = [
                .object(["type": "text", "text": "pop"]),
                .object(["type": "input_audio", "input_audio": .object(["data": .text(audio), "format": "wav"])]),
            ]
            let messages: JSONValue = [.object(["role": "user", "content": parts.json])].json
            var reply = try await server.client.post("/v1/chat/completions", .object(["messages": messages]))
            try #require(reply.status == 200, "\(reply.text)")
            var document = try #require(await server.runner.tasks.last).request.document
            #expect(document["reference_audio"] != nil && document["src_audio"] == nil)
            reply = try await server.client.post(
                "/v1/chat/completions", .object(["messages": messages, "task_type": "cover"]))
            try #require(reply.status == 200, "\(reply.text)")
            document = try #require(await server.runner.tasks.last).request.document
            #expect(document["src_audio"] != nil && document["reference_audio"] == nil)
        }
    }

    @Test func modelsThatArentThereAreReplacedAndSaid() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.post(
                "/v1/chat/completions", chat("pop", ["model": "acemusic/acestep-v15-turbo"]))
            #expect(reply.status == 200 && reply.json["model"] == "acestep/builtin")
            let list = try await server.client.get("/v1/models").json
            #expect(list["data"][0]["id"] == "acestep/builtin" && list["default_model"] == "builtin")
            #expect(try await server.client.get("/v1/models?format=native").json["data"]["default_model"] == "builtin")
        }
    }

    /// Somebody who goes away wants no song any more.
    @Test func aStreamThatIsLeftCancelsItsJob() async throws {
        try await TestServer.run { server async throws in
            await server.runner.hold()
            for try await block in server.client.events(
                "POST", "/v1/chat/completions", json: chat("x", ["stream": true]))
            where block.contains("assistant") { break }
            let id = try #require(try await server.service.queue.jobs(JobQuery()).first).id
            #expect(try await server.end(of: id).state == .cancelled)
        }
    }
}

extension [JSONValue] {
    var json: JSONValue { .list(self) }
}
