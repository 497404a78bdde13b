import Foundation
import LoopbackClient
import MusicCore
import MusicEngine
import MusicJobs
import Synchronization
import Testing
import VivaceServer

/// Who may use a server, and from where.
@Suite struct SecurityTests {
    private var keyed: ServerSettings {
        var settings = ServerSettings(port: 0, keys: AccessKeys(single: "s3cret"))
        settings.keys.add("reader", .init("reader", scopes: [.read]))
        settings.keys.add("maker", .init("maker", scopes: [.read, .generate], waiting: 1))
        return settings
    }

    @Test func aKeyIsNeededAndFoundWhereClientsPutIt() async throws {
        try await TestServer.run(keyed) { server async throws in
            let body: JSONValue = .object(["prompt": "x"])
            for (headers, status) in [
                (["Authorization": "Bearer s3cret"], 200), (["Authorization": "s3cret"], 200),
                (["x-api-key": "s3cret"], 200), (["Authorization": "Bearer wrong", "x-api-key": "s3cret"], 200),
                (["Authorization": "Bearer s3cre"], 401), (["Authorization": "Bearer s3cret "], 401),
                (["Authorization": "bearer"], 401), ([:], 401),
            ] as [([String: String], Int)] {
                let reply = try await server.client.post("/release_task", body, headers)
                // Blanks at a field's end are not of its value.
                let isTrimmed = headers["Authorization"] == "Bearer s3cret "
                #expect(reply.status == status || (isTrimmed && reply.status == 200), "\(headers)")
                if reply.status == 401 { #expect(reply.headers["www-authenticate"] == "Bearer") }
            }
            let token: JSONValue = .object(["prompt": "x", "ai_token": "s3cret"])
            #expect(try await server.client.post("/release_task", token).status == 200)
            let wrong: JSONValue = .object(["prompt": "x", "ai_token": "no"])
            let reply = try await server.client.post("/release_task", wrong, ["Authorization": "Bearer s3cret"])
            #expect(reply.status == 401 && reply.json["detail"] == "Invalid ai_token")
            // Only the routes that read a body themselves look for one there.
            #expect(try await server.client.post("/v1/init", .object(["ai_token": "s3cret"])).status == 401)
            #expect(try await server.client.post("/v1/chat/completions", token).status == 401)
            #expect(try await server.client.get("/health").status == 200)
            #expect(try await server.client.get("/v1/stats").status == 401)
            // Whoever has no key is told nothing of a body.
            let bad = try await server.client.send("POST", "/release_task", [:], Data("{".utf8))
            #expect(bad.status == 401)
            let large = Data(repeating: 32, count: 2 << 20)
            #expect(try await server.client.send("POST", "/release_task", [:], large).status == 401)
        }
    }

    @Test func namedKeysHaveScopesAndQuotas() async throws {
        try await TestServer.run(keyed) { server async throws in
            let body: JSONValue = .object(["prompt": "x"])
            let reader = ["x-api-key": "reader"], maker = ["x-api-key": "maker"]
            #expect(try await server.client.get("/v1/jobs", reader).status == 200)
            #expect(try await server.client.post("/query_result", .object([:]), reader).status == 200)
            #expect(try await server.client.post("/release_task", body, reader).status == 403)
            #expect(
                try await server.client.post("/release_task", .object(["prompt": "x", "ai_token": "reader"])).status
                    == 403)
            #expect(try await server.client.post("/v1/init", .object([:]), maker).status == 403)
            #expect(try await server.client.get("/metrics", maker).status == 403)
            await server.runner.hold()
            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await server.client.post("/release_task", body, maker).status) }
            #expect(statuses.prefix(1) == [200] && statuses.last == 429)
            // Another's place in the queue is not theirs.
            #expect(try await server.client.post("/release_task", body, ["x-api-key": "s3cret"]).status == 200)
        }
    }

    @Test func namesAndPasswordsAreKeysToo() async throws {
        var settings = ServerSettings(port: 0)
        settings.keys.add("anna:pass word", .init("anna"))
        try await TestServer.run(settings) { server async throws in
            let basic = { (text: String) in ["Authorization": "Basic \(Data(text.utf8).base64EncodedString())"] }
            #expect(try await server.client.get("/v1/jobs", basic("anna:pass word")).status == 200)
            #expect(try await server.client.get("/v1/jobs", basic("anna:password")).status == 401)
            #expect(try await server.client.get("/v1/jobs", ["Authorization": "Basic %%"]).status == 401)
        }
    }

    @Test func browsersLogInWithACookie() async throws {
        try await TestServer.run(keyed) { server async throws in
            let before = try await server.client.get("/v1/session").json
            #expect(before["needs_key"] == true && before["is_open"] == false)
            #expect(try await server.client.post("/v1/session", .object(["key": "wrong"])).status == 401)
            #expect(try await server.client.post("/v1/session", .object(["word": "s3cret"])).status == 422)
            let login = try await server.client.post("/v1/session", .object(["key": "maker"]))
            let cookie = try #require(login.headers["set-cookie"])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("maker"))
            let field = ["Cookie": "other=1; " + String(cookie.prefix { $0 != ";" })]
            #expect(try await server.client.get("/v1/session", field).json["name"] == "maker")
            #expect(try await server.client.get("/v1/jobs", field).status == 200)
            #expect(try await server.client.post("/release_task", .object(["prompt": "x"]), field).status == 200)
            #expect(try await server.client.get("/metrics", field).status == 403)
            let other = field.merging(["Origin": "https://evil.example"]) { $1 }
            #expect(try await server.client.post("/release_task", .object(["prompt": "x"]), other).status == 403)
            #expect(try await server.client.send("DELETE", "/v1/session", field).status == 204)
            #expect(try await server.client.get("/v1/jobs", field).status == 401)
            #expect(try await server.client.get("/v1/jobs", ["Cookie": "vivace_session=guess"]).status == 401)
        }
        try await TestServer.run { server async throws in
            #expect(try await server.client.get("/v1/session").json["needs_key"] == false)
            #expect(try await server.client.post("/v1/session", .object([:])).headers["set-cookie"] == nil)
        }
    }

    @Test func pagesAreFilesOfOneFolder() async throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(at: folder["pages/parts"], withIntermediateDirectories: true)
        for (name, text) in [
            ("pages/index.html", "<p>hello"), ("pages/parts/a.js", "1"), ("pages/.hidden.js", "2"),
            ("pages/notes.swift", "3"), ("secret.js", "4"),
        ] {
            try Data(text.utf8).write(to: folder[name])
        }
        symlink(folder["secret.js"].path, folder["pages/link.js"].path)
        var settings = ServerSettings(port: 0, keys: AccessKeys(single: "k"))
        settings.studio = folder["pages"]
        try await TestServer.run(settings) { server async throws in
            for path in ["/", "/create/simple", "/library", "/song/au_x", "/settings", "/models"] {
                let reply = try await server.client.get(path)
                #expect(reply.status == 200 && reply.text == "<p>hello", "\(path)")
                let policy = reply.headers["content-security-policy"] ?? ""
                #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            }
            let script = try await server.client.get("/studio/parts/a.js")
            #expect(script.text == "1" && script.headers["content-type"] == "text/javascript; charset=utf-8")
            let tag = try #require(script.headers["etag"])
            #expect(try await server.client.get("/studio/parts/a.js", ["If-None-Match": tag]).status == 304)
            for path in [
                "/studio/../secret.js", "/studio/%2e%2e/secret.js", "/studio/link.js", "/studio/.hidden.js",
                "/studio/notes.swift", "/studio/parts", "/studio/", "/studio/none.js", "/studio/parts%2fa.js",
            ] {
                #expect(try await server.client.get(path).status == 404, "\(path)")
            }
        }
        try await TestServer.run { server async throws in
            #expect(try await server.client.get("/").status == 404)
        }
    }

    @Test func othersNamesAndPagesAreNotServed() async throws {
        try await TestServer.run { server async throws in
            let port = server.client.port
            for (host, isServed) in [
                ("127.0.0.1:\(port)", true), ("localhost", true), ("LOCALHOST:1", true), ("[::1]:\(port)", true),
                ("studio.localhost", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
                ("localhost.evil.example:\(port)", false), ("a b", false), ("192.168.1.7", false), ("[::1", false),
            ] {
                let reply = try await server.client.get("/health", ["Host": host])
                #expect((reply.status == 200) == isServed, "\(host)")
                if !isServed { #expect([400, 403].contains(reply.status)) }
            }
            for (origin, isServed) in [
                ("http://localhost:5174", true), ("https://127.0.0.1", true), ("null", false),
                ("https://evil.example", false), ("http://localhost.evil.example", false), ("file://", false),
                ("javascript:1", false), ("http://127.0.0.1@evil.example", false),
            ] {
                let reply = try await server.client.post("/release_task", .object(["prompt": "x"]), ["Origin": origin])
                #expect(reply.status == (isServed ? 200 : 403), "\(origin)")
                #expect((reply.headers["access-control-allow-origin"] == origin) == isServed)
                let ask = ["Origin": origin, "Access-Control-Request-Method": "POST"]
                let preflight = try await server.client.send("OPTIONS", "/release_task", ask)
                #expect(preflight.status == (isServed ? 204 : 403), "\(origin)")
                #expect((preflight.headers["access-control-allow-methods"] != nil) == isServed)
            }
        }
        var settings = ServerSettings(port: 0)
        settings.allowedHosts = ["music.example"]
        settings.allowedOrigins = ["https://studio.example"]
        try await TestServer.run(settings) { server async throws in
            let headers = ["Host": "Music.Example:80", "Origin": "https://studio.example"]
            #expect(try await server.client.post("/release_task", .object(["prompt": "x"]), headers).status == 200)
        }
    }

    @Test func filesOfTheServersAreReadFromAllowedFoldersAlone() async throws {
        let folder = try Folder()
        for name in ["in", "out"] {
            try FileManager.default.createDirectory(at: folder[name], withIntermediateDirectories: true)
            try Data("RIFFdata".utf8).write(to: folder[name].appendingPathComponent("a.wav"))
        }
        symlink(folder["out/a.wav"].path, folder["in/link.wav"].path)
        symlink(folder["out"].path, folder["in/folder"].path)
        mkfifo(folder["in/pipe.wav"].path, 0o600)
        var settings = ServerSettings(port: 0)
        settings.inputFolders = [folder["in"].path]
        try await TestServer.run(settings) { server async throws in
            func status(_ path: String) async throws -> Int {
                try await server.client.post(
                    "/release_task", .object(["prompt": "x", "task_type": "cover", "src_audio_path": .text(path)])
                ).status
            }
            #expect(try await status(folder["in/a.wav"].path) == 200)
            for path in [
                folder["out/a.wav"].path, folder["in/link.wav"].path, folder["in/folder/a.wav"].path,
                folder["in/pipe.wav"].path, folder["in"].path, folder["in/../out/a.wav"].path,
                folder["in/none.wav"].path,
                "/dev/zero", "/proc/self/environ", "~/a.wav", "file:///etc/passwd", "C:\\a.wav", "\\\\host\\share",
            ] {
                #expect(try await status(path) == 400, "\(path)")
            }
        }
    }

    @Test func aServerForAllAsksForAKey() async throws {
        for host in ["0.0.0.0", "::", "192.168.1.7", "music.example"] {
            #expect(throws: MusicError.self) { try ServerSettings(host: host).validate() }
            try ServerSettings(host: host, keys: AccessKeys(single: "k")).validate()
            var open = ServerSettings(host: host)
            open.isOpenBeyondLoopback = true
            try open.validate()
        }
        for host in ["127.0.0.1", "localhost", "::1"] { try ServerSettings(host: host).validate() }
        #expect(throws: MusicError.self) { try ServerSettings(port: 65_536).validate() }
        #expect(AccessKeys(single: "").isEmpty && !AccessKeys(single: "x").isEmpty)
    }

    /// Three failures are answered; then an address waits, and each eight seconds forget one.
    @Test func wrongKeysShutAnAddressOutForAWhile() {
        let clock = SteppedClock()
        let limit = FailureLimit(clock, most: 3, recovery: 8)
        for _ in 0..<3 {
            #expect(limit.wait(for: "192.0.2.1") == nil)
            limit.note("192.0.2.1")
        }
        #expect(limit.wait(for: "192.0.2.1") == 8 && limit.wait(for: "192.0.2.2") == nil)
        // More failures don't lengthen the wait beyond all measure.
        for _ in 0..<50 { limit.note("192.0.2.1") }
        #expect(limit.wait(for: "192.0.2.1") == 8)
        clock.advance(by: .seconds(4))
        #expect(limit.wait(for: "192.0.2.1") == 4)
        clock.advance(by: .seconds(4))
        #expect(limit.wait(for: "192.0.2.1") == nil)
        limit.note("192.0.2.1")
        #expect(limit.wait(for: "192.0.2.1") == 8)
    }

    @Test func aServerWithoutALanguageModelSaysSo() async throws {
        var settings = ServerSettings(port: 0)
        settings.usesLanguageModel = false
        try await TestServer.run(settings) { server async throws in
            let words = try await server.client.post("/v1/jobs", .object(["kind": "create", "request": .object(["query": "x"])]))
            #expect(words.status == 400 && words.text.contains("without a language model"))
            #expect(try await server.client.post("/format_input", .object(["prompt": "x"])).status == 400)
            for (path, body) in [
                ("/release_task", .object(["prompt": "x", "thinking": true])),
                ("/v1/jobs", .object(["request": .object(["caption": "x", "thinking": true])])),
            ] as [(String, JSONValue)] {
                let reply = try await server.client.post(path, body)
                #expect([200, 202].contains(reply.status) && reply.text.contains("no plan is made"), "\(reply.text)")
            }
            while await server.runner.tasks.count < 2 { await Task.yield() }
            #expect(await server.runner.tasks.allSatisfy { $0.request.planning.wish == .never })
        }
    }

    @Test func keysAreKeptAsDigests() throws {
        let key = AccessKeys.newKey()
        #expect(key.hasPrefix("vk_") && key.count == 35 && key != AccessKeys.newKey())
        var keys = AccessKeys()
        try keys.add(digest: AccessKeys.hexDigest(of: key), .init("a"))
        #expect(keys.holder(of: key)?.name == "a" && keys.holder(of: key + "x") == nil)
        // SHA-256 of "abc", from FIPS 180-2.
        #expect(
            AccessKeys.hexDigest(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        for digest in ["", "ab", String(repeating: "g", count: 64), String(repeating: "a", count: 65)] {
            #expect(throws: MusicError.self) { try keys.add(digest: digest, .init("b")) }
        }
        #expect(!"\(keys)".contains(key))
    }
}

/// A clock that stands still until it is told to go on.
private final class SteppedClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset = Duration.zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private let time = Mutex(Duration.zero)
    var now: Instant { Instant(offset: time.withLock { $0 }) }
    var minimumResolution: Duration { .zero }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws { try Task.checkCancellation() }
}
