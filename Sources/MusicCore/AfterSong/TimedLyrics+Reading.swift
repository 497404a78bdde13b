import Foundation

extension TimedLyrics {
    /// The lines of an LRC text with their times in seconds; none for a text that is no LRC.
    ///
    /// A line with several times is there several times; tags such as `[ar:name]` are left out.
    public static func lines(lrc: String) -> [(Double, String)] {
        lrc.split(whereSeparator: \.isNewline).flatMap { line -> [(Double, String)] in
            var rest = line.drop { $0 == " " }
            var times: [Double] = []
            while let match = rest.prefixMatch(of: /\[(\d{1,3}):(\d{2}(?:\.\d{1,3})?)\]/) {
                if let minutes = Double(match.output.1), let seconds = Double(match.output.2) {
                    times.append(minutes * 60 + seconds)
                }
                rest = rest[match.range.upperBound...]
            }
            return times.map { ($0, rest.trimmingCharacters(in: .whitespaces)) }
        }.sorted { $0.0 < $1.0 }
    }
}
