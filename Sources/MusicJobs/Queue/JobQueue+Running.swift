import Foundation
import MusicCore
import MusicEngine

extension JobQueue {
    /// Begins as many of the jobs that wait as may run.
    func begin() {
        guard isStarted, !isDraining else { return }
        while running.count < limits.running, let id = turns.next(where: { isFree($0) }) {
            let clock = clock
            running[id] = Running(elapsed: Self.stopwatch(clock))
            let end = Task { await self.execute(id) }
            running[id]?.end = end
        }
    }

    /// Seconds on a clock since now.
    private static func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Double {
        let start = clock.now
        return { start.duration(to: clock.now) / .seconds(1) }
    }

    /// One job from its begin to its end.
    private func execute(_ id: String) async {
        let time = now()
        let job =
            await persist {
                try await self.store.change(id, in: [.queued]) { job in
                    job.state = .running
                    job.attempts += 1
                    job.started = time
                    job.stage = nil
                    job.fraction = 0
                    job.error = nil
                }
            } ?? nil
        guard let job else { return leave(id, isWaiting: isDraining) }
        live[id] = job
        events.append(.started(attempt: job.attempts), to: id)
        announcePositions()
        let attempt = folder.attempt(id, job.attempts)
        await work(on: job, attempt)
        leave(id, isWaiting: false)
    }

    /// Takes a job from those that run.
    private func leave(_ id: String, isWaiting: Bool) {
        running[id] = nil
        if !isWaiting, live[id]?.state != .queued { live[id] = nil }
        begin()
        announcePositions()
    }

    private func work(on job: Job, _ attempt: URL) async {
        var names: [String: String] = [:]
        do {
            try JobsFolder.make(attempt)
            let task = try await task(of: job, attempt, &names)
            let outcome = try await outcome(of: task)
            let seconds = running[job.id]?.elapsed() ?? 0
            try requireWanted(job.id)
            try await deliver(outcome, of: job, attempt, names)
            await measure(job, outcome, seconds: seconds)
        } catch {
            // Nothing is left when somebody hears of the end.
            try? FileManager.default.removeItem(at: attempt)
            await fail(job, error, names)
        }
    }

    /// The job with files in place of handles.
    private func task(of job: Job, _ attempt: URL, _ names: inout [String: String]) async throws -> RunTask {
        var paths: [String: String] = [:]
        for handle in job.inputs {
            let path = try await input(handle, owner: job.owner).path
            paths[handle] = path
            names[path] = handle
        }
        let request = try JobAdapters.mapped(job.request) { name in
            let path = try adapters.path(of: name)
            names[path] = name
            return path
        }
        return RunTask(
            id: job.id, request: JobInputs.mapped(request) { _, text in paths[text] ?? text }, seed: job.seed,
            folder: attempt.path, names: names)
    }

    private func outcome(of task: RunTask) async throws -> RunOutcome {
        let (stream, continuation) = AsyncStream<RunEvent>.makeStream()
        let runner = runner
        let work = Task {
            defer { continuation.finish() }
            return try await runner.run(task) { continuation.yield($0) }
        }
        running[task.id]?.work = work
        // It may have been cancelled in the moment before.
        if running[task.id]?.isCancelled == true || running[task.id]?.isReturned == true { work.cancel() }
        for await event in stream { take(event, of: task.id) }
        return try await work.value
    }

    private func take(_ event: RunEvent, of id: String) {
        guard var job = live[id] else { return }
        switch event {
        case .stage(let stage):
            job.stage = stage
            live[id] = job
            events.append(.stage(stage), to: id)
        case .progress(let stage, let completed, let total, let fraction):
            job.stage = stage
            job.fraction = max(job.fraction, min(1, fraction))
            job.secondsLeft = secondsLeft(of: job)
            live[id] = job
            events.append(
                .progress(
                    stage, completed: completed, total: total, fraction: job.fraction, eta: job.secondsLeft), to: id)
        case .notice(let text):
            events.append(.notice(text), to: id)
        case .part(let part):
            events.append(.part(part), to: id)
        }
    }

    /// The file of a stretch of a song that is being made.
    ///
    /// - Throws: ``JobRefusal`` `notFound`, also once the job is over: the whole song is there then.
    public func part(_ name: String, of id: String, owner: String? = nil) async throws -> URL {
        let job = try await status(of: id, owner: owner).job
        let file = folder.attempt(id, job.attempts).appendingPathComponent(AudioPart.folder).appendingPathComponent(
            name)
        guard AudioPart.isName(name), running[id] != nil, JobsFolder.size(file) != nil else {
            throw JobRefusal.notFound("part", name)
        }
        return file
    }

