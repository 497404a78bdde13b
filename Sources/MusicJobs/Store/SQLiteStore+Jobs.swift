public import Foundation
import GRDB
import MusicCore

extension SQLiteStore {
    public func insert(_ jobs: [Job], mark: IdempotencyMark?) async throws -> [String]? {
        try await write { db in
            if let mark {
                if let known = try Self.targets(of: mark, db) { return known }
                try db.execute(sql: "DELETE FROM idempotency WHERE created < ?", arguments: [mark.validFrom.seconds])
                let ids = String(decoding: try Column.data(jobs.map(\.id)), as: UTF8.self)
                try db.execute(
                    sql:
                        "REPLACE INTO idempotency (owner, key, digest, targets, created) VALUES (?, ?, ?, ?, ?)",
                    arguments: [mark.owner, mark.key, mark.digest, ids, mark.created.seconds])
            }
            for job in jobs {
                try db.execute(
                    sql: "INSERT INTO jobs (id, owner, state, batch, value) VALUES (?, ?, ?, ?, ?)",
                    arguments: [job.id, job.owner, job.state.rawValue, job.batch, try Column.data(job)])
            }
            return nil
        }
    }

    public func targets(of mark: IdempotencyMark) async throws -> [String]? {
        try await read { try Self.targets(of: mark, $0) }
    }

    private static func targets(of mark: IdempotencyMark, _ db: Database) throws -> [String]? {
        let row = try Row.fetchOne(
            db, sql: "SELECT digest, targets FROM idempotency WHERE owner = ? AND key = ? AND created >= ?",
            arguments: [mark.owner, mark.key, mark.validFrom.seconds])
        guard let row else { return nil }
        guard row["digest"] == mark.digest else {
            throw JobRefusal(
                .keyReused,
                MusicError(
                    .invalidRequest, "The idempotency key belongs to another request",
                    advice: "take a new key for each new request"))
        }
        return try Column.value([String].self, Data((row["targets"] as String).utf8))
    }

    public func job(_ id: String) async throws -> Job? {
        try await read { try Self.job(id, $0) }
    }

    private static func job(_ id: String, _ db: Database) throws -> Job? {
        try Data.fetchOne(db, sql: "SELECT value FROM jobs WHERE id = ?", arguments: [id])
            .map { try Column.value(Job.self, $0) }
    }

    public func jobs(_ query: JobQuery) async throws -> [Job] {
        try await read { db in
            var conditions: [String] = []
            var arguments = StatementArguments()
            if let owner = query.owner {
                conditions.append("owner = ?")
                arguments += [owner]
            }
            if !query.states.isEmpty {
                conditions.append("state IN (\(query.states.map { _ in "?" }.joined(separator: ", ")))")
                arguments += StatementArguments(query.states.map(\.rawValue))
            }
            if let batch = query.batch {
                conditions.append("batch = ?")
                arguments += [batch]
            }
            if let after = query.after {
                conditions.append("number < (SELECT number FROM jobs WHERE id = ?)")
                arguments += [after]
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            arguments += [max(0, min(1000, query.limit))]
            return try Data.fetchAll(
                db, sql: "SELECT value FROM jobs \(filter) ORDER BY number DESC LIMIT ?", arguments: arguments
            ).map { try Column.value(Job.self, $0) }
        }
    }

    public func unfinishedJobs() async throws -> [Job] {
        try await read { db in
            try Data.fetchAll(
                db, sql: "SELECT value FROM jobs WHERE state IN ('queued', 'running') ORDER BY number"
            ).map { try Column.value(Job.self, $0) }
        }
    }

    public func change(
        _ id: String, in states: Set<JobState>, _ change: @escaping @Sendable (inout Job) -> Void
    ) async throws -> Job? {
        try await write { try Self.change(id, in: states, change, $0) }
    }

    private static func change(
        _ id: String, in states: Set<JobState>, _ change: (inout Job) -> Void, _ db: Database
    ) throws -> Job? {
        guard var job = try job(id, db), states.contains(job.state) else { return nil }
        let state = job.state
        change(&job)
        guard job.state == state || state.next.contains(job.state) else {
            throw MusicError(.internal, "a job went from \(state.rawValue) to \(job.state.rawValue)")
        }
        try db.execute(
            sql: "UPDATE jobs SET state = ?, value = ? WHERE id = ?",
            arguments: [job.state.rawValue, try Column.data(job), id])
        return job
    }

    public func announce(_ announcement: Announcement) async throws -> Bool {
        try await write { db in
            guard try Self.job(announcement.job, db)?.state == .running else { return false }
            try db.execute(
                sql: "INSERT OR REPLACE INTO announcements (job, value) VALUES (?, ?)",
                arguments: [announcement.job, try Column.data(announcement)])
            return true
        }
    }

    public func announcements() async throws -> [Announcement] {
        try await read { db in
            try Data.fetchAll(db, sql: "SELECT value FROM announcements ORDER BY job")
                .map { try Column.value(Announcement.self, $0) }
        }
    }

    public func settle(_ id: String, _ change: @escaping @Sendable (inout Job) -> Void) async throws -> Job? {
        try await write { db in
            guard let job = try Self.change(id, in: [.running], change, db) else { return nil }
            let data = try Data.fetchOne(db, sql: "SELECT value FROM announcements WHERE job = ?", arguments: [id])
            for song in try data.map({ try Column.value(Announcement.self, $0) })?.songs ?? [] {
                try Self.put(song, db)
            }
            try db.execute(sql: "DELETE FROM announcements WHERE job = ?", arguments: [id])
            return job
        }
    }

    public func withdraw(_ id: String) async throws {
        try await write { try $0.execute(sql: "DELETE FROM announcements WHERE job = ?", arguments: [id]) }
    }

    public func delete(_ id: String) async throws -> Bool {
        try await write { db in
            try db.execute(
                sql: "DELETE FROM jobs WHERE id = ? AND state IN ('succeeded', 'failed', 'cancelled')", arguments: [id])
            return db.changesCount > 0
        }
    }

    public func counts() async throws -> [JobState: Int] {
        try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT state, count(*) AS number FROM jobs GROUP BY state")
            return rows.reduce(into: [:]) { counts, row in
                if let state = JobState(rawValue: row["state"]) { counts[state] = row["number"] }
            }
        }
    }

    public func note(_ name: String) async throws -> Data? {
        try await read { try Data.fetchOne($0, sql: "SELECT value FROM notes WHERE name = ?", arguments: [name]) }
    }

    public func setNote(_ name: String, to data: Data) async throws {
        try await write {
            try $0.execute(sql: "INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", arguments: [name, data])
        }
    }
}

extension Date {
    /// Seconds since 1970, as columns have them.
    var seconds: Double { timeIntervalSince1970 }
}
