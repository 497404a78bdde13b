import AudioFile
import Foundation
import MusicCore
import Testing

/// A property of the built-in model's songs that can be heard, as a number for each seed: the larger, the clearer.
struct ListeningProperty: Sendable, CustomTestStringConvertible {
    var name: String
    /// What the number has to exceed.
    var least: Double
    /// The seeds that the tests use; a measurement uses more.
    var seeds = 1...2
    var measure: @Sendable (Studio, Int) throws -> Double

    var testDescription: String { name }
}

/// Number formats, which differ in what they round.
enum NumberFormat: String, CaseIterable, Sendable {
    case float32 = "f32"
    case bfloat16 = "bf16"
}

/// Makes songs with the built-in model, through the program.
struct Studio {
    var format: NumberFormat
    private let folder: TemporaryFolder

    init(_ format: NumberFormat) throws {
        self.format = format
        folder = try TemporaryFolder()
    }

    /// A song, which lies at `name` in the studio's folder afterwards.
    func song(_ prompt: String, _ arguments: [String], as name: String = "song.wav") throws -> AudioBuffer {
        let outcome = try Vivace.run(
            [
                "generate", prompt, "--model", Repository.builtin.path, "--dtype", format.rawValue, "--device", "cpu",
                "--output", name,
            ] + arguments, in: folder.url)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try AudioFile.read(folder[name])
    }
}
