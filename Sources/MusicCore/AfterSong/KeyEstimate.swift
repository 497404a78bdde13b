import Foundation

/// The key of a song by how its power is spread over the twelve pitch classes.
enum KeyEstimate {
    private static let window = 8192
    /// Frequencies of the tones that count, in hertz.
    private static let range = 55.0...1760.0
    static let names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    private static let flats = ["Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#", "Cb": "B", "Fb": "E"]

    /// How well each pitch class fits a key with the tonic C (Krumhansl and Kessler, 1982).
    private static let major = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]
    private static let minor = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]

    /// Such as `A minor`; `nil` where there are no tones.
    static func key(of mono: [Float], sampleRate: Int) -> String? {
        let chroma = chroma(mono, sampleRate)
        guard chroma.reduce(0, +) > 0 else { return nil }
        var best: (name: String, fit: Double)?
        for tonic in 0..<12 {
            let turned = (0..<12).map { chroma[($0 + tonic) % 12] }
            for (mode, profile) in [("major", major), ("minor", minor)] {
                let fit = correlation(turned, profile)
                if fit > best?.fit ?? 0 { best = ("\(names[tonic]) \(mode)", fit) }
            }
        }
        return best?.name
    }

    /// Whether two keys are the same in any spelling of their tonics.
    static func isSame(_ one: String, _ other: String) -> Bool {
        func parts(_ key: String) -> (String, String)? {
            let words = key.split(separator: " ").map(String.init)
            guard words.count == 2 else { return nil }
            let tonic = words[0].replacing("♯", with: "#").replacing("♭", with: "b")
            return (flats[tonic] ?? tonic, words[1].lowercased())
        }
        guard let first = parts(one), let second = parts(other) else { return false }
        return first == second
    }

    /// Power of each pitch class, each moment weighing alike.
    private static func chroma(_ mono: [Float], _ sampleRate: Int) -> [Double] {
        let transform = FourierTransform(length: window)
        let shape = (0..<window).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(window))) }
        let classes = (0...window / 2).map { bin -> Int? in
            let frequency = Double(bin) * Double(sampleRate) / Double(window)
            guard range.contains(frequency) else { return nil }
            let note = Int((69 + 12 * log2(frequency / 440)).rounded())
            return note % 12
        }
        var chroma = [Double](repeating: 0, count: 12)
        for start in stride(from: 0, to: mono.count - 2 * window + 1, by: 2 * window) {
            let windows = (0..<2).map { index in
                zip(mono[(start + index * window)..<(start + (index + 1) * window)], shape).map { $0 * $1 }
            }
            var own = [Double](repeating: 0, count: 12)
            for (bin, power) in transform.power(of: windows[0], and: windows[1]).enumerated() {
                if let tone = classes[bin] { own[tone] += Double(power).squareRoot() }
            }
            let sum = own.reduce(0, +)
            if sum > 0 { for tone in 0..<12 { chroma[tone] += own[tone] / sum } }
        }
        return chroma
    }

    private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
        var (product, squareA, squareB) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            product += (x - meanA) * (y - meanB)
            squareA += (x - meanA) * (x - meanA)
            squareB += (y - meanB) * (y - meanB)
        }
        return squareA > 0 ? product / (squareA * squareB).squareRoot() : 0
    }
}