    /// - Throws: `CancellationError` if nobody wants the job's result any more.
    private func requireWanted(_ id: String) throws {
        if running[id]?.isCancelled == true || running[id]?.isReturned == true { throw CancellationError() }
    }

    // MARK: Ends

    /// Brings what was made into the library, and ends the job.
    private func deliver(
        _ outcome: RunOutcome, of job: Job, _ attempt: URL, _ names: [String: String]
    ) async throws {
        let announcement = Arrival(outcome, of: job, folder: attempt, names: names, now: now()).announcement
        let isRunning = await persist { try await self.store.announce(announcement) }
        guard isRunning == true else { throw CancellationError() }
        do {
            guard try library.receive(announcement) else {
                throw MusicError(.unwritableOutput, "A finished song is gone from its folder", advice: "try again")
            }
        } catch {
            library.dismiss(announcement)
            _ = await persist { try await self.store.withdraw(job.id) }
            throw error
        }
        try? FileManager.default.removeItem(at: attempt)
        await settle(announcement)
    }

    /// Ends a job whose songs are in the library, and tells so.
    func settle(_ announcement: Announcement) async {
        let id = announcement.job
        let number = events.seal(id) + announcement.songs.count
        let (time, stage) = (now(), live[id]?.stage)
        let job =
            await persist {
                try await self.store.settle(id) { job in
                    job.state = .succeeded
                    job.stage = stage
                    job.fraction = 1
                    job.secondsLeft = nil
                    job.result = announcement.result
                    job.finished = time
                    job.lastEvent = number
                }
            } ?? nil
        events.unseal(id)
        guard let job, let result = job.result else { return }
        for (index, song) in result.songs.enumerated() {
            events.append(.audio(index: index, handle: song.handle), to: id)
        }
        live[id] = nil
        events.finish(id, .finished(result))
    }

    private func fail(_ job: Job, _ error: any Error, _ names: [String: String]) async {
        let isCancelled = running[job.id]?.isCancelled == true
        if !isCancelled, running[job.id]?.isReturned == true {
            let waiting =
                await persist {
                    try await self.store.change(job.id, in: [.running]) { $0.state = .queued }
                } ?? nil
            if let waiting { live[job.id] = waiting }
            return
        }
        let fault = isCancelled ? nil : JobFault.error(error, names: names, root: folder.root)
        await end(job.id, fault)
    }

    /// Ends a job without a result: as failed, or without an error as cancelled.
    func end(_ id: String, _ error: MusicError?) async {
        let number = events.seal(id)
        let (time, known) = (now(), live[id])
        let job =
            await persist {
                try await self.store.change(id, in: [.running, .queued]) { job in
                    job.state = error == nil ? .cancelled : .failed
                    job.error = error
                    job.stage = known?.stage
                    job.fraction = known?.fraction ?? job.fraction
                    job.secondsLeft = nil
                    job.finished = time
                    job.lastEvent = number
                }
            } ?? nil
        guard let job else { return events.unseal(id) }
        live[id] = nil
        events.finish(id, error.map { .failed($0, stage: job.stage) } ?? .cancelled)
    }

    /// Writes to the store, and tries again while it can't be written, such as on a full disk: nobody is told of what
    /// is not there.
    ///
    /// - Returns: `nil` if the queue ends before.
    func persist<Value: Sendable>(_ write: () async throws -> Value) async -> Value? {
        while true {
            do {
                return try await write()
            } catch {
                if isDraining { return nil }
                try? await clock.sleep(for: .seconds(2))
            }
        }
    }
}

/// Errors as they may leave the server: without its paths.
enum JobFault {
    /// - Parameters:
    ///   - names: what files are called, by their paths.
    ///   - root: of which nothing is shown.
    static func error(_ error: any Error, names: [String: String], root: URL) -> MusicError {
        var fault: MusicError
        switch error {
        case let error as MusicError: fault = error
        case let refusal as JobRefusal: fault = refusal.error
        case is CancellationError: fault = MusicError(.cancelled, "The work was cancelled")
        default: fault = MusicError(.internal, "The work failed: \(error.localizedDescription)")
        }
        func shown(_ text: String) -> String {
            names.reduce(text) { $0.replacing($1.key, with: $1.value) }.replacing(root.path + "/", with: "")
        }
        fault.message = shown(fault.message)
        fault.advice = shown(fault.advice)
        fault.value = fault.value.map(shown)
        return fault
    }
}
