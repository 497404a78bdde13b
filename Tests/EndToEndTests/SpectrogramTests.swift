import Foundation
import Testing

/// `vivace spectrogram` draws what a file holds.
@Suite("Spectrograms")
struct SpectrogramTests {
    @Test("the spectrogram of a song is a picture")
    func picture() throws {
        let folder = try TemporaryFolder()
        let song = Repository.fixtures.appendingPathComponent("tasks/source-48000.wav").path
        let outcome = try Vivace.run(
            ["spectrogram", song, "-o", "song.png", "--width", "300", "--height", "100"], in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "song.png\n")
        let picture = try Data(contentsOf: folder["song.png"])
        #expect(picture.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        // Width and height, big-endian, after the length and the name of the first part.
        #expect(picture[16..<24] == Data([0, 0, 1, 44, 0, 0, 0, 100]))
        #expect(picture.suffix(12) == Data([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
        let refused = try Vivace.run(["spectrogram", "gone.wav"], in: folder.url)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("gone.wav"))
    }
}
