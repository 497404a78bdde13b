import Foundation
import MusicCore

extension MusicTask {
    /// One more track that goes with the song.
    public static let lego: MusicTask = "lego"
    /// One track of the song alone.
    public static let extract: MusicTask = "extract"
    /// The song with more tracks around it.
    public static let complete: MusicTask = "complete"

    /// A task under other names: music to a voice, which is ``complete`` with the tracks of a band.
    static let musicToVoice: Set<MusicTask> = ["vocal2bgm", "vocal_to_bgm", "bgm"]

    /// The tasks of ACE-Step.
    static let ofACEStep: [MusicTask] = [.text2music, .cover, .repaint, .lego, .extract, .complete]

    /// Whether the task works on source audio.
    public var needsSource: Bool { self != .text2music }

    /// Whether the task makes or takes out named tracks, which only models without distilled guidance were trained to
    /// do.
    public var worksOnTracks: Bool { [.lego, .extract, .complete].contains(self) }
}

/// The names of tracks that models know.
public enum Track: String, Sendable, Codable, CaseIterable, FieldValue {
    case woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums
    case backingVocals = "backing_vocals"
    case vocals

    /// Whether it is sung.
    var isVoice: Bool { [.vocals, .backingVocals].contains(self) }

    /// What plays along with a voice where nothing is said of it.
    package static let band: [Track] = [.drums, .bass, .guitar, .keyboard, .synth, .strings]

    /// The names, with commas between.
    static let names = allCases.map(\.rawValue).joined(separator: ", ")

    /// What separators of other kinds call all but the voices.
    private static let mixes: Set = [
        "instrumental", "instrumentals", "accompaniment", "karaoke", "backing_track", "no_vocals", "no_voice",
    ]

    /// The track of a name in any case, in singular or plural, with a blank or a hyphen in place of the underscore.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the nearest track and lists all.
    public init(named name: String) throws {
        let plain = name.trimmingCharacters(in: .whitespaces).lowercased()
            .replacing(" ", with: "_").replacing("-", with: "_")
        // In the singular or the plural.
        for spelling in [plain, plain + "s", plain.hasSuffix("s") ? String(plain.dropLast()) : plain] {
            if let track = Track(rawValue: spelling) {
                self = track
                return
            }
        }
        if Self.mixes.contains(plain) {
            throw MusicError(
                .invalidRequest, "There is no track '\(name.prefix(40))': it is several",
                advice: "all of a song but its voices is made by 'bgm'; the tracks are \(Self.names)")
        }
        let hint =
            NearestName.suggestion(for: plain, among: Track.allCases.map(\.rawValue))
            .map { "did you mean \($0)? " } ?? ""
        throw MusicError(
            .invalidRequest, "There is no track '\(name.prefix(40))'",
            advice: "\(hint)the tracks are \(Self.names)")
    }
}
