import Foundation

/// How long a song with given lyrics is, where neither user nor language model says so.
///
/// A sung line takes two bars, or more if it has more syllables than can be sung in them; sections without words, and
/// the beginning and the end, take some bars of their own. It is a rule of thumb: there is no such rule in the
/// reference, whose songs are then of a fixed length.
package enum LyricsLength {
    /// Bars of a sung line.
    private static let barsPerLine = 2.0
    /// Bars of a section without words, such as `[Guitar Solo]`.
    private static let barsPerInstrumental = 4.0
    /// Bars before the first line and after the last one, together.
    private static let barsAround = 4.0
    /// Syllables sung in a second, at most.
    private static let syllablesPerSecond = 4.0
    /// Beats per minute where nothing is said of them.
    private static let usualTempo = 100.0

    /// The estimate in whole seconds, from 10 to 600; `nil` if the lyrics have nothing to go by.
    ///
    /// - Parameters:
    ///   - lyrics: with section tags or without.
    ///   - bpm: beats per minute.
    ///   - beatsPerBar: such as 4.
    package static func estimate(_ lyrics: String, bpm: Int?, beatsPerBar: Int?) -> Double? {
        let bar = 60 / (bpm.map(Double.init) ?? usualTempo) * Double(beatsPerBar ?? 4)
        var seconds = 0.0
        var sectionsWithoutWords = 0
        var lineCount = 0
        var sectionIsEmpty = false
        for line in lyrics.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.isEmpty { continue }
            if isHeading(line) {
                if sectionIsEmpty { sectionsWithoutWords += 1 }
                sectionIsEmpty = true
            } else {
                sectionIsEmpty = false
                lineCount += 1
                let sung = Double(Syllables.count(line)) / syllablesPerSecond
                // Whole bars, as lines begin on a bar.
                seconds += max(barsPerLine, (sung / bar).rounded(.up)) * bar
            }
        }
        if sectionIsEmpty { sectionsWithoutWords += 1 }
        guard lineCount > 0 || sectionsWithoutWords > 1 else { return nil }
        seconds += (Double(sectionsWithoutWords) * barsPerInstrumental + barsAround) * bar
        let limits = ACEStepLimits.trainedDuration
        return min(limits.upperBound, max(limits.lowerBound, seconds.rounded(.up)))
    }

    /// A section tag such as `[Verse 1]`, or a heading such as `Chorus:`.
    private static func isHeading(_ line: String) -> Bool {
        if line.hasPrefix("["), line.hasSuffix("]") { return true }
        return line.hasSuffix(":") && line.split(separator: " ").count <= 3
    }
}

/// Counts syllables, roughly and in any script.
package enum Syllables {
    /// The syllables of a line.
    package static func count(_ line: String) -> Int {
        line.split { !($0.isLetter || $0 == "'" || $0 == "’") }.reduce(0) { $0 + ofWord($1) }
    }

    private static func ofWord(_ word: Substring) -> Int {
        let scalars = word.unicodeScalars
        let signs = scalars.filter { isSyllable($0) }.count
        if signs > 0 { return signs }
        let plain = String(word).folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
        var groups = 0
        var isInGroup = false
        for letter in plain {
            let isVowel = vowels.contains(letter)
            if isVowel, !isInGroup { groups += 1 }
            isInGroup = isVowel
        }
        // Scripts that don't write vowels, or write them as signs on consonants: two letters to a syllable.
        return groups > 0 ? groups : max(1, word.count / 2)
    }

    private static let vowels = Set("aeiouyæøœıаеёиоуыэюяіїєαεηιουω")

    /// Han characters, kana and hangul, each of which is sung as a syllable.
    private static func isSyllable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3041...0x30FF: ![0x3063, 0x30C3, 0x30FC].contains(scalar.value)
        case 0x3400...0x9FFF, 0xAC00...0xD7A3, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
