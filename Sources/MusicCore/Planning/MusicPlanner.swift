/// A loaded language model that plans songs.
public protocol MusicPlanner: Sendable {
    var info: ModelInfo { get }
    /// Number of different audio codes.
    var codeCount: Int { get }

    /// Plans the songs of a request.
    ///
    /// - Parameters:
    ///   - request: what is wanted.
    ///   - progress: takes how many tokens of how many are written.
    /// - Throws: ``MusicError``, or `CancellationError` within one token.
    func plan(
        _ request: PlanRequest, progress: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void
    ) async throws -> Plan

    /// Says what audio codes sound like; without codes it makes an example up.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for codes that don't exist.
    func understand(codes: [Int], sampling: PlannerSampling, seed: UInt64) async throws -> SongDescription

    /// Scores how much audio codes help to tell what was asked for.
    ///
    /// - Parameters:
    ///   - codes: of the song.
    ///   - asked: what was asked for; what isn't known is left out.
    ///   - lyrics: that were asked for; empty for none.
    ///   - scale: sensitivity, above 0; lower is more sensitive.
    /// - Throws: ``MusicError`` with code `unsupported` if the model can't.
    func score(codes: [Int], asked: SongMetadata, lyrics: String, scale: Double) async throws -> HeardScore

    /// Makes a song's description out of a few words.
    ///
    /// - Parameters:
    ///   - query: what the user wants; blank for anything.
    ///   - instrumental: without words to sing.
    ///   - language: of the lyrics; `nil` leaves it to the model.
    func createSample(
        query: String, instrumental: Bool, language: String?, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription

    /// Rewrites a caption, and lays out lyrics.
    ///
    /// - Parameter known: what the user has said; it is kept.
    func formatSample(
        caption: String, lyrics: String, known: SongMetadata, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription
}

extension MusicPlanner {
    public func score(
        codes: [Int], asked: SongMetadata, lyrics: String, scale: Double
    ) async throws -> HeardScore {
        throw MusicError(
            .unsupported, "Language models of the family \(info.family) don't score songs",
            suggestion: .set(field: "get_scores", to: "false"))
    }
}
