import AudioFile
import Foundation
import MusicCore
import Testing

/// A directory of a test's own that goes away with it.
final class Scratch {
    let directory: URL

    init(in parent: URL = FileManager.default.temporaryDirectory) throws {
        directory = parent.appendingPathComponent("audio-file-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func file(_ name: String) -> URL { directory.appendingPathComponent(name) }

    /// All names in the directory, hidden ones too.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
    }
}

/// Signals that tests make for themselves.
enum Signal {
    /// A sine in float64 precision before rounding.
    static func sine(
        _ frequency: Double, rate: Int, count: Int, amplitude: Double = 0.5, phase: Double = 0
    ) -> [Float] {
        (0..<count).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate) + phase)) }
    }

    /// White noise, the same for the same seed.
    static func noise(seed: UInt64, count: Int, amplitude: Float = 0.5) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in amplitude * Float.random(in: -1...1, using: &generator) }
    }

    /// Something between: a chord with some filtered noise, which lossy encoders handle as they handle music.
    static func music(channels: Int, rate: Int, count: Int) -> [[Float]] {
        (0..<channels).map { channel in
            let base = 220.0 * pow(2, Double(channel) / 12)
            let tones = [base, base * 1.5, base * 2.5].map { sine($0, rate: rate, count: count, amplitude: 0.2) }
            var smooth: Float = 0
            return noise(seed: UInt64(channel + 1), count: count, amplitude: 0.3).enumerated().map { index, sample in
                smooth += 0.05 * (sample - smooth)
                return tones[0][index] + tones[1][index] + tones[2][index] + smooth
            }
        }
    }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}

/// Power of a signal over that of its error, in decibels; infinite if there is no error.
func signalToNoise(_ decoded: [Float], _ original: [Float]) -> Double {
    var signal = 0.0
    var noise = 0.0
    for (a, b) in zip(decoded, original) {
        signal += Double(b) * Double(b)
        noise += (Double(a) - Double(b)) * (Double(a) - Double(b))
    }
    return 10 * log10(signal / noise)
}

/// The largest difference of two signals of one length.
func largestDifference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

/// Checks that work throws a `MusicError` of a kind, on one line, with these words in it and with advice.
func expectError(
    _ code: MusicError.Code, _ words: String..., at location: SourceLocation = #_sourceLocation,
    _ work: () throws -> Void
) {
    let error = #expect(throws: MusicError.self, sourceLocation: location) { try work() }
    guard let error else { return }
    #expect(error.code == code, "\(error)", sourceLocation: location)
    let isOneLine = !error.description.contains { $0.isNewline }
    #expect(isOneLine, sourceLocation: location)
    #expect(!error.message.hasSuffix("."), sourceLocation: location)
    if code != .cancelled && code != .internal { #expect(!error.advice.isEmpty, sourceLocation: location) }
    for word in words {
        #expect(error.description.contains(word), "\(error) lacks \(word)", sourceLocation: location)
    }
}

extension AudioFormat {
    /// A file name of the format.
    func name(_ stem: String) -> String { "\(stem).\(fileExtension)" }
}

/// Tags with every field set, a recipe of more than 16 KiB, and characters of one to four bytes.
let fullTags = AudioTags(
    title: "Für Elise 🎵", artist: "Ærøskøbing & 坂本", album: "Ω", date: "2025-06-01", genre: "Jazz",
    comment: "first line\nsecond \"line\" = 100 %; ✓", lyrics: "[Verse]\nla la 🎤\n\n[Chorus]\nла ла",
    software: "Vivace 0.1",
    recipe: #"{"caption":"🎸 naïve 日本語 \u0000 \\","seed":18446744073709551615,"filler":""#
        + String(repeating: "0123456789é🎹", count: 1200) + "\"}")
