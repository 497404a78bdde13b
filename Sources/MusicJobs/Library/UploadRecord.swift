public import Foundation
public import MusicEngine

/// A file that somebody gives, whole or in pieces.
public struct UploadRecord: Sendable, Codable, Equatable, Identifiable {
    /// Its handle.
    public var id: String
    public var owner: String
    /// As its owner calls it; for people, and no name of a file here.
    public var name: String
    /// Bytes that it will have.
    public var length: Int
    /// Bytes that are there.
    public var offset: Int
    /// SHA-256 in hexadecimal, once it is complete.
    public var sha256: String?
    /// What it holds, once it is complete.
    public var audio: AudioSummary?
    public var created: Date
    /// When it goes, unless a job needs it still.
    public var expires: Date

    public var isComplete: Bool { sha256 != nil }

    public init(id: String, owner: String, name: String, length: Int, created: Date, expires: Date) {
        self.id = id
        self.owner = owner
        self.name = name
        self.length = length
        offset = 0
        self.created = created
        self.expires = expires
    }
}
