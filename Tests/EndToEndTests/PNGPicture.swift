import CZlib
import Foundation
import Testing

/// A PNG picture with a palette and eight bits a pixel.
struct PNGPicture {
    let width: Int
    let height: Int
    /// Palette entries, from top to bottom.
    let rows: [[UInt8]]
    /// Red, green and blue of each entry.
    let palette: [[UInt8]]

    /// Reads a file, and checks that it is whole.
    init(_ data: Data) throws {
        let bytes = [UInt8](data)
        try #require(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        var offset = 8
        var types: [String] = []
        var compressed: [UInt8] = []
        var colors: [UInt8] = []
        var size = (width: 0, height: 0)
        while offset + 12 <= bytes.count {
            let length = number(at: offset), body = Array(bytes[(offset + 4)..<(offset + 8 + length)])
            #expect(Int(crc32(0, body, UInt32(body.count))) == number(at: offset + 8 + length))
            types.append(String(decoding: body.prefix(4), as: UTF8.self))
            if types.last == "IHDR" { size = (number(at: offset + 8), number(at: offset + 12)) }
            if types.last == "PLTE" { colors += body.dropFirst(4) }
            if types.last == "IDAT" { compressed += body.dropFirst(4) }
            offset += 12 + length
        }
        #expect(offset == bytes.count && types == ["IHDR", "PLTE", "IDAT", "IEND"])
        let (width, height) = size
        var count = uLong(height * (width + 1))
        var pixels = [UInt8](repeating: 0, count: Int(count))
        try #require(uncompress(&pixels, &count, compressed, uLong(compressed.count)) == Z_OK)
        try #require(Int(count) == height * (width + 1))
        self.width = width
        self.height = height
        rows = (0..<height).map { row in Array(pixels[(row * (width + 1) + 1)..<((row + 1) * (width + 1))]) }
        palette = stride(from: 0, to: colors.count, by: 3).map { Array(colors[$0..<$0 + 3]) }
        #expect(rows.allSatisfy { $0.allSatisfy { Int($0) < colors.count / 3 } })
    }

    /// The mean of an entry's red, green and blue.
    func brightness(_ entry: UInt8) -> Int { palette[Int(entry)].reduce(0) { $0 + Int($1) } / 3 }

    /// Where an entry lies in the ramp of levels, which ends the palette: 0 to 1; negative for other entries.
    func level(_ entry: UInt8) -> Double {
        let levels = 96
        return Double(Int(entry) - (palette.count - levels)) / Double(levels - 1)
    }
}
