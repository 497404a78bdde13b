import CZlib
import Foundation
import MusicCore

/// Writes pictures with a palette as PNG files (ISO/IEC 15948).
///
/// The format's frame is four chunks, too little for a library of its own; its compression and checksums are zlib's.
enum PNGEncoder {
    /// - Throws: ``MusicError`` `outOfMemory` if there is no memory for the picture.
    static func encode(_ canvas: Canvas) throws -> Data {
        let (width, height, palette) = (canvas.width, canvas.height, Canvas.palette)
        var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        // Eight bits a pixel, indexed colour, no interlacing.
        append("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 3, 0, 0, 0], to: &file)
        append("PLTE", palette.flatMap { [$0.0, $0.1, $0.2] }, to: &file)
        // Each row begins with the number of its filter, which is none.
        let rows = (0..<height).flatMap { [0] + canvas.pixels[$0 * width..<($0 + 1) * width] }
        append("IDAT", try compressed(rows), to: &file)
        append("IEND", [], to: &file)
        return file
    }

    private static func append(_ type: String, _ content: [UInt8], to file: inout Data) {
        let body = Array(type.utf8) + content
        let checksum = UInt32(crc32(0, body, UInt32(body.count)))
        file.append(contentsOf: bigEndian(UInt32(content.count)) + body + bigEndian(checksum))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        var size = compressBound(uLong(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(size))
        guard compress2(&result, &size, bytes, uLong(bytes.count), Z_BEST_COMPRESSION) == Z_OK else {
            throw MusicError(.outOfMemory, "There is no memory for the picture", advice: "draw a smaller one")
        }
        return Array(result.prefix(Int(size)))
    }
}
