import Foundation
import Safetensors
import Testing

/// What is written is what is read, and nothing is left of what fails.
struct WriterTests {
    private let tensors = [
        SafetensorsWriter.Tensor(name: "wide", type: .float64, shape: [2]),
        SafetensorsWriter.Tensor(name: "ünïcødé \"quoted\"\n\u{1F3B5}", type: .float32, shape: [3, 1]),
        SafetensorsWriter.Tensor(name: "scalar", type: .uint8, shape: []),
        SafetensorsWriter.Tensor(name: "none", type: .int8, shape: [0, 7]),
    ]

    /// Bytes that count up within each tensor.
    private func bytes(_ tensor: SafetensorsWriter.Tensor) -> [UInt8] { (0..<tensor.byteCount).map { UInt8($0) } }

    private func written(_ tensors: [SafetensorsWriter.Tensor], _ metadata: [String: String] = [:]) throws -> Data {
        var data = Data()
        try SafetensorsWriter.write(
            tensors, metadata: metadata, to: { data.append(contentsOf: $0) },
            bytes: { tensor, output in
                // Piece by piece.
                for byte in bytes(tensor) { try withUnsafeBytes(of: byte) { try output($0) } }
            })
        return data
    }

    @Test func everythingComesBack() throws {
        let metadata = ["format": "pt", "odd \"key\"": "line\nbreak \u{1F3B5}"]
        let data = try written(tensors, metadata)
        let header = try parsed(data)
        #expect(header.metadata == metadata)
        #expect(header.tensors.map(\.name) == tensors.map(\.name))
        #expect(header.tensors.map(\.type) == tensors.map(\.type))
        #expect(header.tensors.map(\.shape) == tensors.map(\.shape))
        for (read, wanted) in zip(header.tensors, tensors) {
            #expect(Array(data[read.range]) == bytes(wanted))
        }
        // The data begins where any number may lie.
        #expect(header.tensors[0].range.lowerBound.isMultiple(of: 8))
        #expect(try written(tensors, metadata) == data)
    }

    @Test(arguments: ElementType.allCases) func everyFormatHasItsSize(_ type: ElementType) throws {
        let tensor = SafetensorsWriter.Tensor(name: "x", type: type, shape: [5])
        #expect(try parsed(written([tensor])).tensors[0].range.count == 5 * type.byteCount)
    }

    @Test func aFileAppearsWhenItIsComplete() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "x.safetensors")
            try Data("old".utf8).write(to: url)
            try SafetensorsWriter.write(tensors, to: url) { tensor, output in
                #expect(try Data(contentsOf: url) == Data("old".utf8))
                try bytes(tensor).withUnsafeBytes { try output($0) }
            }
            #expect(try Data(contentsOf: url) == written(tensors))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["x.safetensors"])
        }
    }

    @Test func whatFailsLeavesTheOldFileAndNothingElse() throws {
        struct Interruption: Error {}
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "x.safetensors")
            try Data("old".utf8).write(to: url)
            #expect(throws: Interruption.self) {
                try SafetensorsWriter.write(tensors, to: url) { _, _ in throw Interruption() }
            }
            let error = #expect(throws: SafetensorsError.self) {
                try SafetensorsWriter.write(tensors, to: url) { _, output in
                    try withUnsafeBytes(of: UInt32(0)) { try output($0) }
                }
            }
            #expect(error?.kind == .invalidTensor)
            #expect(error?.reason == "tensor 'wide' needs 16 bytes, and 4 were written")
            #expect(try Data(contentsOf: url) == Data("old".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["x.safetensors"])
        }
    }

    @Test(arguments: ["x", "__metadata__"]) func namesAreGivenOnce(_ name: String) {
        let twice = ["x", name].map { SafetensorsWriter.Tensor(name: $0, type: .bool, shape: []) }
        let error = #expect(throws: SafetensorsError.self) { try written(twice) }
        #expect(error?.tensor == name)
    }

    @Test func placesThatCanNotBeWrittenAreNamed() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "no/x.safetensors")
            let error = #expect(throws: SafetensorsError.self) {
                try SafetensorsWriter.write([], to: url) { _, _ in }
            }
            #expect(error?.kind == .unwritable)
            #expect(error?.file == url)
        }
    }
}
