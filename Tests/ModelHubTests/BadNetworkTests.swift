import Foundation
import ModelHub
import MusicCore
import Synchronization
import Testing

/// Counts how often something happens, from any thread.
final class Counter: Sendable {
    private let value = Mutex(0)
    /// Adds one and returns how often it was called before.
    func next() -> Int {
        value.withLock { value in
            value += 1
            return value - 1
        }
    }
}

/// The time limit is for a download that never ends, which no test can tell from one that takes long.
@Suite(.timeLimit(.minutes(10))) struct BadNetworkTests {
    private let workspace: Workspace
    private let hub: FakeHub
    private let weights = FakeFile.large(1_000_000, seed: 11)

    init() throws {
        workspace = try Workspace()
        hub = try FakeHub(["org/model": .init(commit: commitA, files: Checkpoints.ditFiles(weights: weights))])
    }

    private func download(
        _ configuration: HubConfiguration? = nil, log: EventLog = EventLog()
    ) async throws -> URL {
        let configuration = try configuration ?? workspace.configuration(hub: hub.address)
        let id = try #require(RepositoryID("org/model"))
        return try await ModelDownloader(configuration: configuration)
            .download([DownloadItem(repository: id)]) { log.record($0) }[0].directory
    }

    /// Meddles with answers that carry the weights.
    private func meddleWithWeights(
        _ meddler: @escaping @Sendable (_ attempt: Int, TestServer.Request, TestServer.Response) -> TestServer.Response?
    ) {
        let counter = Counter()
        hub.meddle { request, response in
            guard request.path.hasSuffix("/resolve/\(commitA)/model.safetensors") else { return nil }
            return meddler(counter.next(), request, response)
        }
    }

    private func expectWeights(in directory: URL) throws {
        #expect(try Array(Data(contentsOf: directory.appending(path: "model.safetensors"))) == weights.bytes)
    }

    private func expectNoWeights() throws {
        #expect(try !workspace.tree().contains { $0.contains("/blobs/\(weights.sha256) ") })
        #expect(try !workspace.tree().contains { $0.contains("snapshots/\(commitA)/model.safetensors") })
    }

    @Test func droppedConnectionsAreContinued() async throws {
        meddleWithWeights { attempt, _, response in
            guard attempt < 4 else { return nil }
            var response = response
            response.dropAfter = 200_000
            return response
        }
        try expectWeights(in: try await download())
        let starts = hub.downloads("model.safetensors").map { $0.rangeStart ?? 0 }
        #expect(starts == [0, 200_000, 400_000, 600_000, 800_000])
    }

    @Test func serverThatIgnoresRanges() async throws {
        meddleWithWeights { attempt, _, _ in
            var response = TestServer.Response(body: weights.bytes)
            if attempt < 2 { response.dropAfter = 300_000 }
            return response
        }
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").map { $0.rangeStart ?? 0 } == [0, 300_000, 300_000])
    }

    @Test func serverThatSendsAnotherRange() async throws {
        meddleWithWeights { attempt, _, response in
            var response = response
            if attempt == 0 { response.dropAfter = 300_000 }
            if attempt == 1 {
                response.headers["Content-Range"] = "bytes 0-999999/1000000"
                response.body = weights.bytes
            }
            return response
        }
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").map { $0.rangeStart ?? 0 } == [0, 300_000, 300_000])
    }

    @Test func serverThatRefusesTheRange() async throws {
        meddleWithWeights { attempt, request, response in
            var response = response
            if attempt == 0 { response.dropAfter = 300_000 }
            if request.rangeStart != nil { return .status(416) }
            return response
        }
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").map(\.rangeStart) == [nil, 300_000, nil])
    }

    @Test func whatIsTakenBackIsNoProgress() async throws {
        // The beginning, and no way to go on: the next attempt loses what this one has brought.
        meddleWithWeights { _, request, response in
            if request.rangeStart != nil { return .status(416) }
            var response = response
            response.dropAfter = 300_000
            return response
        }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.code == .network)
        // The first attempt got further than ever; the five after it did not.
        #expect(hub.downloads("model.safetensors").count == 6)
        try expectNoWeights()
    }

    @Test func progressThatLastsIsCountedByTheMostThatWasHere() async throws {
        // Each attempt from the start gets a little further than the one before.
        meddleWithWeights { attempt, _, _ in
            var response = TestServer.Response(body: weights.bytes)
            if attempt < 9 { response.dropAfter = 100_000 * (attempt + 1) }
            return response
        }
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").count == 10)
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func transientStatusesAreRetried(status: Int) async throws {
        meddleWithWeights { attempt, _, _ in attempt < 3 ? .status(status) : nil }
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").count == 4)
    }

    @Test func retryAfterIsObeyed() async throws {
        meddleWithWeights { attempt, _, _ in attempt == 0 ? .status(429, ["Retry-After": "17"]) : nil }
        try expectWeights(in: try await download())
        #expect(workspace.clock.sleeps == [.seconds(17)])
    }

    @Test func waitsDouble() async throws {
        meddleWithWeights { _, _, _ in .status(503) }
        await #expect(throws: MusicError.self) { _ = try await download() }
        // Half a second, and up to a quarter more at random.
        let expected = (0..<5).map { 0.5 * Double(1 << $0) }
        let sleeps = workspace.clock.sleeps.map { $0 / .seconds(1) }
        #expect(sleeps.count == expected.count)
        for (sleep, least) in zip(sleeps, expected) { #expect((least...least * 1.25).contains(sleep)) }
    }

    @Test func longRetryAfterIsLeftToTheUser() async throws {
        meddleWithWeights { _, _, _ in .status(429, ["Retry-After": "3600"]) }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.code == .network)
        #expect(error?.message.contains("429") == true && error?.message.contains("3600") == true)
        #expect(hub.downloads("model.safetensors").count == 1)
        #expect(workspace.clock.sleeps.isEmpty)
    }

    @Test func patienceEnds() async throws {
        meddleWithWeights { _, _, _ in .status(503) }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.message.contains("model.safetensors of org/model") == true)
        #expect(error?.message.contains("503") == true)
        #expect(hub.downloads("model.safetensors").count == 6)
        try expectNoWeights()
    }

    @Test func listingIsRetriedToo() async throws {
        let counter = Counter()
        hub.meddle { request, _ in request.path.hasPrefix("/api/") && counter.next() < 2 ? .status(503) : nil }
        try expectWeights(in: try await download())
    }

    @Test func damagedOnTheWay() async throws {
        meddleWithWeights { attempt, _, response in
            guard attempt == 0 else { return nil }
            var response = response
            response.body[500_000] ^= 1
            return response
        }
        let log = EventLog()
        try expectWeights(in: try await download(log: log))
        #expect(log.notices.contains { $0.contains("damaged") })
    }

    @Test func wrongContentsNeverEnterTheCache() async throws {
        meddleWithWeights { _, _, response in
            var response = response
            response.body[0] ^= 1
            return response
        }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.code == .network)
        #expect(error?.message.contains(weights.sha256) == true)
        try expectNoWeights()
        #expect(try !workspace.tree().contains { $0.contains(".incomplete") && $0.contains(weights.sha256) })
    }

    @Test func wrongContentsOfASmallFile() async throws {
        hub.meddle { request, response in
            guard request.path.hasSuffix("/config.json") else { return nil }
            var response = response
            response.body[0] = 0x20
            return response
        }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.message.contains("git hash") == true)
        #expect(try !workspace.tree().contains { $0.contains("config.json") })
    }

    @Test func damagedPartialFileIsReplaced() async throws {
        let partial = workspace.cache.appending(path: "models--org--model/blobs/\(weights.sha256).incomplete")
        try FileManager.default.createDirectory(
            at: partial.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(repeating: 7, count: 600_000).write(to: partial)
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").map(\.rangeStart) == [600_000, nil])
    }

    @Test func completePartialFileNeedsNoRequest() async throws {
        let partial = workspace.cache.appending(path: "models--org--model/blobs/\(weights.sha256).incomplete")
        try FileManager.default.createDirectory(
            at: partial.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(weights.bytes).write(to: partial)
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").isEmpty)
    }

    @Test(arguments: [10, 2_000_000])
    func wrongContentLength(length: Int) async throws {
        meddleWithWeights { _, _, response in
            var response = response
            response.announcedLength = .some(length)
            return response
        }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.message.contains("announces \(length) bytes") == true)
        try expectNoWeights()
    }

    @Test func noContentLength() async throws {
        meddleWithWeights { _, _, response in
            var response = response
            response.announcedLength = .some(nil)
            return response
        }
        try expectWeights(in: try await download())
    }

    @Test func moreBytesThanListed() async throws {
        meddleWithWeights { _, _, response in
            var response = response
            response.announcedLength = .some(nil)
            response.body += Array(repeating: 0, count: 5_000_000)
            return response
        }
        let error = await #expect(throws: MusicError.self) { _ = try await download() }
        #expect(error?.message.contains("more than the 1000000 bytes") == true)
        try expectNoWeights()
    }

    @Test func loginPageDoesNotCostThePartialFile() async throws {
        meddleWithWeights { attempt, _, response in
            var response = response
            if attempt == 0 { response.dropAfter = 400_000 }
            if attempt == 1 { return TestServer.Response(body: Array("<html>Please log in</html>".utf8)) }
            return response
        }
        try expectWeights(in: try await download())
        #expect(hub.downloads("model.safetensors").map { $0.rangeStart ?? 0 } == [0, 400_000, 400_000])
    }

    /// The whole takes longer than a silence may.
    @Test func slowServerIsWaitedFor() async throws {
        var configuration = try workspace.configuration(hub: hub.address)
        configuration.http.stallTimeout = 1
        meddleWithWeights { _, _, response in
            var response = response
            response.pieces = (100_000, 0.15)
            return response
        }
        try expectWeights(in: try await download(configuration))
        #expect(hub.downloads("model.safetensors").count == 1)
    }

    @Test func silentServerIsGivenUp() async throws {
        var configuration = try workspace.configuration(hub: hub.address)
        configuration.http.stallTimeout = 1
        configuration.retries.maximumAttempts = 1
        meddleWithWeights { _, _, response in
            var response = response
            response.stallAfter = 500_000
            return response
        }
        let error = await #expect(throws: MusicError.self) { _ = try await download(configuration) }
        #expect(error?.message.contains("went silent") == true)
    }

    @Test func serverThatHangsUp() async throws {
        meddleWithWeights { attempt, _, _ in attempt < 2 ? TestServer.Response(isSilent: true) : nil }
        try expectWeights(in: try await download())
    }

    @Test func cancellationKeepsThePartialFile() async throws {
        meddleWithWeights { _, _, response in
            var response = response
            response.stallAfter = 250_000
            return response
        }
        let task = Task { try await download() }
        let partial = "blobs/\(weights.sha256).incomplete (250000)"
        try await until { try workspace.tree().contains { $0.hasSuffix(partial) } }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(hub.downloads("model.safetensors").count == 1)
        #expect(try workspace.tree().contains { $0.hasSuffix(partial) })

        hub.meddle(nil)
        let second = EventLog()
        try expectWeights(in: try await download(log: second))
        #expect(second.plans.first?.resumedBytes == 250_000)
        #expect(hub.downloads("model.safetensors").last?.rangeStart == 250_000)
        #expect(try !workspace.tree().contains { $0.contains(".incomplete") })
    }

    @Test func endingTheSequenceCancels() async throws {
        meddleWithWeights { _, _, response in
            var response = response
            response.stallAfter = 100_000
            return response
        }
        let downloader = ModelDownloader(configuration: try workspace.configuration(hub: hub.address))
        let id = try #require(RepositoryID("org/model"))
        for try await event in downloader.events(of: [DownloadItem(repository: id)]) {
            if case .progress = event { break }
        }
        // The transfer lets go of its lock soon.
        let lock = workspace.cache.appending(path: ".locks/models--org--model/\(weights.sha256).lock")
        try await until { !isLocked(lock) }
    }

    private func isLocked(_ url: URL) -> Bool {
        let descriptor = open(url.path, O_RDWR)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
}
