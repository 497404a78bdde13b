import AudioFile
import Foundation
import MusicCore
import Testing

/// `vivace spectrogram`: a valid PNG file that shows a tone where it is, at its level.
struct SpectrogramTests {
    private static let rate = 48_000

    private static func tone(_ hertz: Double, amplitude: Double = 0.5, seconds: Double = 2) -> AudioBuffer {
        let samples = (0..<Int(seconds * Double(rate))).map {
            Float(amplitude * sin(2 * .pi * hertz * Double($0) / Double(rate)))
        }
        return AudioBuffer(sampleRate: rate, channels: [samples])
    }

    /// The picture of a sound.
    private static func picture(_ audio: AudioBuffer, _ options: String...) throws -> PNGPicture {
        let folder = try TemporaryFolder()
        try AudioFile.write(audio, to: folder["tone.wav"], options: WriteOptions(bitDepth: .float32))
        let run = try Vivace.run(["spectrogram", "tone.wav"] + options, in: folder.url)
        #expect(run.status == 0 && run.output == "tone.png\n", "\(run.errors)")
        return try PNGPicture(Data(contentsOf: folder["tone.png"]))
    }

    /// Where a frequency is, from the lower edge (0) to the upper (1), by the definitions of the scales.
    private static func position(_ hertz: Double, _ scale: String) -> Double {
        func warped(_ hertz: Double) -> Double {
            scale == "mel" ? 2595 * log10(1 + hertz / 700) : scale == "log" ? log2(hertz) : hertz
        }
        let low = scale == "linear" ? 0.0 : 30
        return (warped(hertz) - warped(low)) / (warped(20_000) - warped(low))
    }

    @Test(arguments: ["mel", "log", "linear"]) func aToneIsABrightLine(_ scale: String) throws {
        for hertz in [440.0, 3000, 12_000] {
            let picture = try Self.picture(
                Self.tone(hertz), "--bare", "--scale", scale, "--width", "120", "--height", "200")
            #expect(picture.width == 120 && picture.height == 200)
            let column = picture.rows.map { picture.brightness($0[60]) }
            let brightest = try #require(column.indices.max { column[$0] < column[$1] })
            #expect(abs(Double(brightest) - 199.5 * (1 - Self.position(hertz, scale))) <= 2, "\(hertz)")
            // Far from it there is nothing.
            #expect(column[hertz < 1000 ? 20 : 195] < 40)
        }
    }

    /// The brightest colour is the next ten decibels above the loudest sound, the darkest 80 below.
    @Test func levelsAreDecibelsOfFullScale() throws {
        for (amplitude, level) in [(1.0, 1.0), (0.1, 1.0), (0.178, 0.9375), (0.0178, 0.9375)] {
            let picture = try Self.picture(
                Self.tone(996.09375, amplitude: amplitude), "--bare", "--width", "60", "--height", "100")
            let brightest = picture.rows.map { picture.level($0[30]) }.max() ?? 0
            #expect(abs(brightest - level) < 0.03, "\(amplitude): \(brightest)")
        }
    }

    @Test func silenceIsDark() throws {
        let silence = AudioBuffer(sampleRate: 8000, channels: [[Float](repeating: 0, count: 8000)])
        let picture = try Self.picture(silence, "--bare", "--width", "60", "--height", "60")
        #expect(picture.rows.allSatisfy { $0.allSatisfy { picture.brightness($0) < 16 } })
    }

    /// Axes, labels and a title take their places around the plot; the smallest picture has them too.
    @Test(arguments: [(240, 120), (1200, 480), (3840, 2160)]) func picturesHaveAxes(_ width: Int, _ height: Int) throws
    {
        let picture = try Self.picture(
            Self.tone(1000, seconds: 0.2), "--width", "\(width)", "--height", "\(height)", "--title", "Für 日本 𝄞\n2")
        #expect(picture.width == width && picture.height == height)
        let text = picture.rows.map { row in row.count { picture.brightness($0) > 230 } }
        // The title stands in the first rows; nothing touches the edges.
        #expect(text.prefix(height / 8).reduce(0, +) > 20)
        let edges = picture.rows[0] + picture.rows[height - 1] + picture.rows.flatMap { [$0[0], $0[width - 1]] }
        #expect(Set(edges).count == 1)
    }

    @Test func whatCanNotBeDrawn() throws {
        let folder = try TemporaryFolder()
        try AudioFile.write(Self.tone(440, seconds: 0.1), to: folder["tone.wav"])
        for (options, words) in [
            (["--width", "100"], ["240 to 8192"]), (["--height", "5000"], ["120 to 4096"]),
            (["-o", "a.svg"], ["a.svg", "PNG", ".png"]), (["-o", "a"], [".png"]),
            (["-o", "missing/a.png"], ["missing/a.png", "doesn't exist"]),
            (["--scale", "bark"], ["mel", "log", "linear"]),
        ] {
            let run = try Vivace.run(["spectrogram", "tone.wav"] + options, in: folder.url)
            #expect(run.status != 0 && words.allSatisfy(run.errors.contains), "\(run.errors)")
        }
        #expect(folder.names == ["tone.wav"])
    }

    @Test func aFolderTakesThePicture() throws {
        let folder = try TemporaryFolder()
        try AudioFile.write(Self.tone(440, seconds: 0.1), to: folder["tone.wav"])
        try FileManager.default.createDirectory(at: folder["out"], withIntermediateDirectories: true)
        #expect(try Vivace.run(["spectrogram", "tone.wav", "-o", "out"], in: folder.url).output == "out/tone.png\n")
    }
}
