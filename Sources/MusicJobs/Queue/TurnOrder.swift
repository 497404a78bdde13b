/// Who is next: owners take turns, each with its jobs in the order in which they came or were moved; interactive jobs
/// go first for four turns in five.
package struct TurnOrder {
    /// The jobs of one priority.
    private struct Line {
        /// Whose turn it is, and who follows.
        var owners: [String] = []
        var jobs: [String: [String]] = [:]

        /// Puts a job before another of the same owner, or behind all of them.
        mutating func add(_ job: String, _ owner: String, before other: String? = nil) {
            if jobs[owner] == nil { owners.append(owner) }
            var list = jobs[owner] ?? []
            list.insert(job, at: other.flatMap(list.firstIndex) ?? list.count)
            jobs[owner] = list
        }

        func has(_ isFree: (String) -> Bool) -> Bool { jobs.values.contains { $0.contains(where: isFree) } }

        /// Takes the first free job of the first owner that has one.
        mutating func next(_ isFree: (String) -> Bool) -> String? {
            for (turn, owner) in owners.enumerated() {
                guard let place = jobs[owner]?.firstIndex(where: isFree), let job = jobs[owner]?.remove(at: place)
                else { continue }
                owners.remove(at: turn)
                if jobs[owner]?.isEmpty == true { jobs[owner] = nil } else { owners.append(owner) }
                return job
            }
            return nil
        }

        mutating func remove(_ job: String) -> Bool {
            guard let (owner, list) = jobs.first(where: { $0.value.contains(job) }) else { return false }
            let rest = list.filter { $0 != job }
            jobs[owner] = rest.isEmpty ? nil : rest
            if rest.isEmpty { owners.removeAll { $0 == owner } }
            return true
        }
    }

    private var interactive = Line()
    private var normal = Line()
    /// Turns that interactive jobs have had while others waited.
    private var favours = 0
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ job: String, owner: String, priority: JobPriority) {
        count += 1
        switch priority {
        case .interactive: interactive.add(job, owner)
        case .normal: normal.add(job, owner)
        }
    }

    /// Takes the next job out.
    ///
    /// - Parameter isFree: whether a job may have its turn; those that may not keep their places.
    package mutating func next(where isFree: (String) -> Bool = { _ in true }) -> String? {
        let (isFast, isSlow) = (interactive.has(isFree), normal.has(isFree))
        guard isFast || isSlow else { return nil }
        count -= 1
        if !isSlow { return interactive.next(isFree) }
        if !isFast || favours >= 4 {
            favours = 0
            return normal.next(isFree)
        }
        favours += 1
        return interactive.next(isFree)
    }

    /// Moves a job before another of its owner's, whose priority it takes, or behind all of them.
    ///
    /// - Parameters:
    ///   - job: one that waits.
    ///   - owner: whose it is.
    ///   - other: before which it goes; `nil` for the end.
    /// - Returns: the job's priority from now on; `nil`, and nothing is moved, if one of the two is not among the
    ///   owner's jobs that wait.
    package mutating func move(_ job: String, of owner: String, before other: String?) -> JobPriority? {
        guard let old = priority(of: job, of: owner) else { return nil }
        if other == job { return old }
        let new: JobPriority
        if let other {
            guard let found = priority(of: other, of: owner) else { return nil }
            new = found
        } else {
            new = normal.jobs[owner] == nil ? .interactive : .normal
        }
        // An owner's only job has one place, and the owner keeps the turn.
        if new == old, count(of: owner) == 1 { return old }
        remove(job)
        switch new {
        case .interactive: interactive.add(job, owner, before: other)
        case .normal: normal.add(job, owner, before: other)
        }
        count += 1
        return new
    }

    private func priority(of job: String, of owner: String) -> JobPriority? {
        if interactive.jobs[owner]?.contains(job) == true { return .interactive }
        return normal.jobs[owner]?.contains(job) == true ? .normal : nil
    }

    /// Takes a job out that is not to have its turn.
    package mutating func remove(_ job: String) {
        if interactive.remove(job) || normal.remove(job) { count -= 1 }
    }

    /// How many jobs of an owner wait.
    package func count(of owner: String) -> Int {
        (interactive.jobs[owner]?.count ?? 0) + (normal.jobs[owner]?.count ?? 0)
    }

    /// All jobs, in the order in which they would have their turns.
    package var order: [String] { order { _ in true } }

    /// The free jobs, in the order in which they would have their turns.
    package func order(where isFree: (String) -> Bool) -> [String] {
        var rest = self
        var jobs: [String] = []
        while let job = rest.next(where: isFree) { jobs.append(job) }
        return jobs
    }
}
