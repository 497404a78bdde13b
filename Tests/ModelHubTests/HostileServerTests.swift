import Foundation
import ModelHub
import MusicCore
import Testing

/// A server that wants to write where it must not, fill the memory, or get at the token.
@Suite struct HostileServerTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
    }

    /// Downloads a repository whose listing is the given JSON.
    private func download(listing: String, commit: String = commitA) async throws {
        let server = try TestServer { request in
            if request.path.contains("/revision/") { return .json("{\"sha\":\"\(commit)\"}") }
            if request.path.contains("/tree/") { return .json(listing) }
            return TestServer.Response(body: Array("{}".utf8))
        }
        defer { server.stop() }
        try await download(from: server.address)
    }

    private func download(from address: String, token: String? = nil) async throws {
        var configuration = try workspace.configuration(hub: address, token: token)
        configuration.retries.maximumAttempts = 2
        let id = try #require(RepositoryID("org/model"))
        try await ModelDownloader(configuration: configuration).download([DownloadItem(repository: id)])
    }

    private func entry(_ path: String, oid: String = String(repeating: "0", count: 40), size: String = "2") -> String {
        "{\"type\":\"file\",\"oid\":\"\(oid)\",\"size\":\(size),\"path\":\"\(path)\"}"
    }

    private func expectNothingWritten() throws {
        #expect(try workspace.tree(workspace.root) == [])
    }

    @Test(arguments: [
        "../../x.json", "/etc/x.json", "a/../../x.json", "..", "a//x.json", "./x.json", "a/./x.json",
        "a\\\\..\\\\x.json",
        "x\\u0000.json", "x\\n.json", "", "a/", String(repeating: "a", count: 300) + ".json",
    ])
    func namesThatClimbOut(path: String) async throws {
        let error = await #expect(throws: MusicError.self) { try await download(listing: "[\(entry(path))]") }
        #expect(error?.code == .network)
        #expect(error?.message.contains("refused") == true)
        #expect(error?.message.contains("\n") == false)
        try expectNothingWritten()
    }

    @Test func namesThatContradictEachOther() async throws {
        for listing in ["[\(entry("a.json")),\(entry("a.json/b.json"))]", "[\(entry("a.json")),\(entry("a.json"))]"] {
            let error = await #expect(throws: MusicError.self) { try await download(listing: listing) }
            #expect(error?.message.contains("refused") == true)
        }
        try expectNothingWritten()
    }

    @Test(arguments: ["../../../x", "", "main", String(repeating: "g", count: 40), String(repeating: "A", count: 40)])
    func hashesThatAreNone(oid: String) async throws {
        let error = await #expect(throws: MusicError.self) {
            try await download(listing: "[\(entry("a.json", oid: oid))]")
        }
        #expect(error?.message.contains("refused") == true)
        let large =
            "{\"type\":\"file\",\"oid\":\"0\",\"size\":2,\"path\":\"a.json\",\"lfs\":{\"oid\":\"\(oid)\",\"size\":2}}"
        await #expect(throws: MusicError.self) { try await download(listing: "[\(large)]") }
        try expectNothingWritten()
    }

    @Test(arguments: ["../../x", "", "main"])
    func commitsThatAreNone(commit: String) async throws {
        let error = await #expect(throws: MusicError.self) {
            try await download(listing: "[\(entry("a.json"))]", commit: commit)
        }
        #expect(error?.message.contains("refused") == true)
        try expectNothingWritten()
    }

    @Test(arguments: ["-1", "9223372036854775807", "1e300", "\"many\"", "null"])
    func impossibleSizes(size: String) async throws {
        let listing = "[\(entry("a.json", size: size)),\(entry("b.json", size: size))]"
        await #expect(throws: MusicError.self) { try await download(listing: listing) }
        try expectNothingWritten()
    }

    @Test func deepJSON() async throws {
        let listing = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
        let error = await #expect(throws: MusicError.self) { try await download(listing: listing) }
        #expect(error?.message.contains("not the JSON of a model hub") == true)
        try expectNothingWritten()
    }

    @Test func hugeJSON() async throws {
        let listing = "[" + String(repeating: " ", count: 40_000_000) + "]"
        let error = await #expect(throws: MusicError.self) { try await download(listing: listing) }
        #expect(error?.message.contains("more than the") == true)
        try expectNothingWritten()
    }

    @Test func tooManyFiles() async throws {
        let listing = "[" + (0...50_000).map { entry("\($0).json") }.joined(separator: ",") + "]"
        let error = await #expect(throws: MusicError.self) { try await download(listing: listing) }
        #expect(error?.message.contains("50000 files") == true)
        try expectNothingWritten()
    }

    @Test func endlessPages() async throws {
        let counter = Counter()
        let server = try TestServer { request in
            if request.path.contains("/revision/") { return .json("{\"sha\":\"\(commitA)\"}") }
            return .json("[]", ["Link": "<\(request.path)?cursor=\(counter.next())>; rel=\"next\""])
        }
        defer { server.stop() }
        let error = await #expect(throws: MusicError.self) { try await download(from: server.address) }
        #expect(error?.message.contains("no end") == true)
        #expect(server.requests.count < 300)
    }

    @Test func endlessRedirects() async throws {
        let server = try TestServer { request in .redirect(to: request.path + "x") }
        defer { server.stop() }
        let error = await #expect(throws: MusicError.self) { try await download(from: server.address) }
        #expect(error?.message.contains("redirect") == true)
        #expect(server.requests.count == 11)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:pass@127.0.0.1/", "http://"])
    func redirectsToElsewhere(target: String) async throws {
        let server = try TestServer { _ in .redirect(to: target) }
        defer { server.stop() }
        let error = await #expect(throws: MusicError.self) { try await download(from: server.address) }
        #expect(error?.code == .network)
        try expectNothingWritten()
    }

    @Test func tokenStaysWithItsServer() async throws {
        let weights = FakeFile.large(5000)
        let hub = try FakeHub(["org/model": .init(commit: commitA, files: Checkpoints.ditFiles(weights: weights))])
        hub.requireToken("hf_secret")
        // The delivery sends the client back to the hub's own server, which must not see the token again.
        let delivery = try TestServer { request in
            request.path == "/\(weights.sha256)"
                ? .redirect(to: "\(hub.address)/back")
                : TestServer.Response(body: Checkpoints.ditFiles()["silence_latent.pt"]?.bytes ?? [])
        }
        defer { delivery.stop() }
        hub.deliverLargeFiles(from: delivery.address)
        hub.meddle { request, _ in request.path == "/back" ? TestServer.Response(body: weights.bytes) : nil }
        try await download(from: hub.address, token: "hf_secret")

        #expect(delivery.requests.count == 2)
        #expect(delivery.requests.allSatisfy { $0.headers["authorization"] == nil })
        #expect(hub.server.requests("/back").map { $0.headers["authorization"] } == [nil])
        #expect(
            hub.server.requests.filter { $0.path != "/back" }.allSatisfy {
                $0.headers["authorization"] == "Bearer hf_secret"
            })
    }

    @Test func tokenStaysWithItsServerAcrossPages() async throws {
        let other = try TestServer { _ in .json("[]") }
        defer { other.stop() }
        let server = try TestServer { request in
            if request.path.contains("/revision/") { return .json("{\"sha\":\"\(commitA)\"}") }
            return .json("[\(Self.anyEntry)]", ["Link": "<\(other.address)/more>; rel=\"next\""])
        }
        defer { server.stop() }
        await #expect(throws: MusicError.self) { try await download(from: server.address, token: "hf_secret") }
        #expect(other.requests.count == 1)
        #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    private static let anyEntry =
        "{\"type\":\"file\",\"oid\":\"\(String(repeating: "0", count: 40))\",\"size\":2,\"path\":\"a.json\"}"

    @Test func linksInTheCacheAreNotFollowed() async throws {
        let outside = workspace.root.appending(path: "outside")
        try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
        let hub = try FakeHub(["org/model": .init(commit: commitA, files: ["vae/config.json": FakeFile("{}")])])
        let snapshot = workspace.cache.appending(path: "models--org--model/snapshots/\(commitA)")
        try FileManager.default.createDirectory(at: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: snapshot.appending(path: "vae"), withDestinationURL: outside)
        let error = await #expect(throws: MusicError.self) { try await download(from: hub.address) }
        #expect(error?.code == .unwritableOutput)
        #expect(try workspace.tree(outside) == [])
    }

    @Test func plantedPartialFileIsNotFollowed() async throws {
        let file = FakeFile("{\"a\":1}")
        let victim = try workspace.write("victim", "precious")
        let hub = try FakeHub(["org/model": .init(commit: commitA, files: ["config.json": file])])
        let blobs = workspace.cache.appending(path: "models--org--model/blobs")
        try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: blobs.appending(path: "\(file.gitHash).incomplete"), withDestinationURL: victim)
        await #expect(throws: MusicError.self) { try await download(from: hub.address) }
        #expect(try String(contentsOf: victim, encoding: .utf8) == "precious")
    }
}
