/// Who is next: owners take turns, each with its jobs in the order in which they came; interactive jobs go first for
/// four turns in five.
package struct TurnOrder {
    /// The jobs of one priority.
    private struct Line {
        /// Whose turn it is, and who follows.
        var owners: [String] = []
        var jobs: [String: [String]] = [:]

        var isEmpty: Bool { owners.isEmpty }

        mutating func add(_ job: String, _ owner: String) {
            if jobs[owner] == nil { owners.append(owner) }
            jobs[owner, default: []].append(job)
        }

        mutating func next() -> String? {
            guard let owner = owners.first, let job = jobs[owner]?.first else { return nil }
            owners.removeFirst()
            jobs[owner]?.removeFirst()
            if jobs[owner]?.isEmpty == true { jobs[owner] = nil } else { owners.append(owner) }
            return job
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
    package mutating func next() -> String? {
        guard !interactive.isEmpty || !normal.isEmpty else { return nil }
        count -= 1
        if normal.isEmpty { return interactive.next() }
        if interactive.isEmpty || favours >= 4 {
            favours = 0
            return normal.next()
        }
        favours += 1
        return interactive.next()
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
    package var order: [String] {
        var rest = self
        var jobs: [String] = []
        while let job = rest.next() { jobs.append(job) }
        return jobs
    }
}
