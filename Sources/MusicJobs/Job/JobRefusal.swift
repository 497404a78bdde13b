public import MusicCore

/// Why a queue, a library or the uploads don't do what they are asked, for a face that has a status of its own for each
/// reason.
public struct JobRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: String, Sendable, CaseIterable {
        /// As many jobs wait as may.
        case queueFull
        /// As many jobs of this owner wait as may.
        case ownerLimit
        /// Nothing new is taken on, since the process is about to end.
        case draining
        /// The idempotency key belongs to another request.
        case keyReused
        /// There is no such job, song or upload, or it is somebody else's.
        case notFound
        /// It is in a state in which that can't be done: a job that runs is not deleted.
        case wrongState
        /// A piece of an upload doesn't begin where the last one ended.
        case wrongOffset
        /// It is larger than it may be.
        case tooLarge
    }

    public var reason: Reason
    /// What happened and what to do about it.
    public var error: MusicError
    /// Seconds after which it is worth another try.
    public var retryAfter: Double?

    public init(_ reason: Reason, _ error: MusicError, retryAfter: Double? = nil) {
        self.reason = reason
        self.error = error
        self.retryAfter = retryAfter
    }

    public var description: String { error.description }

    /// There is no such thing, or none that the caller may see.
    static func notFound(_ what: String, _ name: String) -> JobRefusal {
        JobRefusal(
            .notFound,
            MusicError(
                .invalidRequest, "There is no \(what) \(name.prefix(64))", advice: "check the name; it may have expired"
            ))
    }
}
