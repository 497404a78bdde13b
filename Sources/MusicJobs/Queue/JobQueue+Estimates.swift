import MusicCore

extension JobQueue {
    /// A job of the queue with its place and the time until it begins.
    func status(of job: Job) -> JobStatus {
        guard job.state == .queued, running[job.id] == nil else { return JobStatus(job) }
        let (free, held) = waitingOrder
        guard let place = (free + held).firstIndex(of: job.id) else { return JobStatus(job) }
        return JobStatus(job, position: place + 1, secondsUntilStart: startEstimates(free).starts[job.id])
    }

    /// When those that wait will begin, in seconds from now, as far as anything was measured.
    func startEstimates(_ order: [String]? = nil) -> (starts: [String: Double], end: Double?) {
        // When each place among those that run is free.
        var free = running.keys.map { id in live[id].flatMap { secondsLeft(of: $0) } }
        while free.count < limits.running { free.append(0) }
        var starts: [String: Double] = [:]
        for id in order ?? waitingOrder.free {
            guard let place = free.indices.min(by: { (free[$0] ?? .infinity) < (free[$1] ?? .infinity) }),
                let start = free[place]
            else { return (starts, nil) }
            starts[id] = start
            free[place] = live[id].flatMap { rates.seconds(of: $0.request) }.map { start + $0 }
        }
        return (starts, free.compactMap { $0 }.min())
    }

    /// Seconds that a running job needs still: as it has gone so far, and as such jobs have gone before, the more of
    /// the former the further it is.
    func secondsLeft(of job: Job) -> Double? {
        guard let elapsed = running[job.id]?.elapsed() else { return nil }
        let expected = rates.seconds(of: job.request).map { max(0, $0 - elapsed) }
        guard job.fraction > 0.02, elapsed > 0 else { return expected }
        let seen = elapsed * (1 - job.fraction) / job.fraction
        guard let expected else { return seen }
        return job.fraction * seen + (1 - job.fraction) * expected
    }

    /// Seconds until the queue has room for another job.
    var secondsUntilRoom: Double {
        let left = running.keys.compactMap { id in live[id].flatMap { secondsLeft(of: $0) } }.min()
        return max(1, left ?? meanSeconds ?? 10)
    }

    /// Tells those that wait where they are.
    func announcePositions() {
        let (free, held) = waitingOrder
        let starts = startEstimates(free).starts
        for (place, id) in (free + held).enumerated() {
            events.append(.queued(position: place + 1, eta: starts[id]), to: id)
        }
    }

    /// Takes in what a job took.
    func measure(_ job: Job, _ outcome: RunOutcome, seconds: Double) async {
        rates.add(job.request, model: job.request.namedModel, seconds: seconds, sound: outcome.soundSeconds)
        meanSeconds = meanSeconds.map { $0 + 0.3 * (seconds - $0) } ?? seconds
        // It is a help for the next process, and no loss.
        if let data = try? Column.data(rates) { try? await store.setNote(Self.ratesNote, to: data) }
    }

    static var ratesNote: String { "rates" }
}
