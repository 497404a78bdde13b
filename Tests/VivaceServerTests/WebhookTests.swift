import Crypto
import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// News of jobs, sent to hosts that the operator has allowed.
@Suite struct WebhookTests {
    @Test func theEndOfAJobIsToldAndSigned() async throws {
        // A failure in between is tried again.
        let receiver = try Receiver(statuses: [503, 204])
        var settings = ServerSettings(port: 0)
        settings.webhooks.hosts = ["127.0.0.1:\(receiver.port)"]
        settings.webhooks.secret = "s3cret"
        try await TestServer.run(settings, clock: HastyClock()) { server async throws in
            let address = "http://127.0.0.1:\(receiver.port)/news?x=1"
            let reply = try await server.client.post(
                "/v1/jobs", .object(["request": .object(["caption": "x"]), "callback_url": .text(address)]))
            try #require(reply.status == 202, "\(reply.text)")
            var deliveries: [(head: String, body: Data)] = []
            for await request in receiver.requests {
                deliveries.append(request)
                if deliveries.count == 2 { break }
            }
            let (head, body) = try #require(deliveries.last)
            #expect(head.hasPrefix("POST /news?x=1 HTTP/1.1\r\n"))
            let fields = Dictionary(
                head.split(separator: "\r\n").dropFirst().map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
                }
            ) { $1 }
            #expect(
                fields["x-vivace-event"] == "succeeded" && fields["x-vivace-delivery"] == reply.json["id"].plainText)
            let signed = Data("\(fields["x-vivace-timestamp"] ?? "").".utf8) + body
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data("s3cret".utf8)))
            #expect(fields["x-vivace-signature"] == "sha256=" + code.map { String(format: "%02x", $0) }.joined())
            let job = try JSONText.read(body, what: "The news")
            #expect(job["status"] == "succeeded" && job["result"]["songs"].list.count == 1)
            while try await !server.service.queue.pendingCallbacks().isEmpty { await Task.yield() }
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:1/", "https://hooks.example.evil.example/", "https://hooks.example:8443/",
        "ftp://hooks.example/",
        "https://user:word@hooks.example/", "hooks.example", "http://169.254.169.254/latest", "file:///etc/passwd", "",
        "https://hooks.example@127.0.0.1/", "http://[::1]/",
    ])
    func newsGoNowhereElse(address: String) async throws {
        var settings = ServerSettings(port: 0)
        settings.webhooks.hosts = ["hooks.example"]
        try await TestServer.run(settings) { server async throws in
            let reply = try await server.client.post(
                "/v1/jobs", .object(["request": .object(["caption": "x"]), "callback_url": .text(address)]))
            #expect([400, 403].contains(reply.status), "\(reply.text)")
            let allowed = try await server.client.post(
                "/v1/jobs", .object(["request": .object(["caption": "x"]), "callback_url": "https://HOOKS.example/a"]))
            #expect(allowed.status == 202)
        }
    }
}

/// A clock on which every wait is over at once.
struct HastyClock: Clock {
    struct Instant: InstantProtocol {
        var offset = Duration.zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    var now: Instant { Instant() }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        await Task.yield()
    }
}
