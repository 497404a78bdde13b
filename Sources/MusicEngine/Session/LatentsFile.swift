import AudioFile
import Foundation
import MusicCore
import Safetensors

/// Latents in files that other programs write and read: one float32 matrix in a `.safetensors` or `.npy` file.
package enum LatentsFile {
    /// - Throws: ``MusicError`` `invalidRequest` if the extension is neither `safetensors` nor `npy`.
    package static func checkFormat(_ url: URL) throws {
        guard ["safetensors", "npy"].contains(url.pathExtension.lowercased()) else {
            throw MusicError(
                .invalidRequest, "latents can't be saved as '\(url.lastPathComponent)'",
                advice: "end the name in .safetensors or .npy")
        }
    }

    /// Writes the values, row-major, in place of what the file held; the old file stays until the new one is whole.
    ///
    /// - Parameters:
    ///   - shape: (frames, channels), or any shape whose product is the number of values.
    /// - Throws: ``MusicError`` `unwritableOutput`.
    package static func write(_ values: [Float], shape: [Int], to url: URL) throws {
        try checkFormat(url)
        try NewFile.replace(url, with: try contents(values, shape, of: url))
    }

    /// Writes the values of one song of several under the next free number that is put before the extension.
    ///
    /// - Parameters:
    ///   - shape: as above.
    ///   - url: the name as the user gave it.
    ///   - index: of the song.
    /// - Returns: the file.
    /// - Throws: ``MusicError`` `unwritableOutput`.
    static func write(_ values: [Float], shape: [Int], numbering url: URL, song index: Int) throws -> URL {
        try checkFormat(url)
        return try NewFile.write(
            try contents(values, shape, of: url), names: FileNames(url, from: index + 1))
    }

    private static func contents(_ values: [Float], _ shape: [Int], of url: URL) throws -> Data {
        precondition(shape.reduce(1, *) == values.count, "the shape covers the values")
        if url.pathExtension.lowercased() == "npy" {
            return npyHeader(shape) + values.withUnsafeBytes { Data($0) }
        }
        var data = Data()
        let tensor = SafetensorsWriter.Tensor(name: "latents", type: .float32, shape: shape)
        try SafetensorsWriter.write([tensor], to: { data.append(contentsOf: $0) }) { _, output in
            try values.withUnsafeBytes { try output($0) }
        }
        return data
    }

    /// Format version 1.0 of NumPy's `.npy`: magic, version, header length, and a dictionary padded to 64 bytes.
    private static func npyHeader(_ shape: [Int]) -> Data {
        let dimensions = shape.map { "\($0)," }.joined(separator: " ")
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(dimensions)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = withUnsafeBytes(of: UInt16(text.utf8.count).littleEndian) { Data($0) }
        return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0]) + length + Data(text.utf8)
    }
}
