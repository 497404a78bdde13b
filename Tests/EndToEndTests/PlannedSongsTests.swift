import Foundation
import MusicCore
import Testing

/// Songs that the built-in model's own language model plans.
@Suite("What the built-in model plans")
struct PlannedSongsTests {
    /// The first digit of a code tells whether it is among the first three of a second's five, which keeps the decoder
    /// in tune: one wrong digit is a click, some are a rough sound.
    @Test("the codes of a song count the seconds", arguments: NumberFormat.allCases, 1...4)
    func seconds(_ format: NumberFormat, seed: Int) throws {
        let folder = try TemporaryFolder()
        let prompts = ["a rock song with guitars", "calm ambient pads, no drums", "an elegant waltz", "chiptune"]
        let outcome = try Vivace.run(
            [
                "generate", prompts[seed - 1], "--model", Repository.builtin.path, "--thinking", "--duration", "30",
                "--bpm", "\(60 + 30 * seed)", "--steps", "1", "--seed", "\(seed)", "--dtype", format.rawValue,
                "--output", "song.wav",
            ], in: folder.url)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let recipe = try Vivace.run(["info", "song.wav", "--json"], in: folder.url).json()["recipe"] as? [String: Any]
        let request = recipe?["request"] as? [String: Any]
        let codes = AudioCodeText.codes(in: request?["audio_codes"] as? String ?? "")
        #expect(codes.count == 150)
        #expect(codes.map { $0 % 2 } == codes.indices.map { $0 % 5 < 3 ? 1 : 0 })
    }
}
