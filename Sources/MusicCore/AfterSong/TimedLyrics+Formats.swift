public import Foundation

/// The kinds of files that timed lyrics are written to.
public enum TimedLyricsFormat: String, Sendable, Codable, CaseIterable {
    case lrc, srt, vtt, json

    /// The kind of a file by its name; `nil` for another extension.
    public init?(fileAt url: URL) { self.init(rawValue: url.pathExtension.lowercased()) }
}

extension TimedLyrics {
    /// The lyrics as the text of a file.
    ///
    /// - Throws: an `EncodingError` for times that are no numbers.
    public func text(as format: TimedLyricsFormat) throws -> String {
        switch format {
        case .lrc: return lrc + "\n"
        case .srt: return srt
        case .vtt: return vtt
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }

    /// A line of LRC for each line, `[minutes:seconds.hundredths]text`, with line feeds between.
    public var lrc: String { lines.map { Self.lrcTime($0.start) + $0.text }.joined(separator: "\n") }

    /// A time as LRC writes it; seconds that round to 60 are a minute more.
    public static func lrcTime(_ seconds: Double) -> String {
        var minutes = Int(seconds / 60)
        var rest = String(format: "%05.2f", seconds - Double(minutes) * 60)
        if rest == "60.00" { (minutes, rest) = (minutes + 1, "00.00") }
        return "[\(minutes < 10 ? "0" : "")\(minutes):\(rest)]"
    }

    /// What is shown at a time: a line, or several where they follow each other within two seconds.
    ///
    /// Each is shown until the next, the last one until the song ends.
    var cues: [Span] {
        var cues: [Span] = []
        for line in lines.sorted(by: { $0.start < $1.start }) {
            if let last = cues.indices.last, line.start - cues[last].start < 2 {
                cues[last].text += "\n" + line.text
            } else {
                cues.append(Span(text: line.text, start: line.start, end: 0))
            }
        }
        for index in cues.indices {
            let next = index + 1 < cues.count ? cues[index + 1].start : duration
            cues[index].end = next > cues[index].start ? next : cues[index].start + 3
        }
        return cues
    }

    private var srt: String {
        cues.enumerated().map { number, cue in
            "\(number + 1)\n\(Self.clock(cue.start, ",")) --> \(Self.clock(cue.end, ","))\n\(cue.text)\n\n"
        }.joined()
    }

    private var vtt: String {
        "WEBVTT\n\n"
            + cues.enumerated().map { number, cue in
                let text = cue.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                return "\(number + 1)\n\(Self.clock(cue.start, ".")) --> \(Self.clock(cue.end, "."))\n\(text)\n\n"
            }.joined()
    }

    /// Hours, minutes, seconds and thousandths.
    private static func clock(_ seconds: Double, _ separator: String) -> String {
        let thousandths = Int((seconds * 1000).rounded())
        func digits(_ value: Int, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - String(value).count)) + String(value)
        }
        let (hours, rest) = thousandths.quotientAndRemainder(dividingBy: 3_600_000)
        return "\(digits(hours, 2)):\(digits(rest / 60_000, 2)):\(digits(rest / 1000 % 60, 2))"
            + "\(separator)\(digits(rest % 1000, 3))"
    }
}
