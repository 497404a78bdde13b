import ArgumentParser
import Foundation
import MusicCore

/// `vivace spectrogram`: the frequencies of a sound file over time.
struct SpectrogramCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spectrogram", abstract: "Draw the spectrogram of an audio file as a PNG picture.",
        discussion: """
            Time runs from left to right, frequency from the bottom to the top, and brighter is louder, over 80 dB below
            the loudest sound. Levels are decibels of full scale (dBFS): a sine at full scale is 0.
            """)

    @OptionGroup var picture: PictureOptions

    @Option(
        help: ArgumentHelp(
            "How frequencies are spread: mel (as they sound), log (octaves of equal height) or linear.",
            valueName: "scale"))
    var scale = FrequencyScale.mel

    @Flag(help: "The spectrogram alone, without axes and title; from 16 by 16 pixels.")
    var bare = false

    func run() throws {
        try picture.checkSize(smallest: bare ? (16, 16) : PictureFrame.smallest)
        let target = try picture.target(kinds: ["png"])
        let (audio, title, facts) = try picture.read()
        let (width, height) = (picture.width, picture.height)
        let drawn =
            bare
            ? SpectrogramPicture(audio, scale: scale, width: width, height: height)
            : SpectrogramPicture(audio, title: title, facts: facts, scale: scale, width: width, height: height)
        try picture.write(PNGEncoder.encode(drawn.canvas), to: target)
    }
}
