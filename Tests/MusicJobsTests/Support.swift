import Foundation
import MusicCore
import MusicEngine
import MusicJobs
import Synchronization
import ToneFamily

/// A temporary folder that is removed with its owner.
final class Folder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("jobs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    subscript(name: String) -> URL { url.appendingPathComponent(name) }

    /// Names of the files in a folder of it, hidden ones too.
    func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: self[folder].path)) ?? []).sorted()
    }

    /// Names of the songs in the library.
    var songs: [String] { names("service/library").filter { !$0.hasPrefix(".") } }
    var trash: [String] { names("service/library/.trash") }
}

/// An engine that knows tones alone, whose model lies in a folder.
func toneEngine(_ folder: Folder, families: [any MusicFamily] = [ToneFamily()]) throws -> Engine {
    let model = folder["model"]
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: model.appendingPathComponent("tone.json"))
    return Engine(
        families: families, memory: { 8_000_000_000 }, locate: { ModelLocation(name: $0, directory: model) },
        defaultModel: { "tone" })
}

/// A service over a folder.
func service(
    _ folder: Folder, _ runner: any JobRunner, limits: JobLimits = JobLimits(),
    uploads: Uploads.Limits = Uploads.Limits(), events: JobEvents.Limits = JobEvents.Limits(),
    clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Date = { Date() }
) async throws -> JobService {
    try await JobService.open(
        at: folder["service"], runner: runner, limits: limits, uploadLimits: uploads, eventLimits: events, clock: clock,
        now: now)
}

func tone(_ caption: String = "a tone", owner: String = "", priority: JobPriority = .normal, key: String? = nil)
    -> JobSubmission
{
    JobSubmission(
        JobRequest(.generate, document: ["caption": .text(caption), "duration": 0.2]), owner: owner,
        priority: priority, idempotencyKey: key)
}

extension JobService {
    /// The events of a job to its end.
    func allEvents(of id: String, after number: Int = 0) async -> [NumberedEvent] {
        var all: [NumberedEvent] = []
        for await event in events.stream(of: id, after: number) { all.append(event) }
        return all
    }

    /// The job once it is over.
    func end(of id: String) async throws -> Job {
        for await _ in events.stream(of: id) {}
        return try await queue.status(of: id).job
    }
}

/// A runner that waits for the test at each job, unless it is told to go on by itself.
actor ScriptedRunner: JobRunner {
    enum Step: Sendable { case event(RunEvent), succeed, fail(MusicError) }

    private(set) var tasks: [RunTask] = []
    private var steps: [String: [Step]] = [:]
    private var waiting: [String: CheckedContinuation<Void, Never>] = [:]
    private var begun: [CheckedContinuation<Void, Never>] = []
    private let isAutomatic: Bool
    private(set) var isShutDown = false
    private(set) var ended: [String] = []

    /// - Parameter isAutomatic: whether each job succeeds at once.
    init(isAutomatic: Bool = false) { self.isAutomatic = isAutomatic }

    /// What a job does next.
    func tell(_ id: String, _ step: Step) {
        steps[id, default: []].append(step)
        waiting.removeValue(forKey: id)?.resume()
    }

    /// Waits until a number of jobs have begun.
    func waitForTasks(_ count: Int) async {
        while tasks.count < count { await withCheckedContinuation { begun.append($0) } }
    }

    func run(_ task: RunTask, report: @escaping @Sendable (RunEvent) -> Void) async throws -> RunOutcome {
        tasks.append(task)
        begun.forEach { $0.resume() }
        begun = []
        defer { ended.append(task.id) }
        if isAutomatic { return try outcome(task) }
        while true {
            guard !Task.isCancelled else { throw MusicError(.cancelled, "cancelled") }
            guard let step = steps[task.id]?.first else {
                await withTaskCancellationHandler {
                    await withCheckedContinuation { waiting[task.id] = $0 }
                } onCancel: {
                    Task { await self.wake(task.id) }
                }
                continue
            }
            steps[task.id]?.removeFirst()
            switch step {
            case .event(let event): report(event)
            case .succeed: return try outcome(task)
            case .fail(let error): throw error
            }
        }
    }

    private func wake(_ id: String) { waiting.removeValue(forKey: id)?.resume() }

    private func outcome(_ task: RunTask) throws -> RunOutcome {
        try Data("song \(task.id)".utf8).write(to: URL(fileURLWithPath: task.folder).appendingPathComponent("x.flac"))
        var outcome = RunOutcome(document: ["audios": [["path": "x.flac"]]].json)
        outcome.files = [
            .init(
                name: "x.flac", seed: task.seed, duration: 2, sampleRate: 44_100, channels: 1,
                caption: task.request.document["caption"]?.plainText ?? "", lyrics: "la la", parameters: ["bpm": 90])
        ]
        outcome.soundSeconds = 2
        return outcome
    }

    func inspect(_ file: URL) throws -> AudioSummary {
        let data = try Data(contentsOf: file)
        guard data.starts(with: Data("RIFF".utf8)) else {
            throw MusicError(.unreadableInput, "\(file.path) is not audio")
        }
        return AudioSummary(duration: 1, sampleRate: 8000, channels: 1)
    }

    func load(_ order: LoadOrder) -> [LoadedModel] { [LoadedModel(order.model ?? "tone", .music)] }
    func loadedModels() -> [LoadedModel] { [] }
    func shutDown() { isShutDown = true }
}

extension [String: [[String: String]]] {
    fileprivate var json: JSONValue { .object(mapValues { .list($0.map { .object($0.mapValues { .text($0) }) }) }) }
}

/// A clock that goes on when it is told to.
final class TestClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct State {
        var now = Duration.zero
        var sleepers: [Int: (deadline: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var next = 0
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    var now: Instant { Instant(offset: state.withLock { $0.now }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let over = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in over.keys { state.sleepers[id] = nil }
            return over.values.map(\.continuation)
        }
        due.forEach { $0.resume() }
    }

    /// Waits until somebody sleeps.
    func waitForSleeper() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if !state.sleepers.isEmpty { return true }
                state.watchers.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isOver, watchers) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled || deadline.offset <= state.now { return (true, []) }
                    state.sleepers[id] = (deadline.offset, continuation)
                    defer { state.watchers = [] }
                    return (false, state.watchers)
                }
                watchers.forEach { $0.resume() }
                guard isOver else { return }
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id)?.continuation }?
                .resume(throwing: CancellationError())
        }
    }
}
