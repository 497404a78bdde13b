import Foundation

/// The one error type that reaches a user: what went wrong, where, and what to do about it.
public struct MusicError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// What kind of failure it is; the command line and the server choose exit code and HTTP status by it.
    public enum Code: String, Sendable, Codable, CaseIterable {
        /// A parameter is missing, malformed or out of range.
        case invalidRequest
        /// No model of that name or at that path.
        case modelNotFound
        /// A checkpoint that is truncated, inconsistent, or of an unknown kind.
        case invalidCheckpoint
        /// A file that can't be read: audio, lyrics, latents.
        case unreadableInput
        /// A file that can't be written: permissions, full disk, unknown format.
        case unwritableOutput
        /// NaN, infinity, all zeros or silence where music should be.
        case numericalFailure
        /// The request would need more memory than there is.
        case outOfMemory
        /// The model can't do what was asked, though the request is well formed.
        case unsupported
        /// A download failed.
        case network
        /// The caller cancelled.
        case cancelled
        /// A fault of the software itself.
        case `internal`
    }

    public var code: Code

    /// What happened and where, in one sentence without a final full stop.
    public var message: String

    /// What the user can do about it; empty if there is nothing.
    public var advice: String

    public init(_ code: Code, _ message: String, advice: String = "") {
        self.code = code
        self.message = message
        self.advice = advice
    }

    /// Message and advice on one line.
    public var description: String {
        advice.isEmpty ? message : "\(message); \(advice)"
    }

    public var errorDescription: String? { description }
}
