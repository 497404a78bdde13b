import Foundation
import MLX

/// The golden files of `Tests/Fixtures`, which `SCHEMA.md` there describes.
package enum Fixtures {
    /// The folder itself.
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The checkpoints: float32, bfloat16 in shards with the sizes of XL, float16 with an odd stride.
    package static let checkpoints = ["turbo-f32", "base-xl-bf16", "turbo-shift-f16"]

    /// A file or folder by its path in the folder of fixtures.
    package static func url(_ path: String) -> URL {
        root.appendingPathComponent(path)
    }

    /// The tensors of a golden file: `modules/turbo-f32/vae`.
    package static func tensors(_ path: String) throws -> Golden {
        Golden(arrays: try loadArrays(url: url(path + ".safetensors")), path: path)
    }

    /// A decoded JSON file: `tables/prompts`.
    package static func json<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url(path + ".json")))
    }

    /// A new folder for a test's files, which the closure's end removes.
    package static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}

/// The tensors of a golden file.
package struct Golden {
    package let arrays: [String: MLXArray]
    let path: String

    /// A tensor that a test needs.
    package func callAsFunction(_ name: String) throws -> MLXArray {
        guard let array = arrays[name] else { throw MissingGolden(name: name, path: path) }
        return array
    }

    /// A tensor of whole numbers, flattened.
    package func integers(_ name: String) throws -> [Int] {
        try self(name).asType(.int32).asArray(Int32.self).map { Int($0) }
    }

    /// A tensor's values in float32, flattened.
    package func floats(_ name: String) throws -> [Float] {
        try self(name).asType(.float32).asArray(Float.self)
    }
}

package struct MissingGolden: Error {
    package let name: String
    package let path: String
}
