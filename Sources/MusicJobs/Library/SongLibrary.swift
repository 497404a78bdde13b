public import Foundation
import MusicCore

/// The songs that were made: plain audio files in one folder, and an index of what is in them.
///
/// The files are what counts: the index is made anew from their recipes by ``rebuild()``. Songs in the trash lie in a
/// hidden folder of it.
public actor SongLibrary {
    package let index: any SongIndex
    let folder: JobsFolder
    let now: @Sendable () -> Date

    package init(index: any SongIndex, folder: JobsFolder, now: @escaping @Sendable () -> Date) {
        self.index = index
        self.folder = folder
        self.now = now
    }

    /// A song.
    ///
    /// - Parameter owner: whose it must be; `nil` for anybody's.
    /// - Throws: ``JobRefusal`` `notFound`, also if it is somebody else's.
    public func song(_ id: String, owner: String? = nil) async throws -> SongRecord {
        guard let song = try await index.song(id), owner == nil || song.owner == owner else {
            throw JobRefusal.notFound("song", id)
        }
        return song
    }

    /// Songs that are looked for, a page of them, and how many there are in all.
    public func songs(_ query: SongQuery) async throws -> SongPage { try await index.songs(query) }

    /// Names of folders with the number of songs in each.
    public func folders(owner: String? = nil) async throws -> [String: Int] { try await index.folders(owner: owner) }

    /// The file of a song, in the trash too.
    ///
    /// - Throws: ``JobRefusal`` `notFound`.
    public func file(of id: String, owner: String? = nil) async throws -> URL {
        let song = try await song(id, owner: owner)
        let file = place(of: song)
        guard JobsFolder.size(file) != nil else { throw JobRefusal.notFound("song", id) }
        return file
    }

    /// Changes what the user says of a song.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` for a rating beyond 0 to 5 or a title or folder that is too long;
    ///   ``JobRefusal`` `notFound`.
    public func change(_ id: String, _ change: SongChange, owner: String? = nil) async throws -> SongRecord {
        if let rating = change.rating, !(0...5).contains(rating) {
            throw MusicError(
                .invalidRequest, "The rating is \(rating)", advice: "give 1 to 5, or 0 for none", field: "rating",
                value: String(rating), expected: "0 to 5")
        }
        for (name, text) in [("title", change.title), ("folder", change.folder)] {
            guard let text, text.count > Self.longestName else { continue }
            throw MusicError(
                .invalidRequest, "The \(name) has \(text.count) characters",
                advice: "give at most \(Self.longestName)", field: name,
                expected: "at most \(Self.longestName) characters")
        }
        _ = try await song(id, owner: owner)
        let changed = try await index.changeSong(id) { song in
            song.title = change.title ?? song.title
            if let rating = change.rating { song.rating = rating == 0 ? nil : rating }
            song.isFavourite = change.isFavourite ?? song.isFavourite
            song.folder = change.folder ?? song.folder
        }
        guard let changed else { throw JobRefusal.notFound("song", id) }
        return changed
    }

    private static let longestName = 200

    /// Puts a song into the trash; one that is there stays.
    ///
    /// - Throws: ``JobRefusal`` `notFound`; ``MusicError`` if its file can't be moved.
    public func trash(_ id: String, owner: String? = nil) async throws -> SongRecord {
        try await move(id, owner: owner, to: now())
    }

    /// Takes a song out of the trash, as it was; one that isn't there stays.
    ///
    /// - Throws: as ``trash(_:owner:)``.
    public func restore(_ id: String, owner: String? = nil) async throws -> SongRecord {
        try await move(id, owner: owner, to: nil)
    }

    private func move(_ id: String, owner: String?, to time: Date?) async throws -> SongRecord {
        let song = try await song(id, owner: owner)
        guard (song.trashed == nil) != (time == nil) else { return song }
        // The record goes first: after a crash the file follows it.
        guard let moved = try await index.changeSong(id, { $0.trashed = time }) else {
            throw JobRefusal.notFound("song", id)
        }
        try JobsFolder.move(place(of: song), to: place(of: moved))
        return moved
    }

    /// Removes songs that have been in the trash for long enough, for good.
    ///
    /// - Parameters:
    ///   - age: seconds that they have been there at least; 0 for all.
    ///   - owner: whose; `nil` for everybody's.
    /// - Returns: the handles of what was removed.
    public func emptyTrash(olderThan age: Double = 0, owner: String? = nil) async throws -> [String] {
        let limit = now().addingTimeInterval(-age)
        let songs = try await index.allSongs().filter { song in
            song.trashed.map { $0 <= limit } == true && (owner == nil || song.owner == owner)
        }
        // The file goes first: a record without one is taken for removed at the next start.
        for song in songs { JobsFolder.remove(place(of: song)) }
        try await index.removeSongs(songs.map(\.id))
        return songs.map(\.id)
    }

    /// Where a song's file is.
    package nonisolated func place(of song: SongRecord) -> URL {
        (song.trashed == nil ? folder.library : folder.trash).appendingPathComponent(song.file)
    }

    /// Gives the files of an announcement their names, as far as they don't have them yet.
    ///
    /// - Returns: whether all of them are in the library now.
    nonisolated func receive(_ announcement: Announcement) throws -> Bool {
        let source = folder.work.appendingPathComponent(announcement.folder, isDirectory: true)
        for (song, name) in zip(announcement.songs, announcement.files) {
            let file = source.appendingPathComponent(name)
            if JobsFolder.size(file) != nil {
                try JobsFolder.move(file, to: place(of: song))
            } else if JobsFolder.size(place(of: song)) == nil {
                return false
            }
        }
        return true
    }

    /// Takes back what an announcement has brought.
    nonisolated func dismiss(_ announcement: Announcement) {
        for song in announcement.songs { JobsFolder.remove(place(of: song)) }
    }
}
