import Foundation
import MusicCore

/// Writes safetensors files of random bfloat16 values, one piece at a time.
enum SafetensorsWriter {
    /// Values that are drawn at once.
    private static let pieceSize = 1 << 20

    /// Writes a file.
    ///
    /// - Parameters:
    ///   - tensors: what the file holds.
    ///   - url: where to write.
    ///   - normals: where the values come from.
    ///   - progress: called after each piece with the number of its bytes.
    static func write(
        _ tensors: [PlannedTensor], to url: URL, _ normals: inout NormalTable, progress: (_ bytes: Int) throws -> Void
    ) throws {
        var header: [String: Any] = ["__metadata__": ["format": "pt"]]
        var offset = 0
        for tensor in tensors {
            let end = offset + 2 * tensor.count
            header[tensor.name] =
                ["dtype": "BF16", "shape": tensor.shape, "data_offsets": [offset, end]] as [String: Any]
            offset = end
        }
        var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
        json += Data(repeating: 0x20, count: (8 - json.count % 8) % 8)

        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw MusicError(.unwritableOutput, "\(url.path) can't be created", advice: "check permissions")
        }
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        try withUnsafeBytes(of: UInt64(json.count).littleEndian) { try file.write(contentsOf: Data($0)) }
        try file.write(contentsOf: json)
        let piece = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: pieceSize)
        defer { piece.deallocate() }
        for tensor in tensors {
            var left = tensor.count
            while left > 0 {
                let part = UnsafeMutableBufferPointer(rebasing: piece[0..<min(left, pieceSize)])
                normals.fill(part, mean: tensor.mean, deviation: tensor.deviation)
                try file.write(contentsOf: Data(buffer: part))
                try progress(2 * part.count)
                left -= part.count
            }
        }
    }
}
