import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Finding weight files in folders, under the names that are in use.
struct WeightStoreTests {
    /// A file with one scalar.
    private func write(_ tensor: String, to name: String, in folder: URL) throws {
        let header = #"{"\#(tensor)": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#
        try file(header, data: 4).write(to: folder.appendingPathComponent(name))
    }

    /// The bytes of a file with a header and a number of zero bytes of data.
    private func file(_ header: String, data: Int) -> Data {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
            + Data(count: data)
    }

    private func open(_ prepare: (URL) throws -> Void) throws -> WeightStore {
        try Fixtures.withTemporaryFolder { folder in
            try prepare(folder)
            return try WeightStore(folder: folder)
        }
    }

    private func failure(_ prepare: (URL) throws -> Void) throws -> MusicError {
        let error = #expect(throws: MusicError.self) { try open(prepare) }
        return try #require(error)
    }

    @Test(arguments: ["model.safetensors", "diffusion_pytorch_model.safetensors", "anything.safetensors"])
    func singleFiles(_ name: String) throws {
        let store = try open { try write("a", to: name, in: $0) }
        #expect(store.tensors.keys.sorted() == ["a"])
        #expect(store.label.hasSuffix("/\(name)"))
        #expect(store.parameterCount == 1)
    }

    @Test func usualNamesWinOverOthers() throws {
        let store = try open {
            try write("a", to: "model.safetensors", in: $0)
            try write("b", to: "adapter.safetensors", in: $0)
        }
        #expect(store.tensors.keys.sorted() == ["a"])
    }

