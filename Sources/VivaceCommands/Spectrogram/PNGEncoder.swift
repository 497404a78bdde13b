import Foundation

/// Writes pictures with a palette as PNG files (ISO/IEC 15948).
enum PNGEncoder {
    /// - Parameters:
    ///   - pixels: rows of palette entries, top to bottom, all of one length.
    ///   - palette: up to 256 colours: red, green, blue.
    static func encode(_ pixels: [[UInt8]], palette: [(UInt8, UInt8, UInt8)]) -> Data {
        let height = pixels.count, width = pixels.first?.count ?? 0
        var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        // Eight bits a pixel, indexed colour, no interlacing.
        append("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 3, 0, 0, 0], to: &file)
        append("PLTE", palette.flatMap { [$0.0, $0.1, $0.2] }, to: &file)
        append("IDAT", Deflate.zlib(pixels.flatMap { [0] + $0 }), to: &file)
        append("IEND", [], to: &file)
        return file
    }

    private static func append(_ type: String, _ content: [UInt8], to file: inout Data) {
        let body = Array(type.utf8) + content
        file.append(contentsOf: bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body)))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static let checksums: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    /// CRC-32 as PNG and Ethernet use it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { checksums[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}
