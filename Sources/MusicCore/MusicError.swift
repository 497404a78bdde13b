import Foundation

/// The one error type that reaches a user: what went wrong, where, and what to do about it.
public struct MusicError: Error, Sendable, Equatable, Codable, CustomStringConvertible, LocalizedError {
    /// What kind of failure it is; the command line and the server choose exit code and HTTP status by it.
    public enum Code: String, Sendable, Codable, CaseIterable {
        /// A parameter is missing, malformed or out of range.
        case invalidRequest
        /// No model of that name or at that path.
        case modelNotFound
        /// A checkpoint that is truncated, inconsistent, or of an unknown kind.
        case invalidCheckpoint
        /// A file that can't be read: audio, lyrics, latents; a model's file that the permissions keep from the user.
        case unreadableInput
        /// A file that can't be written: permissions, full disk, unknown format.
        case unwritableOutput
        /// NaN, infinity, all zeros or silence where music should be.
        case numericalFailure
        /// The work would need more memory than there is, or more threads or open files than the process may have.
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

    /// What the user can do about it beside ``suggestion``, in words that suit every face; empty if there is nothing.
    public var advice: String

    /// JSON name of the request's field that is at fault.
    public var field: String?

    /// What that field holds, as text.
    public var value: String?

    /// What it may hold, such as `1 to 200`.
    public var expected: String?

    /// What the user can do about it, as data for a face to word.
    public var suggestion: Suggestion?

    public init(
        _ code: Code, _ message: String, advice: String = "", field: String? = nil, value: String? = nil,
        expected: String? = nil, suggestion: Suggestion? = nil
    ) {
        self.code = code
        self.message = message
        self.advice = advice
        self.field = field
        self.value = value
        self.expected = expected
        self.suggestion = suggestion
    }

    /// What the user can do about it, in the words of a face; empty if there is nothing.
    public func advice(in wording: any ErrorWording) -> String {
        Wording.advice(advice, suggestion, in: wording)
    }

    /// Message and advice on one line, in the words of a face.
    public func description(in wording: any ErrorWording) -> String {
        let advice = advice(in: wording)
        return advice.isEmpty ? message : "\(message); \(advice)"
    }

    /// Message and advice on one line, in neutral words.
    public var description: String { description(in: NeutralWording()) }

    public var errorDescription: String? { description }
}
