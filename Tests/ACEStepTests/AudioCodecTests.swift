import ACEStep
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// The networks of audio codes are loaded when they are needed, and once.
@MLXActor
struct AudioCodecTests {
    @Test func networksAreLoadedOnceAndOnlyWhenNeeded() throws {
        let model = try TestCheckpoint("turbo-f32", .official).load(dtype: .float32)
        let codec = try model.audioCodec
        #expect(codec.loadedNetworks == 0)

        // Codes take no tokenizer.
        let hints = try codec.hints([0, 1, 2])
        #expect(codec.loadedNetworks == 2)
        let detokenizer = try codec.detokenizer
        #expect(largestDifference(try codec.hints([0, 1, 2]), hints) == 0)
        #expect(try model.audioCodec.detokenizer === detokenizer)
        #expect(codec.loadedNetworks == 2)

        let codes = try codec.codes(hints)
        #expect(codes.count == 3)
        #expect(codec.loadedNetworks == 3)
        // With the tokenizer there, its own quantizer serves.
        #expect(try codec.quantizer === codec.tokenizer.quantizer)
        #expect(largestDifference(try codec.hints([0, 1, 2]), hints) == 0)

        model.release(.audioCodec)
        #expect(codec.loadedNetworks == 0)
        #expect(largestDifference(try codec.hints([0, 1, 2]), hints) == 0)
    }

    @Test func codesBeyondTheCodebookAreLimited() throws {
        let codec = try TestCheckpoint("turbo-f32", .official).load(dtype: .float32).audioCodec
        let last = try codec.quantizer.codebookSize - 1
        #expect(largestDifference(try codec.hints([last + 5, -3]), try codec.hints([last, 0])) == 0)
    }

    @Test func checkpointsWithoutAnAudioTokenizerSaySo() throws {
        try TestCheckpoint.withCopy(of: "turbo-f32", .diffusers) { copy in
            for name in ["audio_tokenizer", "audio_token_detokenizer"] { try copy.remove(name) }
            let model = try copy.load(dtype: .float32)
            let error = #expect(throws: MusicError.self) { try model.audioCodec }
            #expect(error?.code == .unsupported)
        }
    }

    /// What is announced is what the files hold, and less in 8 bits whatever the number format.
    @Test func footprintsFollowFormatAndQuantization() throws {
        for kind in TestCheckpoint.Kind.allCases {
            let parts = try CheckpointParts(CheckpointLayout(TestCheckpoint("turbo-f32", kind).location))
            let whole = parts.footprint(dtype: .float32, quantization: .none)
            #expect(whole == WeightFootprint(bytes: 4 * parts.parameterCount))
            #expect(parts.footprint(dtype: .bfloat16, quantization: .none).bytes == 2 * parts.parameterCount)
            let integers = parts.footprint(dtype: .float32, quantization: .q8)
            #expect(integers.peak < whole.peak)
            #expect(parts.footprint(dtype: .float32, quantization: .q8, isFrugal: true).peak < integers.peak)
        }
    }
}
