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
        precondition(shape.reduce(1, *) == values.count, "the shape covers the values")
        try checkFormat(url)
        do {
            if url.pathExtension.lowercased() == "npy" {
                try NewFile.replace(url, with: npyHeader(shape) + values.withUnsafeBytes { Data($0) })
            } else {
                let tensor = SafetensorsWriter.Tensor(name: "latents", type: .float32, shape: shape)
                try SafetensorsWriter.write([tensor], to: url) { _, output in
                    try values.withUnsafeBytes { try output($0) }
                }
            }
        } catch let error as MusicError {
            throw error
        } catch {
            let reason = (error as? SafetensorsError)?.reason ?? error.localizedDescription
            throw MusicError(
                .unwritableOutput, "the latents can't be written to \(url.path): \(reason)",
                advice: "check the folder's permissions and the free space")
        }
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
