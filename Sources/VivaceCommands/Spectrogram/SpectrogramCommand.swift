import ArgumentParser
import AudioFile
import Foundation
import MusicCore

/// `vivace spectrogram`: a picture of a sound file.
struct SpectrogramCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spectrogram", abstract: "Draw the mel spectrogram of an audio file as a PNG picture.",
        discussion: """
            Time runs from left to right, pitch from the bottom (30 Hz) to the top (16 kHz, mel scale); brighter is
            louder, over 80 dB. Marks at the bottom show seconds, longer ones every five; marks at the left show
            100 Hz, 1 kHz and 10 kHz.
            """)

    @Argument(help: "An audio file.")
    var file: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The picture; by default the file's name with png, and a number if that is taken.", valueName: "file"))
    var output: String?

    @Option(help: "Width in pixels, 64 to 8192.")
    var width = 960

    @Option(help: "Height in pixels, 32 to 2048.")
    var height = 320

    func validate() throws {
        guard (64...8192).contains(width) else { throw ValidationError("--width is from 64 to 8192") }
        guard (32...2048).contains(height) else { throw ValidationError("--height is from 32 to 2048") }
    }

    func run() throws {
        let audio = try AudioFile.read(URL(fileURLWithPath: file))
        guard audio.frameCount > 0 else {
            throw MusicError(.unreadableInput, "\(file) has no sound", advice: "choose a file that has")
        }
        let picture = SpectrogramPicture(MelSpectrogram(audio, columns: width, bands: height), duration: audio.duration)
        let contents = try PNGEncoder.encode(picture.pixels, palette: SpectrogramPicture.palette)
        if let output {
            try NewFile.replace(URL(fileURLWithPath: output), with: contents)
            Terminal.output(output)
        } else {
            let usual = URL(fileURLWithPath: file).deletingPathExtension().appendingPathExtension("png")
            Terminal.output(try NewFile.write(contents, names: FileNames(usual)).relativePath)
        }
    }
}
