import AudioFile
import CZlib
import Foundation
import MusicCore
import Testing

/// `vivace spectrogram`: the picture is a valid PNG file and shows a tone where it is.
struct SpectrogramTests {
    /// A picture with eight bits a pixel.
    private struct Picture {
        var width = 0, height = 0
        var rows: [[UInt8]] = []

        init(_ data: Data) throws {
            let bytes = [UInt8](data)
            try #require(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
            var offset = 8
            var types: [String] = []
            var compressed: [UInt8] = []
            while offset + 12 <= bytes.count {
                let length = number(at: offset), body = Array(bytes[(offset + 4)..<(offset + 8 + length)])
                #expect(Int(crc32(0, body, UInt32(body.count))) == number(at: offset + 8 + length))
                types.append(String(decoding: body.prefix(4), as: UTF8.self))
                if types.last == "IHDR" { (width, height) = (number(at: offset + 8), number(at: offset + 12)) }
                if types.last == "IDAT" { compressed += body.dropFirst(4) }
                offset += 12 + length
            }
            #expect(offset == bytes.count && types == ["IHDR", "PLTE", "IDAT", "IEND"])
            var size = uLong(height * (width + 1))
            var pixels = [UInt8](repeating: 0, count: Int(size))
            try #require(uncompress(&pixels, &size, compressed, uLong(compressed.count)) == Z_OK)
            try #require(Int(size) == height * (width + 1))
            rows = (0..<height).map { row in Array(pixels[(row * (width + 1) + 1)..<((row + 1) * (width + 1))]) }
        }
    }

    @Test func aToneIsABrightLine() throws {
        let folder = try TemporaryFolder()
        let tone = (0..<96_000).map { Float(0.5 * sin(2 * .pi * 1000 * Double($0) / 48_000)) }
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [tone]), to: folder["tone.wav"])
        let run = try Vivace.run(
            ["spectrogram", "tone.wav", "--width", "120", "--height", "200"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        let picture = try Picture(Data(contentsOf: folder["tone.png"]))
        #expect(picture.width == 120 && picture.height == 200)
        // 1 kHz on a mel scale from 30 Hz to 16 kHz.
        func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
        let position = (mel(1000) - mel(30)) / (mel(16_000) - mel(30))
        // Away from the mark at one second.
        let brightest = picture.rows.indices.max { picture.rows[$0][30] < picture.rows[$1][30] }
        #expect(abs(Double(brightest ?? 0) - 199 * (1 - position)) <= 2)
        #expect(picture.rows[20][30] < 100)
    }
}
