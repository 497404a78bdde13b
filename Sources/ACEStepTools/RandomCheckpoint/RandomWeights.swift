import Foundation
import Safetensors

/// Writes safetensors files of random bfloat16 values, one piece at a time.
enum RandomWeights {
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
        let planned = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        let entries = tensors.map { SafetensorsWriter.Tensor(name: $0.name, type: .bfloat16, shape: $0.shape) }
        let piece = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: pieceSize)
        defer { piece.deallocate() }
        try SafetensorsWriter.write(entries, metadata: ["format": "pt"], to: url) { entry, output in
            guard let tensor = planned[entry.name] else { return }
            var left = tensor.count
            while left > 0 {
                let part = UnsafeMutableBufferPointer(rebasing: piece[0..<min(left, pieceSize)])
                normals.fill(part, mean: tensor.mean, deviation: tensor.deviation)
                try output(UnsafeRawBufferPointer(part))
                try progress(2 * part.count)
                left -= part.count
            }
        }
    }
}
