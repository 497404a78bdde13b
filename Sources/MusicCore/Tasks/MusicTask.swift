import Foundation

/// What is done with the source audio, if there is any.
public enum MusicTask: String, Sendable, Codable, CaseIterable {
    /// Music from text alone, or from text and audio codes.
    case text2music
    /// Another version of a song: its melody and structure, in another style.
    case cover
    /// Parts of a song anew, or beyond its ends.
    case repaint
    /// One more track that goes with the song.
    case lego
    /// One track of the song alone.
    case extract
    /// The song with more tracks around it.
    case complete

    /// Whether the task works on source audio.
    public var needsSource: Bool { self != .text2music }

    /// Whether the task makes or takes out named tracks, which only models without distilled guidance were trained to
    /// do.
    public var worksOnTracks: Bool { [.lego, .extract, .complete].contains(self) }
}

/// The names of tracks that models know.
public enum Track: String, Sendable, Codable, CaseIterable {
    case woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums
    case backingVocals = "backing_vocals"
    case vocals

    /// The track of a name in any case, with a blank or a hyphen in place of the underscore.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the nearest track and lists all.
    public init(named name: String) throws {
        let plain = name.trimmingCharacters(in: .whitespaces).lowercased()
            .replacing(" ", with: "_").replacing("-", with: "_")
        if let track = Track(rawValue: plain) {
            self = track
            return
        }
        let names = Track.allCases.map(\.rawValue)
        let hint = NearestName.suggestion(for: plain, among: names).map { "did you mean \($0)? " } ?? ""
        throw MusicError(
            .invalidRequest, "There is no track '\(name.prefix(40))'",
            advice: "\(hint)the tracks are \(names.joined(separator: ", "))")
    }
}
