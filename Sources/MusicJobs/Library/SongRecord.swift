public import Foundation
public import MusicCore

/// What the library knows of a song.
public struct SongRecord: Sendable, Codable, Equatable, Identifiable {
    /// Its handle.
    public var id: String
    /// Name of its file within the library.
    public var file: String
    /// The job that made it; `nil` if that isn't known.
    public var job: String?
    /// Its place in the batch, from 0.
    public var index: Int
    public var owner: String
    public var title: String
    public var caption: String
    public var lyrics: String
    /// What made it.
    public var parameters: [String: JSONValue]
    /// Name of the model.
    public var model: String
    public var seed: UInt64
    /// Seconds.
    public var duration: Double?
    /// Samples per second; `nil` if that isn't known.
    public var sampleRate: Int?
    /// Length of the file.
    public var bytes: Int
    public var created: Date
    /// 1 to 5; `nil` without one.
    public var rating: Int?
    public var isFavourite = false
    /// Name of the folder that the user has put it into; empty for none.
    public var folder = ""
    /// When it was put into the trash; `nil` if it is not there.
    public var trashed: Date?

    public init(
        id: String, file: String, job: String? = nil, index: Int = 0, owner: String, title: String, caption: String,
        lyrics: String, parameters: [String: JSONValue], model: String, seed: UInt64, duration: Double?,
        sampleRate: Int?, bytes: Int, created: Date
    ) {
        self.id = id
        self.file = file
        self.job = job
        self.index = index
        self.owner = owner
        self.title = title
        self.caption = caption
        self.lyrics = lyrics
        self.parameters = parameters
        self.model = model
        self.seed = seed
        self.duration = duration
        self.sampleRate = sampleRate
        self.bytes = bytes
        self.created = created
    }

    /// Extension of its file.
    public var format: String { URL(fileURLWithPath: file).pathExtension.lowercased() }
}

/// Which songs are looked for.
public struct SongQuery: Sendable, Equatable {
    public enum Order: String, Sendable, CaseIterable {
        case newest, oldest, title, rating, longest
    }

    /// Words that all occur in title, caption or lyrics, each at least as the beginning of a word; empty for all songs.
    public var text: String
    /// `nil` takes all owners'.
    public var owner: String?
    public var isFavourite: Bool?
    /// The least rating.
    public var rating: Int?
    /// `nil` takes all folders; an empty text takes the songs that are in none.
    public var folder: String?
    /// Whether the trash is looked through in place of the library.
    public var isTrashed: Bool
    public var order: Order
    /// How many songs are left out at the beginning.
    public var offset: Int
    /// At most 1,000.
    public var limit: Int

    public init(
        _ text: String = "", owner: String? = nil, isFavourite: Bool? = nil, rating: Int? = nil,
        folder: String? = nil, isTrashed: Bool = false, order: Order = .newest, offset: Int = 0, limit: Int = 50
    ) {
        self.text = text
        self.owner = owner
        self.isFavourite = isFavourite
        self.rating = rating
        self.folder = folder
        self.isTrashed = isTrashed
        self.order = order
        self.offset = offset
        self.limit = limit
    }
}

/// What of a song's record a user changes; `nil` leaves it.
public struct SongChange: Sendable, Equatable {
    public var title: String?
    /// 0 takes the rating away.
    public var rating: Int?
    public var isFavourite: Bool?
    public var folder: String?

    public init(title: String? = nil, rating: Int? = nil, isFavourite: Bool? = nil, folder: String? = nil) {
        self.title = title
        self.rating = rating
        self.isFavourite = isFavourite
        self.folder = folder
    }
}

/// Some of the songs that were looked for.
public struct SongPage: Sendable, Equatable {
    public var songs: [SongRecord]
    /// How many there are in all.
    public var total: Int
}
