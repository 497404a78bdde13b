import Foundation
import GRDB
import MusicCore

extension SQLiteStore {
    public func song(_ id: String) async throws -> SongRecord? {
        try await read { try Self.song(id, $0) }
    }

    private static func song(_ id: String, _ db: Database) throws -> SongRecord? {
        try Data.fetchOne(db, sql: "SELECT value FROM songs WHERE id = ?", arguments: [id])
            .map { try Column.value(SongRecord.self, $0) }
    }

    public func songs(_ query: SongQuery) async throws -> SongPage {
        guard let search = SongSearch(query) else { return SongPage(songs: [], total: 0) }
        return try await read { db in
            let songs = try Data.fetchAll(db, sql: search.page, arguments: StatementArguments(search.pageArguments))
                .map { try Column.value(SongRecord.self, $0) }
            let total = try Int.fetchOne(db, sql: search.count, arguments: StatementArguments(search.arguments))
            return SongPage(songs: songs, total: total ?? 0)
        }
    }

    /// How SQLite looks for songs: a line for each table.
    package func plan(of query: SongQuery) async throws -> [String] {
        guard let search = SongSearch(query) else { return [] }
        return try await read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN " + search.page, arguments: StatementArguments(search.pageArguments)
            ).map { $0["detail"] }
        }
    }

    public func allSongs() async throws -> [SongRecord] {
        try await read { db in
            try Data.fetchAll(db, sql: "SELECT value FROM songs ORDER BY number")
                .map { try Column.value(SongRecord.self, $0) }
        }
    }

    public func put(_ songs: [SongRecord]) async throws {
        guard !songs.isEmpty else { return }
        try await write { db in for song in songs { try Self.put(song, db) } }
    }

    static func put(_ song: SongRecord, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO songs
                    (id, file, owner, title, folder, favourite, rating, duration, created, trashed, value)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    file = excluded.file, owner = excluded.owner, title = excluded.title, folder = excluded.folder,
                    favourite = excluded.favourite, rating = excluded.rating, duration = excluded.duration,
                    created = excluded.created, trashed = excluded.trashed, value = excluded.value
                """,
            arguments: [
                song.id, song.file, song.owner, song.title, song.folder, song.isFavourite, song.rating ?? 0,
                song.duration ?? 0, song.created.seconds, song.trashed != nil, try Column.data(song),
            ])
        let number = try Int64.fetchOne(db, sql: "SELECT number FROM songs WHERE id = ?", arguments: [song.id])
        try db.execute(sql: "DELETE FROM song_texts WHERE rowid = ?", arguments: [number])
        try db.execute(
            sql: "INSERT INTO song_texts (rowid, title, caption, lyrics) VALUES (?, ?, ?, ?)",
            arguments: [
                number, SearchText.spaced(song.title), SearchText.spaced(song.caption), SearchText.spaced(song.lyrics),
            ])
    }

    public func changeSong(
        _ id: String, _ change: @escaping @Sendable (inout SongRecord) -> Void
    ) async throws -> SongRecord? {
        try await write { db in
            guard var song = try Self.song(id, db) else { return nil }
            change(&song)
            try Self.put(song, db)
            return song
        }
    }

    public func removeSongs(_ ids: [String]) async throws {
        guard !ids.isEmpty else { return }
        try await write { db in
            for id in ids {
                try db.execute(
                    sql: "DELETE FROM song_texts WHERE rowid = (SELECT number FROM songs WHERE id = ?)", arguments: [id]
                )
                try db.execute(sql: "DELETE FROM songs WHERE id = ?", arguments: [id])
            }
        }
    }

    public func folders(owner: String?) async throws -> [String: Int] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT folder, count(*) AS number FROM songs
                    WHERE trashed = 0 AND folder <> '' AND (?1 IS NULL OR owner = ?1) GROUP BY folder
                    """, arguments: [owner])
            return rows.reduce(into: [:]) { $0[$1["folder"] as String] = $1["number"] }
        }
    }

    // MARK: Uploads

    public func upload(_ id: String) async throws -> UploadRecord? {
        try await read { db in
            try Data.fetchOne(db, sql: "SELECT value FROM uploads WHERE id = ?", arguments: [id])
                .map { try Column.value(UploadRecord.self, $0) }
        }
    }

    public func uploads(owner: String?) async throws -> [UploadRecord] {
        try await read { db in
            try Data.fetchAll(
                db, sql: "SELECT value FROM uploads WHERE ?1 IS NULL OR owner = ?1 ORDER BY id", arguments: [owner]
            ).map { try Column.value(UploadRecord.self, $0) }
        }
    }

    public func put(_ upload: UploadRecord) async throws {
        try await write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO uploads (id, owner, value) VALUES (?, ?, ?)",
                arguments: [upload.id, upload.owner, try Column.data(upload)])
        }
    }

    public func removeUpload(_ id: String) async throws {
        try await write { try $0.execute(sql: "DELETE FROM uploads WHERE id = ?", arguments: [id]) }
    }
}
