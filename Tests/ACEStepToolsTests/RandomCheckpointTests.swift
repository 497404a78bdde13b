import ACEStep
import ACEStepTools
import Foundation
import MLX
import MLXNN
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// The generator of full-size checkpoints, without writing the five gigabytes.
struct RandomCheckpointTests {
    @Test func tensorsAreThoseOfThePublishedModels() {
        // Two bytes each of 2.39 billion weights of the model, 0.60 of the text encoder and 0.17 of the autoencoder.
        #expect((6_300_000_000..<6_350_000_000).contains(RandomCheckpoint.byteCount))
        let names = TensorPlan.model().map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("decoder.layers.23.cross_attn.k_norm.weight"))
        #expect(names.contains("encoder.timbre_encoder.layers.3.mlp.down_proj.weight"))
        #expect(names.contains("detokenizer.special_tokens"))
    }

    @Test @MLXActor func tensorsFitTheNetworks() throws {
        let fields = try JSONDecoder().decode(ConfigurationFields.self, from: Data("{}".utf8))
        let configuration = try ACEStepConfiguration(
            official: fields, folder: URL(fileURLWithPath: "/nowhere/acestep-v15-turbo"))
        func count(_ module: some Sequence<(String, MLXArray)>) -> Int { module.reduce(0) { $0 + $1.1.size } }
        let audioTokenizer = try #require(configuration.audioTokenizer)
        let expected =
            count(DiffusionTransformer(configuration.transformer).parameters().flattened())
            + count(ConditionEncoder(configuration.conditionEncoder).parameters().flattened())
            + count(AudioTokenizer(audioTokenizer).parameters().flattened())
            + count(AudioDetokenizer(audioTokenizer).parameters().flattened())
        // The file has the output projection's bias once, the network once for each frame of a patch.
        let repeated =
            (configuration.transformer.patchSize - 1) * configuration.transformer.acousticChannels
        #expect(TensorPlan.model().reduce(0) { $0 + $1.shape.reduce(1, *) } == expected - repeated)
    }

    @Test func pickleIsReadByOurReader() throws {
        let values = (0..<24).map { Float($0) / 7 }
        let archive = try TorchArchive(data: TorchArchiveWriter.data(values, shape: [2, 3, 4]), name: "test.pt")
        let tensor = try archive.tensor()
        #expect(tensor.shape == [2, 3, 4])
        #expect(tensor.floats() == values)
    }

    @Test func checksumIsThatOfZip() {
        // The standard's check value.
        #expect(TorchArchiveWriter.checksum(Data("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test func existingFoldersAreKept() throws {
        try Fixtures.withTemporaryFolder { folder in
            let error = #expect(throws: MusicError.self) { try RandomCheckpoint.write(to: folder) }
            #expect(error?.code == .unwritableOutput)
        }
    }

    @Test func unwritableFoldersLeaveNothingBehind() {
        let error = #expect(throws: MusicError.self) {
            try RandomCheckpoint.write(to: URL(fileURLWithPath: "/proc/vivace/model"))
        }
        #expect(error?.code == .unwritableOutput)
    }
}
