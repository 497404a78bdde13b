public import Foundation
import MusicCore
public import MusicEngine

/// Does the work of jobs in a process of its own, so that a crash, a kill or a stall ends one job, and not the server.
///
/// The process is started with the first call, and again with the next one after it has ended.
public actor WorkerRunner: JobRunner {
    /// The program that is the worker, and how it is watched.
    public struct Settings: Sendable {
        public var executable: URL
        public var arguments: [String]
        /// `nil` takes this process's.
        public var environment: [String: String]?
        /// How often the work is looked at.
        public var interval: Duration
        /// Looks at work that neither reports nor computes, before it is given up.
        public var stillLooks: Int
        /// Looks at work that computes without a report, likewise.
        public var silentLooks: Int
        /// Looks at work that was cancelled and goes on, likewise.
        public var cancelledLooks: Int

        public init(
            executable: URL, arguments: [String], environment: [String: String]? = nil,
            interval: Duration = .seconds(5), stillLooks: Int = 60, silentLooks: Int = 720, cancelledLooks: Int = 60
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.interval = interval
            self.stillLooks = stillLooks
            self.silentLooks = silentLooks
            self.cancelledLooks = cancelledLooks
        }

        var patience: ProgressWatch.Patience {
            .init(still: stillLooks, silent: silentLooks, cancelled: cancelledLooks)
        }
    }

    /// Something that the worker was asked.
    private struct Call {
        var watch: ProgressWatch
        var stage: MusicStage?
        var report: @Sendable (RunEvent) -> Void
        var continuation: CheckedContinuation<WorkerReply.Content, any Error>
    }

    private let settings: Settings
    private let clock: any Clock<Duration>
    private var process: WorkerProcess?
    /// Why the process is being ended by us.
    private var verdict: (number: Int, error: MusicError)?
    private var frames = WorkerFrameReader()
    private var calls: [Int: Call] = [:]
    private var lastNumber = 0
    private var watching: Task<Void, Never>?
    private var isEnding = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// How often a process was started.
    package private(set) var starts = 0
    /// Of the process that runs.
    package var processIdentifier: pid_t? { process?.identifier }

    /// - Parameters:
    ///   - settings: which program it is.
    ///   - clock: by which the work is looked at.
    public init(_ settings: Settings, clock: any Clock<Duration> = ContinuousClock()) {
        self.settings = settings
        self.clock = clock
        // A worker that is gone shows in what it says, and not by a signal that ends this process.
        signal(SIGPIPE, SIG_IGN)
    }

    public func run(
        _ task: RunTask, report: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunOutcome {
        guard case .outcome(let outcome) = try await call(.run(task), report: report) else { throw Self.misunderstood }
        return outcome
    }

    public func inspect(_ file: URL) async throws -> AudioSummary {
        guard case .summary(let summary) = try await call(.inspect(path: file.path)) else { throw Self.misunderstood }
        return summary
    }

    public func load(_ order: LoadOrder) async throws -> [LoadedModel] {
        guard case .models(let models) = try await call(.load(order)) else { throw Self.misunderstood }
        return models
    }

    /// Of a worker that runs; none where there is none.
    public func loadedModels() async -> [LoadedModel] {
        guard process != nil, !isEnding, case .models(let models)? = try? await call(.loadedModels) else { return [] }
        return models
    }

    public func shutDown() async {
        isEnding = true
        guard process != nil else { return }
        if calls.isEmpty { process?.closeInput() }
        watch()
        await withCheckedContinuation { waiters.append($0) }
    }

    private static var misunderstood: MusicError { MusicError(.internal, "The worker gave an answer of another kind") }

    // MARK: Calls

    private func call(
        _ action: WorkerCall.Action, report: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> WorkerReply.Content {
        guard !isEnding else { throw MusicError(.cancelled, "The work is ending", advice: "try again in a moment") }
        let process = try running()
        lastNumber += 1
        let number = lastNumber
        let frame = try WorkerFrame.encode(WorkerCall(number: number, action: action))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                calls[number] = Call(
                    watch: ProgressWatch(settings.patience), report: report, continuation: continuation)
                process.send(frame)
                watch()
            }
        } onCancel: {
            Task { await self.cancel(number) }
        }
    }

    private func cancel(_ number: Int) {
        guard calls[number] != nil else { return }
        calls[number]?.watch.noteCancellation()
        lastNumber += 1
        if let frame = try? WorkerFrame.encode(WorkerCall(number: lastNumber, action: .cancel(number))) {
            process?.send(frame)
        }
    }

    private func end(_ number: Int, _ result: Result<WorkerReply.Content, any Error>) {
        guard let call = calls.removeValue(forKey: number) else { return }
        call.continuation.resume(with: result)
        if isEnding, calls.isEmpty { process?.closeInput() }
    }

    // MARK: The process

    private func running() throws -> WorkerProcess {
        if let process { return process }
        let process = try WorkerProcess(settings)
        self.process = process
        frames = WorkerFrameReader()
        starts += 1
        // It doesn't keep the runner: a worker whose runner is gone ends.
        Task { [weak self, pieces = process.pieces, end = process.end] in
            for await piece in pieces { await self?.take(piece) }
            // What the worker has begun in its turn is to end too: its end shows only when they have.
            await self?.closeInput()
            for await how in end { await self?.ended(how) }
        }
        return process
    }

    private func closeInput() { process?.closeInput() }

    private func take(_ piece: Data) {
        frames.append(piece)
        do {
            while let json = try frames.next() { take(try WorkerFrame.decode(WorkerReply.self, json)) }
        } catch {
            // What follows can't be told from what is damaged.
            verdict = verdict ?? (0, error as? MusicError ?? MusicError(.internal, "\(error)"))
            process?.kill()
        }
    }

    private func take(_ reply: WorkerReply) {
        switch reply.content {
        case .ready: break
        case .alive(let seconds): for number in calls.keys { calls[number]?.watch.noteComputing(seconds) }
        case .event(let event):
            guard let call = calls[reply.number] else { return }
            switch event {
            case .stage(let stage): calls[reply.number]?.stage = stage
            case .progress(let stage, _, _, _): calls[reply.number]?.stage = stage
            case .notice, .part: break
            }
            calls[reply.number]?.watch.noteEvent()
            call.report(event)
        case .failed(let error) where reply.number == 0:
            verdict = verdict ?? (0, error)
            process?.kill()
        case .failed(let error): end(reply.number, .failure(error))
        case .outcome, .summary, .models: end(reply.number, .success(reply.content))
        }
    }

    /// All calls end with their process.
    private func ended(_ how: WorkerEnd) {
        process = nil
        let (ended, verdict) = (calls, verdict)
        self.verdict = nil
        for (number, call) in ended {
            var error = how.error(in: call.stage)
            if let verdict {
                error = verdict.error
                if verdict.number != number, verdict.number != 0 {
                    error = MusicError(
                        .internal, "The worker process was ended, since another job made no progress",
                        advice: "try again")
                }
            }
            end(number, .failure(error))
        }
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    // MARK: Looking

    private func watch() {
        guard watching == nil else { return }
        watching = Task { [clock, settings] in
            repeat { try? await clock.sleep(for: settings.interval) } while self.look()
        }
    }

    /// - Returns: whether there is anything left to look at.
    private func look() -> Bool {
        for number in calls.keys.sorted() {
            guard case .stalled(let looks)? = calls[number]?.watch.look(), verdict == nil else { continue }
            let stage = calls[number]?.stage
            let place = stage.map { "in the stage \($0.rawValue)" } ?? "before the first stage"
            verdict = (
                number,
                MusicError(
                    .internal,
                    "The work stood still \(place): no progress in \(looks) looks, \(settings.interval) apart; "
                        + "its process was ended",
                    advice: "try again; if it happens again, report it")
            )
            process?.kill()
        }
        if calls.isEmpty, isEnding { endings += 1 }
        // A worker that has nothing more to do and stays is ended.
        if endings > settings.stillLooks { process?.kill() }
        let goesOn = !calls.isEmpty || (isEnding && process != nil)
        if !goesOn { watching = nil }
        return goesOn
    }

    /// Looks at a worker that is to end and has nothing to do.
    private var endings = 0
}
