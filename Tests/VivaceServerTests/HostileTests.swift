import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// Requests that nobody sends who means well: each is refused or does nothing, and the server goes on.
@Suite struct HostileTests {
    /// A request as bytes, and the statuses that it may have; 0 for a connection that is closed without an answer.
    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: Data
        var statuses: Set<Int>
        var testDescription: String { name }

        init(_ name: String, _ bytes: Data, _ statuses: Set<Int>) {
            self.name = name
            self.bytes = bytes
            self.statuses = statuses
        }

        init(_ name: String, _ text: String, _ statuses: Set<Int>) { self.init(name, Data(text.utf8), statuses) }

        /// A POST with a JSON body.
        static func json(_ name: String, _ path: String, _ body: String, _ statuses: Set<Int>) -> Attack {
            Attack(name, HostileTests.post(path, "application/json", Data(body.utf8)), statuses)
        }

        static func get(_ name: String, _ path: String, _ statuses: Set<Int>) -> Attack {
            Attack(name, "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", statuses)
        }
    }

    fileprivate static func post(_ path: String, _ type: String, _ body: Data, _ more: String = "") -> Data {
        Data(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: \(type)\r\n\(more)Content-Length: \(body.count)\r\n\r\n"
                .utf8) + body
    }

    private static let paths: [Attack] = [
        .get("file", "/v1/audio?path=/etc/passwd", [404]),
        .get("file, encoded", "/v1/audio?path=%2Fetc%2Fpasswd", [404]),
        .get("file, encoded twice", "/v1/audio?path=%252Fetc%252Fpasswd", [404]),
        .get("folder above", "/v1/audio?path=../../jobs.sqlite", [404]),
        .get("folder above in a path", "/v1/audio/../../etc/passwd", [400, 404]),
        .get("folder above, encoded", "/v1/audio/%2e%2e%2f%2e%2e%2fetc%2fpasswd", [404]),
        .get("folder above, with a backslash", "/v1/audio/..%5c..%5cjobs.sqlite", [404]),
        .get("zero byte", "/v1/audio/au_aaaaaaaaaaaaaaaaaaaaaaaa.wav%00.mp3", [404]),
        .get("a handle that nobody has", "/v1/audio/au_aaaaaaaaaaaaaaaaaaaaaaaa.wav", [404]),
        .get("a handle with a path", "/v1/audio/au_aaaaaaaaaaaaaaaaaaaaaaaa.wav%2F..%2Fx", [404]),
        .get("an upload as a song", "/v1/audio/up_aaaaaaaaaaaaaaaaaaaaaaaa", [404]),
        .get("no handle", "/v1/audio", [404]),
        .get("SQL", "/v1/jobs/'%20OR%201=1--", [404]),
        .get("SQL in a search", "/v1/songs?text=%27%29%3B%20DROP%20TABLE%20songs%3B--", [200]),
        .get("words of the search's language", "/v1/songs?text=NEAR(a%20b)%20OR%20title:x%20%22", [200]),
        .get("half an escape", "/v1/songs?text=%", [200, 400]),
        .get("bytes that are no text", "/v1/songs?text=%ff%fe", [200, 400]),
        .get("a line in a line", "/v1/jobs/x%0d%0aSet-Cookie:%20a=b", [404]),
        .get("a line in a name", "/v1/uploads?name=a%0d%0aX:%20y", [405]),
        .get("a very long path", "/" + String(repeating: "a", count: 60_000), [404, 414, 431, 0]),
        .get(
            "a very long search", "/v1/songs?text=" + String(repeating: "a%20", count: 10_000), [200, 400, 414, 431, 0]),
        .get("many slashes", String(repeating: "/", count: 5000) + "health", [200]),
        .get("an unknown range of numbers", "/v1/songs?limit=99999999999999999999", [400]),
        .get("a negative number", "/v1/songs?offset=-1", [400]),
        .get("an event that can't be", "/v1/jobs/x/events?last_event_id=-5", [400, 404]),
    ]

    private static let protocols: [Attack] = [
        Attack("nothing", "", [0]), Attack("no HTTP", "hello\r\n\r\n", [400, 0]),
        Attack("another protocol", "\u{16}\u{03}\u{01}\u{02}", [400, 0]),
        Attack("no host", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", [400, 403]),
        Attack("old HTTP without a host", "GET /health HTTP/1.0\r\n\r\n", [400, 403]),
        Attack(
            "two hosts", "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
            [200, 400, 403]),
        Attack("another host", "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", [403]),
        Attack(
            "a whole address",
            "GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
            [400, 403, 404]),
        Attack(
            "a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            [400, 403, 404, 405, 0]),
        Attack(
            "an unknown method", "BREW /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", [400, 405, 0]),
        Attack("TRACE", "TRACE /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", [405]),
        Attack(
            "a length that is no number",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n{}", [400, 0]),
        Attack(
            "a negative length", "POST /release_task HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}",
            [400, 0]),
        Attack(
            "a huge length",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 999999999999\r\n\r\n{}",
            [400, 413, 0]),
        Attack(
            "two lengths",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
            [400, 0]),
        Attack(
            "length and pieces",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            [400, 415, 200, 0]),
        Attack(
            "a piece that is no number",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            [400, 0]),
        Attack(
            "a field with a line end",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\nConnection: close\r\n\r\n", [200, 400, 0]),
        Attack(
            "a folded field", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nConnection: close\r\n\r\n",
            [200, 400, 0]),
        Attack(
            "many fields",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (0..<2000).map { "X-\($0): y\r\n" }.joined() + "\r\n", [400, 431, 0]),
        Attack(
            "a long field",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 200_000) + "\r\n\r\n",
            [400, 431, 0]),
        Attack(
            "another page",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\n{\"prompt\":\"x\"}",
            [403]),
        Attack(
            "a page without a name",
            "POST /release_task HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\n{\"prompt\":\"x\"}",
            [403]),
    ]

    private static let bodies: [Attack] = [
        .json("deep lists", "/release_task", String(repeating: "[", count: 200_000), [400]),
        .json("deep objects", "/v1/jobs", String(repeating: #"{"a":"#, count: 50_000), [400]),
        .json(
            "a number without an end", "/release_task",
            #"{"prompt":"x","bpm":1\#(String(repeating: "0", count: 5000))}"#, [200, 400]),
        .json("no number", "/release_task", #"{"prompt":"x","bpm":NaN}"#, [400]),
        .json("a name that comes twice", "/release_task", #"{"prompt":"x","prompt":["y"]}"#, [200, 400, 422]),
        .json("half a character", "/release_task", #"{"prompt":"\ud800"}"#, [200, 400]),
        .json("a zero character", "/v1/jobs", #"{"request":{"caption":"a\u0000b"}}"#, [202, 400, 422]),
        .json("too many songs", "/v1/jobs", #"{"request":{"caption":"x","batch_size":100000}}"#, [400, 422]),
        .json("too long a song", "/v1/jobs", #"{"request":{"caption":"x","duration":1e12}}"#, [400, 422]),
        .json("too many steps", "/v1/jobs", #"{"request":{"caption":"x","inference_steps":1000000000}}"#, [400, 422]),
        .json(
            "a path in", "/v1/jobs", #"{"request":{"caption":"x","task_type":"cover","src_audio":"/etc/passwd"}}"#,
            [400, 422]),
        .json("a path out", "/v1/jobs", #"{"request":{"caption":"x"},"title":"../../x","folder":"/etc"}"#, [202]),
        .json("a path as a format", "/v1/jobs", #"{"request":{"caption":"x"},"audio_format":"../x"}"#, [400, 422]),
        .json("a path as a model", "/release_task", #"{"prompt":"x","model":"/etc/passwd"}"#, [200, 400]),
        .json("an address as a model", "/release_task", #"{"prompt":"x","model":"http://10.0.0.1/m"}"#, [200, 400]),
        .json(
            "a path as a language model", "/release_task", #"{"prompt":"x","lm_model_path":"/etc/passwd"}"#, [200, 400]),
        .json("an adapter", "/v1/lora/load", #"{"lora_path":"/tmp/evil.pt"}"#, [400]),
        .json("an adapter of a job", "/release_task", #"{"prompt":"x","adapters":["/etc/passwd"]}"#, [400]),
        .json("an adapter under another name", "/v1/jobs", #"{"request":{"lora":"../../x"}}"#, [400, 422]),
        .json("an adapter within", "/v1/jobs", #"{"request":{"params":{"loras":["/etc/x:1"]}}}"#, [400, 422]),
        .json("a data set", "/v1/dataset/save", #"{"save_path":"/etc/cron.d/x"}"#, [501]),
        .json("an export", "/v1/training/export", #"{"export_path":"/"}"#, [501]),
        .json("latents out", "/v1/jobs", #"{"request":{"caption":"x","output_type":"latent"}}"#, [400, 422]),
        .json("latents in", "/v1/jobs", #"{"request":{"caption":"x","latents":"/etc/passwd"}}"#, [400, 422]),
        .json(
            "news to the inside", "/v1/jobs", #"{"request":{"caption":"x"},"callback_url":"http://169.254.169.254/"}"#,
            [403]),
        .json(
            "audio from elsewhere", "/v1/chat/completions",
            #"{"messages":[{"content":[{"type":"audio_url","audio_url":{"url":"http://127.0.0.1:22/"}}]}]}"#, [400]),
        .json(
            "audio from a file", "/v1/chat/completions",
            #"{"messages":[{"content":[{"type":"audio_url","audio_url":{"url":"file:///etc/passwd"}}]}]}"#, [400]),
        .json(
            "many ids", "/query_result", #"{"task_id_list":[\#((0..<5000).map { "\($0)" }.joined(separator: ","))]}"#,
            [413]),
        .json("a list of lists of ids", "/query_result", #"{"task_id_list":[[["x"]]]}"#, [200]),
        Attack(
            "a form without an end",
            HostileTests.post("/release_task", "multipart/form-data; boundary=b", Data("--b\r\n".utf8)), [400]),
        Attack(
            "a form without parts",
            HostileTests.post("/release_task", "multipart/form-data; boundary=b", Data("--b--".utf8)), [200]),
        Attack(
            "a form with a long boundary",
            HostileTests.post(
                "/release_task", "multipart/form-data; boundary=" + String(repeating: "b", count: 300),
                Data("--b--".utf8)), [400]),
        Attack(
            "a form of many parts",
            HostileTests.post(
                "/release_task", "multipart/form-data; boundary=b",
                Data(
                    (String(repeating: "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", count: 3000)
                        + "--b--").utf8)), [413]),
        Attack(
            "a form of many fields",
            HostileTests.post(
                "/release_task", "application/x-www-form-urlencoded", Data(String(repeating: "a=1&", count: 3000).utf8)),
            [413]),
        Attack(
            "a file with a path for a name",
            HostileTests.post(
                "/release_task", "multipart/form-data; boundary=b",
                Data(
                    "--b\r\nContent-Disposition: form-data; name=\"task_type\"\r\n\r\ncover\r\n--b\r\nContent-Disposition: form-data; name=\"src_audio\"; filename=\"../../../../tmp/pwned.wav\"\r\n\r\nRIFFx\r\n--b--"
                        .utf8)), [200]),
        Attack(
            "a program as audio", HostileTests.post("/v1/uploads", "audio/wav", Data([0x7F, 0x45, 0x4C, 0x46])), [400]),
        Attack(
            "an upload without an end",
            HostileTests.post("/v1/uploads", "text/plain", Data(), "Upload-Length: 9223372036854775807\r\n"), [413]),
        Attack(
            "a key of lines",
            HostileTests.post("/v1/jobs", "application/json", Data("{}".utf8), "Idempotency-Key: \u{7F}\r\n"),
            [400, 422, 202, 0]),
        .json("JSON in UTF-16", "/release_task", "\u{FEFF}{\"prompt\":\"x\"}", [200, 400]),
    ]

    @Test func nothingComesOfThem() async throws {
        let attacks = Self.paths + Self.protocols + Self.bodies
        #expect(attacks.count >= 60)
        try await TestServer.run { server async throws in
            for attack in attacks {
                let reply: HTTPReply?
                do {
                    reply = try await server.client.raw(attack.bytes, isAll: true)
                } catch is LoopbackFailure {
                    reply = nil
                }
                let status = reply?.status ?? 0
                #expect(attack.statuses.contains(status), "\(attack.name): \(status) \(reply?.text.prefix(200) ?? "")")
                #expect(status != 500)
                for secret in ["root:", server.folder.url.path, "SQLite", ".swift"] {
                    #expect(reply?.text.contains(secret) != true, "\(attack.name) shows \(secret)")
                }
                #expect(reply?.headers["set-cookie"] == nil)
            }
            // What was taken on ends, in its own folder.
            for job in try await server.service.queue.jobs(JobQuery(limit: 1000)) {
                #expect(try await server.end(of: job.id).state == .succeeded)
            }
            #expect(!FileManager.default.fileExists(atPath: "/tmp/pwned.wav"))
            for song in try await server.service.library.songs(SongQuery(limit: 1000)).songs {
                #expect(!song.file.contains("/") && !song.file.hasPrefix("."))
            }
            #expect(try await server.client.get("/health").status == 200)
            #expect(try await server.service.library.repair().isClean)
        }
    }

    /// Connections that are opened and say nothing, or little, hold nobody up.
    @Test func silentConnectionsHoldNobodyUp() async throws {
        try await TestServer.run { server async throws in
            let half = Data("POST /release_task HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{".utf8)
            let hanging = (0..<50).map { _ in Task { try await server.client.raw(half) } }
            for _ in 0..<20 { #expect(try await server.client.get("/health").status == 200) }
            hanging.forEach { $0.cancel() }
        }
    }
}
