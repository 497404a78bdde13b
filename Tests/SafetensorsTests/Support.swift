import Foundation
import Safetensors
import Testing

/// The bytes of a file.
///
/// - Parameters:
///   - header: its header.
///   - data: number of zero bytes after it.
///   - length: what its beginning claims the header's length to be; `nil` for the truth.
func contents(_ header: String, data: Int = 0, length: UInt64? = nil) -> Data {
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) } + Data(header.utf8)
        + Data(count: data)
}

func parsed(_ data: Data) throws -> SafetensorsHeader {
    try data.withUnsafeBytes { try SafetensorsHeader(bytes: $0) }
}

/// Why contents are refused.
func refusal(_ data: Data, _ comment: Comment? = nil) throws -> SafetensorsError {
    try #require(#expect(throws: SafetensorsError.self, comment) { try parsed(data) })
}

func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "safetensors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
