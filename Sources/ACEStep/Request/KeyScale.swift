import Foundation
import MusicCore

/// Brings a key to the spelling with which models were trained: `Am`, `a-min` and `A Minor` are `A minor`.
package enum KeyScale {
    /// What a text says of the key.
    package enum Reading: Equatable {
        /// Nothing: it is left to the model.
        case open
        /// One of ``PlanValues/keyscales``.
        case known(String)
        /// A key that is written as keys are, though models weren't trained with it, such as `D dorian`.
        case untrained(String)
        /// No key.
        case unknown
    }

    /// Reads a key: a note, an accidental if need be (`#`, `b`, `♯`, `♭`, `sharp`, `flat`), and a mode.
    ///
    /// A note alone is major; `m` is minor and `M` major, as in names of chords. A key that is spelled as models know
    /// it stays as it is.
    package static func read(_ text: String) -> Reading {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if ACEStepLimits.isOpen(name) { return .open }
        if PlanValues.keyscales.contains(name) { return .known(name) }
        guard name.count <= ACEStepLimits.nameLength, let match = name.wholeMatch(of: form) else { return .unknown }
        let note = String(match.output.1).uppercased()
        let accidental = match.output.2.map { accidentals[$0.lowercased()] ?? String($0) } ?? ""
        guard let mode = mode(match.output.3.map(String.init) ?? "") else { return .unknown }
        let key = "\(note)\(accidental) \(mode)"
        return PlanValues.keyscales.contains(key) ? .known(key) : .untrained(key)
    }

    /// Note, accidental, mode.
    ///
    /// Computed, as a `Regex` is not `Sendable`.
    private static var form: Regex<(Substring, Substring, Substring?, Substring?)> {
        /([A-Ga-g])(?:[ _-]?(#|b|♯|♭|(?i:sharp|flat)))?(?:[ _:-]*([A-Za-z]+)\.?)?(?:[ _-]+(?i:key|scale))?/
    }

    private static let accidentals = ["sharp": "#", "flat": "b", "♯": "#", "♭": "b"]

    /// The mode's name in small letters; `nil` if it is none.
    private static func mode(_ text: String) -> String? {
        switch text {
        case "m": return "minor"
        case "M": return "major"
        default: break
        }
        let name = text.lowercased()
        if let known = modes[name] { return known }
        return otherModes.contains(name) ? name : nil
    }

    private static let modes = [
        "": "major", "maj": "major", "major": "major", "ionian": "major", "dur": "major",
        "min": "minor", "minor": "minor", "aeolian": "minor", "moll": "minor",
    ]
    private static let otherModes: Set<String> = ["dorian", "phrygian", "lydian", "mixolydian", "locrian"]
}
