import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// A header is believed only as far as the file bears it out.
struct SafetensorsHeaderTests {
    /// The bytes of a file with a header and a number of zero bytes of data.
    static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> Data {
        var bytes = Data()
        withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { bytes.append(contentsOf: $0) }
        return bytes + Data(header.utf8) + Data(count: data)
    }

    private func read(_ data: Data) throws -> SafetensorsHeader {
        try Fixtures.withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors")
            try data.write(to: url)
            return try SafetensorsHeader(contentsOf: url)
        }
    }

    @Test func entriesAndMetadataAreRead() throws {
        let header = try read(
            Self.file(
                """
                {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
                 "b": {"dtype": "BF16", "shape": [], "data_offsets": [24, 26]},
                 "none": {"dtype": "F16", "shape": [0, 4], "data_offsets": [26, 26]}}
                """, data: 26))
        #expect(header.metadata == ["format": "pt"])
        #expect(header.entries["a"]?.dtype == .float32)
        #expect(header.entries["a"]?.shape == [2, 3])
        #expect(header.entries["b"]?.dtype == .bfloat16)
        #expect(header.entries["b"]?.shape == [])
        #expect(header.entries["b"]?.count == 1)
        #expect(header.entries["none"]?.count == 0)
    }

    @Test(
        arguments: [
            (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#, 7, "truncated"),
            (#"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}"#, 8, "needs 12 bytes"),
            (#"{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}"#, 8, "impossible shape"),
            (
                #"{"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 8]}}"#, 8,
                "impossible shape"
            ),
            (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#, 8, "impossible byte range"),
            (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}"#, 8, "impossible byte range"),
            (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}"#, 8, "impossible byte range"),
            (#"{"a": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [0, 2]}}"#, 2, "F8_E4M3"),
            (
                """
                {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                 "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}
                """, 8, "overlap"
            ),
            (#"{"a": {"shape": [2], "data_offsets": [0, 8]}}"#, 8, "header is not valid"),
            (#"{"a": "text"}"#, 8, "header is not valid"), ("[1, 2, 3]", 8, "header is not valid"),
            ("not json at all", 8, "not JSON"), (#"{"a": {}}"#, 8, "tensor 'a' has no shape"),
        ])
    func lyingHeadersAreRefused(_ header: String, _ data: Int, _ reason: String) throws {
        let error = #expect(throws: MusicError.self) { try read(Self.file(header, data: data)) }
        #expect(error?.code == .invalidCheckpoint)
        #expect(error?.message.contains("model.safetensors") == true)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [0, 1, 3, 1000, UInt64(1) << 40, .max])
    func lyingLengthsAreRefused(_ length: UInt64) throws {
        #expect(throws: MusicError.self) { try read(Self.file("{}", length: length)) }
    }

    @Test func shortAndAbsentFilesAreRefused() throws {
        #expect(throws: MusicError.self) { try read(Data([1, 2, 3])) }
        #expect(throws: MusicError.self) { try read(Data()) }
        #expect(throws: MusicError.self) {
            try SafetensorsHeader(contentsOf: URL(fileURLWithPath: "/nowhere/model.safetensors"))
        }
    }
}
