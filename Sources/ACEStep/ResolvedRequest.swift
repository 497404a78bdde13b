import MusicCore

/// A request that is checked and complete, and what follows from it for the work.
package struct ResolvedRequest: Sendable {
    /// With a seed for every song; without audio codes where each song has its own.
    package let request: ACEStepRequest
    /// What the user should know.
    package let notices: [String]
    /// The request of the songs that differ by their seeds alone: one for all, or one for each song with its own codes.
    package let parts: [ACEStepRequest]
    /// Whether audio codes were given for each song.
    let hasOwnCodes: Bool
    /// Where the source is made anew; `nil` for tasks that know no regions.
    let window: RepaintWindow?
}
