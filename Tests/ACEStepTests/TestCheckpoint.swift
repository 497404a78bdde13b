import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport

/// One of the tiny checkpoints of the fixtures.
struct TestCheckpoint: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case official, diffusers
    }

    let folder: URL

    init(_ name: String, _ kind: Kind) throws {
        folder = Fixtures.url("checkpoints/\(name)/\(kind.rawValue)")
    }

    var location: ModelLocation { ModelLocation(name: folder.path, directory: folder) }

    @MLXActor func load(dtype: DType) throws -> ACEStepModel {
        try ACEStepModel(try CheckpointLayout(location), dtype: dtype)
    }

    func conditionEncoderWeights() throws -> WeightStore {
        try CheckpointParts(try CheckpointLayout(location)).conditionEncoder
    }

    /// A copy that a test may damage.
    static func withCopy<Result>(
        of name: String, _ kind: Kind, _ body: (TestCheckpoint) throws -> Result
    ) throws -> Result {
        try Fixtures.withTemporaryFolder { root in
            let folder = root.appendingPathComponent("checkpoint")
            try FileManager.default.copyItem(at: Fixtures.url("checkpoints/\(name)/\(kind.rawValue)"), to: folder)
            return try body(TestCheckpoint(folder: folder))
        }
    }

    /// A copy that a test may damage and work with on the array thread.
    @MLXActor
    static func withCopy(
        of name: String, _ kind: Kind, _ body: @MLXActor (TestCheckpoint) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let folder = root.appendingPathComponent("checkpoint")
        try FileManager.default.copyItem(at: Fixtures.url("checkpoints/\(name)/\(kind.rawValue)"), to: folder)
        try await body(TestCheckpoint(folder: folder))
    }

    private init(folder: URL) {
        self.folder = folder
    }

    /// A file of the checkpoint.
    func file(_ path: String) -> URL { folder.appendingPathComponent(path) }

    /// Takes a file or a folder away.
    func remove(_ path: String) throws { try FileManager.default.removeItem(at: file(path)) }

    /// Changes the fields of a JSON file.
    func edit(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
        let url = file(path)
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        guard var fields = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
        change(&fields)
        try JSONSerialization.data(withJSONObject: fields).write(to: url)
    }

    /// Changes the tensors of a safetensors file.
    func editTensors(_ path: String, _ change: (inout [String: MLXArray]) throws -> Void) throws {
        var arrays = try loadArrays(url: file(path))
        eval(Array(arrays.values))
        try change(&arrays)
        let url = file(path)
        try FileManager.default.removeItem(at: url)
        try save(arrays: arrays, url: url)
    }
}