    @Test func shardsWithAnIndex() throws {
        let store = try open { folder in
            try write("a", to: "model-1.safetensors", in: folder)
            try write("b", to: "model-2.safetensors", in: folder)
            try Data(#"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#.utf8)
                .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
        }
        #expect(store.tensors.keys.sorted() == ["a", "b"])
        #expect(store.label.hasSuffix("(2 shards)"))
    }

    @Test func shardsWithoutAnIndex() throws {
        let store = try open {
            try write("a", to: "model-00001-of-00002.safetensors", in: $0)
            try write("b", to: "model-00002-of-00002.safetensors", in: $0)
        }
        #expect(store.tensors.count == 2)
    }

    @Test func missingShardsAreNamed() throws {
        let indexed = try failure { folder in
            try write("a", to: "model-1.safetensors", in: folder)
            try Data(#"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#.utf8)
                .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
        }
        #expect(indexed.message.contains("model-2.safetensors is missing"))
        let numbered = try failure { try write("a", to: "model-00001-of-00003.safetensors", in: $0) }
        #expect(numbered.message.contains("model-00002-of-00003.safetensors is missing"))
    }

    @Test func indexCanNotLeadOutOfTheFolder() throws {
        let error = try failure { folder in
            try Data(#"{"weight_map": {"a": "../../etc/passwd"}}"#.utf8)
                .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
        }
        #expect(error.message.contains("is missing"))
    }

    @Test func emptyFoldersSayWhatToDo() throws {
        #expect(try failure { _ in }.message.contains("no .safetensors file"))
        let pickled = try failure { try Data([1]).write(to: $0.appendingPathComponent("pytorch_model.bin")) }
        #expect(pickled.advice == "convert the pickled weights to safetensors")
        #expect(throws: MusicError.self) { try WeightStore(folder: URL(fileURLWithPath: "/nowhere/at/all")) }
    }

    @Test func severalUnrelatedFilesAreAmbiguous() throws {
        let error = try failure {
            try write("a", to: "one.safetensors", in: $0)
            try write("b", to: "two.safetensors", in: $0)
        }
        #expect(error.message.contains("several weight files"))
    }

    @Test func tensorsInTwoShardsAreRefused() throws {
        let error = try failure {
            try write("a", to: "model-00001-of-00002.safetensors", in: $0)
            try write("a", to: "model-00002-of-00002.safetensors", in: $0)
        }
        #expect(error.message.contains("'a' is in both"))
    }

    @Test func damagedFilesAreNamedWithWhatToDo() throws {
        let short = #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#
        let truncated = try failure {
            try file(short, data: 7).write(to: $0.appendingPathComponent("model.safetensors"))
        }
        #expect(truncated.code == .invalidCheckpoint)
        #expect(truncated.message.contains("/model.safetensors: tensor 'a' ends at offset 8"))
        #expect(truncated.advice == "download the file again")
        let page = try failure {
            try Data("<html>404 Not Found</html>".utf8).write(to: $0.appendingPathComponent("model.safetensors"))
        }
        #expect(page.message.contains("/model.safetensors: the header claims"))
        let folder = try failure {
            try FileManager.default.createDirectory(
                at: $0.appendingPathComponent("model.safetensors"), withIntermediateDirectories: false)
        }
        #expect(folder.message.contains("/model.safetensors is a folder"))
    }

    /// MLX itself writes such files.
    @Test func metadataMayBeNull() throws {
        let header = #"{"__metadata__": null, "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#
        let store = try open { try file(header, data: 4).write(to: $0.appendingPathComponent("model.safetensors")) }
        #expect(store.tensors.keys.sorted() == ["a"])
    }

    @Test @MLXActor func tensorsAreReadWhenTheyAreAskedFor() throws {
        try Fixtures.withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors")
            try save(arrays: ["part.x": MLXArray([1, 2] as [Float]), "y": MLXArray([3] as [Float])], url: url)
            let store = try WeightStore(folder: folder)
            // One header serves all views, and a tensor may be read again.
            #expect(try store.component("part.").array("x").asArray(Float.self) == [1, 2])
            #expect(try store.array("part.x").asArray(Float.self) == [1, 2])
            #expect(try store.array("y").asArray(Float.self) == [3])
            #expect(throws: MusicError.self) { try store.array("x") }
        }
    }

    @Test @MLXActor func numbersIn64BitsComeIn32() throws {
        try Fixtures.withTemporaryFolder { folder in
            let header = #"{"a": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]}}"#
            let values = [1.5, -1e300].withUnsafeBytes { Data($0) }
            try (file(header, data: 0) + values).write(to: folder.appendingPathComponent("model.safetensors"))
            let store = try WeightStore(folder: folder)
            #expect(store.tensors["a"]?.dtype == .float64)
            let array = try store.array("a")
            #expect(array.dtype == .float32)
            #expect(array.asArray(Float.self) == [1.5, -.infinity])
        }
    }

    @Test func footprintsAreThoseOfTheLoadedWeights() throws {
        try Fixtures.withTemporaryFolder { folder in
            let arrays = [
                "layers.0.q_proj.weight": MLXArray.zeros([6, 10], dtype: .bfloat16),
                "layers.0.norm.weight": MLXArray.zeros([10], dtype: .bfloat16),
                "head.weight": MLXArray.zeros([4, 10], dtype: .float32),
            ]
            try save(arrays: arrays, url: folder.appendingPathComponent("model.safetensors"))
            let store = try WeightStore(folder: folder)
            let half = store.footprint(dtype: .bfloat16)
            #expect(half == WeightFootprint(bytes: 2 * 110, transientBytes: 4 * 40))
            let whole = store.footprint(dtype: .float32)
            #expect(whole == WeightFootprint(bytes: 4 * 110, transientBytes: 2 * 60))
            // A byte for each weight and a scale for each of 6 rows; beside them 2 + 1 bytes for each weight.
            let integers = store.footprint(dtype: .float32, quantization: .q8)
            #expect(integers == WeightFootprint(bytes: 60 + 4 * 6 + 4 * 50, transientBytes: 3 * 60))
            #expect((half + integers).bytes == half.bytes + integers.bytes)
            #expect((half + integers).peak == half.bytes + integers.bytes + 3 * 60)
        }
    }

    @Test func renamingKeepsTheNameInTheFile() throws {
        let store = try open { try write("decoder.a", to: "model.safetensors", in: $0) }
        let part = store.component("decoder.")
        #expect(part.tensors["a"]?.name == "decoder.a")
        #expect(store.component("encoder.").tensors.isEmpty)
        #expect(store.renamed { _ in nil }.tensors.isEmpty)
    }
}
