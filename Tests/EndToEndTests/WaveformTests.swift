import AudioFile
import Foundation
import MusicCore
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// `vivace waveform`: pictures that show what is there, as PNG and as SVG.
struct WaveformTests {
    private static let rate = 48_000

    private static func sine(_ amplitude: Float, seconds: Double = 2) -> [Float] {
        (0..<Int(seconds * Double(rate))).map { amplitude * Float(sin(2 * .pi * 997 * Double($0) / Double(rate))) }
    }

    private static func run(
        _ channels: [[Float]], _ options: String..., body: (TemporaryFolder, Vivace.Outcome) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try AudioFile.write(
            AudioBuffer(sampleRate: rate, channels: channels), to: folder["a.wav"],
            options: WriteOptions(bitDepth: .float32))
        let run = try Vivace.run(["waveform", "a.wav"] + options, in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        try body(folder, run)
    }

    /// The texts of an SVG picture.
    private static func texts(_ channels: [[Float]], _ options: [String] = []) throws -> [String] {
        let folder = try TemporaryFolder()
        try AudioFile.write(
            AudioBuffer(sampleRate: rate, channels: channels), to: folder["a.wav"],
            options: WriteOptions(bitDepth: .float32))
        let run = try Vivace.run(["waveform", "a.wav", "-o", "a.svg"] + options, in: folder.url)
        #expect(run.status == 0 && run.output == "a.svg\n", "\(run.errors)")
        let file = try String(contentsOf: folder["a.svg"], encoding: .utf8)
        let document = try XMLDocument(xmlString: file)
        return try document.nodes(forXPath: "//*[local-name()='text']").compactMap(\.stringValue)
    }

    @Test func factsAreTrue() throws {
        let texts = try Self.texts([Self.sine(0.5), Self.sine(0.25)])
        #expect(texts.contains("a.wav") && texts.contains("48 kHz, stereo, 2.00 s"))
        #expect(texts.contains("left -6.0 dBFS") && texts.contains("right -12.0 dBFS"))
        // Power of 1/8 and 1/32: 10 log10(0.15625), which 1 kHz has in LUFS.
        #expect(texts.contains { $0.hasPrefix("peak -6.0 dBFS at ") && $0.hasSuffix("loudness -8.1 LUFS") })
        for label in ["0.0 s", "1.0 s", "2.0 s", "1", "0.5", "0", "-0.5", "-1"] {
            #expect(texts.contains(label), "\(label)")
        }
    }

    @Test func silenceClippingAndShortSoundsAreTold() throws {
        #expect(try Self.texts([[Float](repeating: 0, count: 4800)]).contains("digital silence"))
        let cut = Self.sine(2).map { max(-1, min(1, $0)) }
        let clipped = try Self.texts([cut])
        #expect(clipped.contains { $0.hasPrefix("peak 0.0 dBFS") && $0.hasSuffix("samples at or over full scale") })
        // A sound beyond full scale has a scale that goes as far.
        let beyond = try Self.texts([Self.sine(1.5)])
        #expect(beyond.contains { $0.hasPrefix("peak 3.5 dBFS") })
        let short = try Self.texts([Self.sine(0.5, seconds: 0.2)], ["--title", "a <b> & \"c\" 日本"])
        #expect(short.contains { $0.hasSuffix("loudness unknown below 0.4 s") } && short.contains("a <b> & \"c\" 日本"))
        #expect(short.contains("0.02 s") && short.contains("0.20 s"))
        let eight = try Self.texts(Array(repeating: Self.sine(0.1), count: 8), ["--height", "1000"])
        #expect(eight.contains("48 kHz, 8 channels, 2.00 s") && eight.contains("8 -20.0 dBFS"))
    }

    @Test func longSoundsHaveMinutes() throws {
        let texts = try Self.texts(
            [[Float](repeating: 0.1, count: 600 * Self.rate)], ["--width", "360", "--height", "240"])
        #expect(texts.contains("0:00") && texts.contains("10:00") && texts.contains { $0.hasSuffix("600.00 s") })
    }

    /// The wave is where it is in time and in height.
    @Test func theWaveIsDrawnWhereItIs() throws {
        let half = [Float](repeating: 0, count: Self.rate) + Self.sine(0.5, seconds: 1)
        try Self.run([half], "--width", "600", "--height", "200") { folder, run in
            #expect(run.output == "a-waveform.png\n")
            let picture = try PNGPicture(Data(contentsOf: folder["a-waveform.png"]))
            #expect(picture.width == 600 && picture.height == 200)
            // The ink of what the root mean square reaches is the brightest blue.
            let blue = UInt8(try #require(picture.palette.firstIndex(of: [136, 205, 245])))
            let columns = (0..<600).filter { column in picture.rows.contains { $0[column] == blue } }
            let first = try #require(columns.first), last = try #require(columns.last)
            // The second half of the plot, which has margins on both sides.
            #expect(first > 280 && first < 330 && last > 560 && columns.count == last - first + 1)
            let rows = (0..<200).filter { picture.rows[$0].contains(blue) }
            let dark = UInt8(try #require(picture.palette.firstIndex(of: [8, 9, 12])))
            let panel = (0..<200).filter { picture.rows[$0].contains(dark) }
            // 0.354 of the way from the middle to an edge, both ways.
            #expect(abs(Double(rows.count) / Double(panel.count) - 0.354) < 0.05)
            // Nothing is clipped.
            let red = picture.palette.firstIndex(of: [255, 92, 84]).map { UInt8($0) }
            #expect(red.map { red in picture.rows.allSatisfy { !$0.contains(red) } } == true)
        }
    }
}
