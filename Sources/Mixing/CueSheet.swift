import Foundation

/// The list of a mix's songs in the form that players and burning programs read.
public enum CueSheet {
    /// A cue sheet: one file, a track for each song, times as minutes, seconds and 75ths of a second.
    ///
    /// - Parameters:
    ///   - file: name of the audio file.
    ///   - title: of the mix.
    public static func text(_ cues: [MixCue], title: String, file: String) -> String {
        let kind = file.lowercased().hasSuffix(".mp3") ? "MP3" : "WAVE"
        var lines = ["TITLE \(quoted(title))", "FILE \(quoted(file)) \(kind)"]
        for (index, cue) in cues.enumerated() {
            lines += [
                "  TRACK \(twoDigits(index + 1)) AUDIO", "    TITLE \(quoted(cue.title))",
                "    INDEX 01 \(time(cue.start))",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A text between quotation marks, of which it then has none inside, on one line.
    private static func quoted(_ text: String) -> String {
        let plain = text.replacing("\"", with: "'").split(whereSeparator: \.isNewline).joined(separator: " ")
        return "\"\(plain)\""
    }

    static func time(_ seconds: Double) -> String {
        let frames = Int((seconds * 75).rounded())
        return [frames / 75 / 60, frames / 75 % 60, frames % 75].map(twoDigits).joined(separator: ":")
    }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
