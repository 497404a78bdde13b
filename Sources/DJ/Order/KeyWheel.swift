import MusicCore

/// A key's place among the others: neighbours on the circle of fifths, and relatives, go well together.
public struct KeyWheel: Sendable, Equatable {
    /// Steps of a fifth from C, or from its relative A minor, 0 to 11.
    public var fifths: Int
    public var isMinor: Bool

    /// Names of tones as steps of a fifth from C.
    private static let tones: [Character: Int] = ["F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5]

    /// - Parameter name: such as `A minor`, `Am`, `F# Major`, `B♭`, `Eb min`.
    /// - Returns: `nil` if it is no name of a key.
    public init?(_ name: String) {
        let text = name.trimmingPrefix(while: \.isWhitespace)
        guard let letter = text.first.flatMap({ Character($0.uppercased()) }), let tone = Self.tones[letter] else {
            return nil
        }
        var rest = text.dropFirst()
        var steps = tone
        while let sign = rest.first {
            if sign == "#" || sign == "♯" {
                steps += 7
            } else if sign == "♭" || sign == "b" {
                steps -= 7
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        let mode = rest.lowercased().filter { !" -_".contains($0) }
        switch mode {
        case "", "major", "maj", "dur": isMinor = false
        case "minor", "min", "m", "moll": isMinor = rest.contains("M") && mode == "m" ? false : true
        default: return nil
        }
        // A minor stands where C major does.
        if isMinor { steps -= 3 }
        fifths = (steps % 12 + 12) % 12
    }

    /// - Parameters:
    ///   - fifths: any number of steps.
    public init(fifths: Int, isMinor: Bool) {
        self.fifths = (fifths % 12 + 12) % 12
        self.isMinor = isMinor
    }

    private static let majors = ["C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F"]
    private static let minors = ["A", "E", "B", "F#", "C#", "G#", "D#", "Bb", "F", "C", "G", "D"]

    /// Such as `A minor`.
    public var name: String { isMinor ? Self.minors[fifths] + " minor" : Self.majors[fifths] + " major" }

    /// Steps from one key to another, 0 to 7: each fifth is one, and so is the way between relatives.
    public func distance(to other: KeyWheel) -> Int {
        let steps = abs(fifths - other.fifths)
        return min(steps, 12 - steps) + (isMinor == other.isMinor ? 0 : 1)
    }
}
