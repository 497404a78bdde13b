public import Foundation
import GRDB
import MusicCore

/// Jobs, songs and uploads in an SQLite database with a write-ahead log.
///
/// What a function has returned from is on the disk. Its transactions run to their end also where the task that waits
/// for them is cancelled.
public final class SQLiteStore: JobStore, SongIndex, UploadIndex {
    private let pool: DatabasePool
    private let name: String

    /// Opens a database, and makes it if it isn't there.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput` if the file can't be used.
    public convenience init(file: URL) throws { try self.init(file: file, trace: nil) }

    /// - Parameter trace: takes each statement that is executed.
    package init(file: URL, trace: (@Sendable (String) -> Void)?) throws {
        name = file.lastPathComponent
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            if let trace { db.trace { trace($0.description) } }
        }
        do {
            pool = try DatabasePool(path: file.path, configuration: configuration)
            try Schema.migrator.migrate(pool)
        } catch {
            throw Self.worded(error, file.lastPathComponent)
        }
    }

    /// One transaction that changes something.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let pool = pool
        do {
            // In a task of its own: whoever gives up waiting must not leave open whether it has happened.
            return try await Task { try await pool.write(body) }.value
        } catch {
            throw Self.worded(error, name)
        }
    }

    /// One look at a state of the database.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let pool = pool
        do {
            return try await Task { try await pool.read(body) }.value
        } catch {
            throw Self.worded(error, name)
        }
    }

    /// What SQLite complains of, for a user.
    private static func worded(_ error: any Error, _ name: String) -> any Error {
        guard let fault = error as? DatabaseError else { return error }
        let reason = fault.message ?? "error \(fault.resultCode.rawValue)"
        switch fault.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR:
            return MusicError(
                .unwritableOutput, "The database \(name) can't be written: \(reason)",
                advice: "make room on the disk, and check its health")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_BUSY:
            return MusicError(
                .unwritableOutput, "The database \(name) can't be opened for writing: \(reason)",
                advice: "check the permissions of its folder, and that no other program uses it")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return MusicError(
                .unreadableInput, "The database \(name) is damaged: \(reason)",
                advice: "move it away: the library is made anew from its files, and jobs that waited are lost")
        default:
            return MusicError(.internal, "The database \(name) fails: \(reason)")
        }
    }
}

/// Values as JSON in a column.
enum Column {
    static func data(_ value: some Encodable) throws -> Data { try JSONEncoder().encode(value) }

    static func value<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }
}
