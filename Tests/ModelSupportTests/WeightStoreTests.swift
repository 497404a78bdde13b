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
        try SafetensorsHeaderTests.file(header, data: 4).write(to: folder.appendingPathComponent(name))
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

    @Test func renamingKeepsTheNameInTheFile() throws {
        let store = try open { try write("decoder.a", to: "model.safetensors", in: $0) }
        let part = store.component("decoder.")
        #expect(part.tensors["a"]?.name == "decoder.a")
        #expect(store.component("encoder.").tensors.isEmpty)
        #expect(store.renamed { _ in nil }.tensors.isEmpty)
    }
}
