import ArgumentParser
import Foundation

/// `vivace waveform`: the samples of a sound file over time.
struct WaveformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waveform", abstract: "Draw the waveform of an audio file as a PNG or SVG picture.",
        discussion: """
            Each channel has a panel: dark from the lowest to the highest sample, light up to the root mean square, and
            red above where three or more samples in a row are at full scale or beyond it. Below stand the sample peak in
            dBFS and the integrated loudness in LUFS (ITU-R BS.1770).
            """)

    @OptionGroup var picture: PictureOptions

    func run() throws {
        try picture.checkSize()
        let target = try picture.target(kinds: ["png", "svg"], suffix: "-waveform")
        let (audio, title, facts) = try picture.read()
        let drawing = WaveformPicture(audio, title: title, facts: facts)
        if target.pathExtension.lowercased() == "svg" {
            var canvas = VectorCanvas(width: picture.width, height: picture.height)
            drawing.draw(on: &canvas)
            try picture.write(Data(canvas.file(title: title).utf8), to: target)
        } else {
            var canvas = Canvas(width: picture.width, height: picture.height)
            drawing.draw(on: &canvas)
            try picture.write(PNGEncoder.encode(canvas), to: target)
        }
    }
}
