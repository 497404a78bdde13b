import MusicCore

/// A request that is checked and complete, and what follows from it for the work.
package struct ResolvedRequest: Sendable {
    /// With a seed for every song, and lists of what each song has for itself.
    package let request: ACEStepRequest
    /// What the user should know.
    package let notices: [String]
    /// The request of the songs that differ by their seeds alone: one for all, or one for each song with its own
    /// texts or codes.
    package let parts: [ACEStepRequest]
    /// Whether each song has texts or audio codes of its own.
    let hasOwnTexts: Bool
    /// Where the source is made anew; `nil` for tasks that know no regions.
    let window: RepaintWindow?
}
