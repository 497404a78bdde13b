import Foundation
import Logging
import LoopbackClient
import ModelHub
import MusicCore
import MusicEngine
import MusicJobs
import Synchronization
import Testing
import Vivace
import VivaceServer

/// A temporary folder that is removed with its owner.
final class Folder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    subscript(name: String) -> URL { url.appendingPathComponent(name) }
}

/// Does the work of jobs at once, or when a test says so: songs are short tones.
///
/// It makes what a request asks for in name alone, so that what arrives of a request is seen without computing.
actor QuickRunner: JobRunner {
    private(set) var tasks: [RunTask] = []
    private var isHeld = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var error: MusicError?
    private var loaded: [LoadedModel] = []

    /// Jobs wait from now on.
    func hold() { isHeld = true }

    func release() {
        isHeld = false
        waiting.forEach { $0.resume() }
        waiting = []
    }

    /// How the next jobs end; `nil` for well.
    func fail(_ error: MusicError?) { self.error = error }

    func run(_ task: RunTask, report: @escaping @Sendable (RunEvent) -> Void) async throws -> RunOutcome {
        tasks.append(task)
        report(.stage(.diffuse))
        report(.progress(.diffuse, completed: 1, total: 2, fraction: 0.5))
        while isHeld {
            if Task.isCancelled { throw MusicError(.cancelled, "cancelled") }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiting.append($0) }
            } onCancel: {
                Task { await self.wake() }
            }
        }
        if Task.isCancelled { throw MusicError(.cancelled, "cancelled") }
        if let error { throw error }
        // A mix takes no model: it is made.
        if task.request.kind == .mix { return try await EngineRunner(Engine.standard()).run(task, report: report) }
        return try task.request.kind == .generate ? songs(task) : words(task)
    }

    private func wake() {
        waiting.forEach { $0.resume() }
        waiting = []
    }

    private func songs(_ task: RunTask) throws -> RunOutcome {
        let count = Int(task.request.document["batch_size"]?.numberValue ?? 1)
        var outcome = RunOutcome(document: .object([:]))
        for index in 0..<count {
            let format = task.request.audioFormat ?? "flac"
            let name = "song-\(index).\(format == "wav32" ? "wav" : format)"
            try Data("RIFF song \(index) of \(task.id)".utf8)
                .write(to: URL(fileURLWithPath: task.folder).appendingPathComponent(name))
            outcome.files.append(
                .init(
                    name: name, seed: UInt64(index) + 5, duration: 2, sampleRate: 48_000, channels: 2,
                    caption: task.request.document["caption"]?.plainText ?? "", lyrics: "la",
                    parameters: task.request.document.merging(["bpm": .integer(100)]) { own, _ in own }))
        }
        outcome.notices = task.request.notices
        outcome.soundSeconds = 2 * Double(count)
        outcome.model = task.request.model ?? "builtin"
        return outcome
    }

    private func words(_ task: RunTask) -> RunOutcome {
        RunOutcome(
            document: task.request.kind == .codes
                ? .object(["audio_codes": "<|audio_code_1|>"])
                : .object([
                    "caption": "a caption", "lyrics": "[Verse]\nla", "bpm": .integer(90), "duration": .number(30),
                    "keyscale": "C major", "timesignature": "4", "language": "en", "instrumental": false,
                    "genres": "pop",
                ]))
    }

    func inspect(_ file: URL) throws -> AudioSummary {
        guard try Data(contentsOf: file).starts(with: Data("RIFF".utf8)) else {
            throw MusicError(.unreadableInput, "\(file.path) is not audio")
        }
        return AudioSummary(duration: 1, sampleRate: 8000, channels: 1)
    }

    func load(_ order: LoadOrder) -> [LoadedModel] {
        loaded = [LoadedModel(order.model ?? "builtin", .music)]
        if order.loadsLanguageModel { loaded.append(LoadedModel(order.languageModel ?? "builtin", .planning)) }
        return loaded
    }

    func loadedModels() -> [LoadedModel] { loaded }
    func shutDown() {}
}

/// A server on a free port of this machine, with the built-in model's name and no arithmetic.
struct TestServer: Sendable {
    let client: Loopback
    let service: JobService
    let runner: QuickRunner
    let folder: Folder
    /// At the DJ's port, where one is set.
    var djClient: Loopback?

    /// Runs a test on a new server, and ends it.
    static func run(
        _ settings: ServerSettings = ServerSettings(port: 0), limits: JobLimits = JobLimits(),
        uploads: Uploads.Limits = Uploads.Limits(), adapters: URL? = nil,
        clock: any Clock<Duration> = ContinuousClock(), locator: (@Sendable () throws -> ModelLocator)? = nil,
        _ test: (TestServer) async throws -> Void
    ) async throws {
        let folder = try Folder()
        let runner = QuickRunner()
        let engine = Engine.standard()
        let service = try await JobService.open(
            at: folder["data"], runner: runner, limits: limits, uploadLimits: uploads,
            adapters: AdapterFolder(adapters), check: { try await RequestCheck(engine)($0) })
        try await service.start()
        var settings = settings
        settings.model = settings.model ?? "builtin"
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let server = try MusicServer(
            service, engine: engine, locator: locator, settings: settings, logger: logger, clock: clock)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let (djPorts, djPort) = AsyncStream<Int>.makeStream()
        let serving = Task {
            try await server.run {
                port.yield($0)
            } whenDJReady: {
                djPort.yield($0)
            }
        }
        defer { serving.cancel() }
        guard let number = await ports.first(where: { _ in true }) else { throw LoopbackFailure.noConnection }
        var running = TestServer(client: Loopback(port: number), service: service, runner: runner, folder: folder)
        if settings.djPort != nil {
            guard let number = await djPorts.first(where: { _ in true }) else { throw LoopbackFailure.noConnection }
            running.djClient = Loopback(port: number)
        }
        try await test(running)
        await runner.release()
        await service.drain(within: .seconds(5))
        serving.cancel()
        _ = try? await serving.value
    }

    /// Waits until a job is over.
    func end(of id: String) async throws -> Job {
        for await _ in service.events.stream(of: id) {}
        return try await service.queue.status(of: id).job
    }

    /// Has a song made by the native route, and gives its element in the results.
    func song(_ fields: JSONValue) async throws -> JSONValue {
        let reply = try await client.post("/release_task", fields)
        guard case .text(let id) = reply.json["data"]["task_id"] else {
            Issue.record("\(reply.status): \(reply.text)")
            return .null
        }
        _ = try await end(of: id)
        return try await result(of: id)[0]
    }

    /// What `/query_result` has in `result` for an id.
    func result(of id: String) async throws -> [JSONValue] {
        let reply = try await client.post("/query_result", .object(["task_id_list": .list([.text(id)])]))
        let text = reply.json["data"].list[0]["result"].plainText
        return try JSONText.read(Data(text.utf8), what: "The result").list
    }
}
