import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// The array thread, the choice of number format, and the guards.
struct RuntimeTests {
    @Test func allArrayWorkIsOnOneThread() async {
        let threads = await withTaskGroup(of: ObjectIdentifier?.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    await MLXActor.run { MLXExecutor.isCurrent ? ObjectIdentifier(Thread.current) : nil }
                }
            }
            return await group.reduce(into: Set<ObjectIdentifier?>()) { $0.insert($1) }
        }
        #expect(threads.count == 1)
        #expect(!threads.contains(nil))
        #expect(!MLXExecutor.isCurrent)
    }

    @Test func errorsLeaveTheArrayThread() async {
        await #expect(throws: MusicError.self) {
            try await MLXActor.run { throw MusicError(.cancelled, "x") }
        }
    }

    @Test func arrayErrorsNameTheirPlace() async {
        let error = await #expect(throws: MusicError.self) {
            try await MLXActor.run {
                try evaluating("decoding, tile 3 of 8") {
                    eval(matmul(MLXArray.zeros([2, 3]), MLXArray.zeros([2, 3])))
                }
            }
        }
        #expect(error?.code == .internal)
        #expect(error?.message.contains("decoding, tile 3 of 8") == true)
    }

    #if os(Linux) && arch(x86_64)
        /// The number format and the arithmetic judge the processor apart from each other, and agree.
        @Test func automaticFormatIsThatOfTheArithmetic() throws {
            let target = try ComputeTarget(LoadOptions(device: .cpu), parameterCount: 1, memory: 1 << 30)
            #expect((target.dtype == .bfloat16) == Machine.instructionSet.contains("bf16"), "\(Machine.instructionSet)")
        }
    #endif

    @Test func formatFollowsTheRequest() throws {
        func target(_ precision: LoadOptions.Precision, _ count: Int = 1000, memory: Int = 1 << 30) throws
            -> ComputeTarget
        {
            try ComputeTarget(
                LoadOptions(precision: precision, device: .cpu), parameterCount: count, memory: memory)
        }
        #expect(try target(.float32).precisionName == "f32")
        #expect(try target(.bfloat16).precisionName == "bf16")
        // Four bytes each would be more than an eighth of the memory.
        #expect(try target(.auto, (1 << 25) + 1).dtype == .bfloat16)
        #expect(try target(.float32, (1 << 25) + 1).dtype == .float32)
        #expect(Machine.memory > 1 << 28)
    }

    @Test func weightsThatDoNotFitAreRefusedBeforeTheyAreRead() throws {
        let weights = WeightFootprint(bytes: 4_000_000_000, transientBytes: 300_000_000)
        try ComputeTarget.requireMemory(for: weights, of: "x", limit: MemoryLimit(bytes: 4_300_000_000))
        let error = #expect(throws: MusicError.self) {
            try ComputeTarget.requireMemory(
                for: weights, of: "acestep-v15-xl", limit: MemoryLimit(bytes: 4_200_000_000))
        }
        #expect(error?.code == .outOfMemory)
        #expect(
            error?.message == "Loading the weights of acestep-v15-xl takes 4.3 GB, and this machine has 4.2 GB")
    }

    @Test func guardsNameStageAndKind() throws {
        func message(_ values: [Float]) -> String? {
            let error = #expect(throws: MusicError.self) {
                try NumericGuard.check(values, "the latents", at: "diffusion, step 2 of 8")
            }
            #expect(error?.code == .numericalFailure)
            return error?.message
        }
        let place = "Generation failed at diffusion, step 2 of 8: the latents"
        #expect(message([1, .nan, .infinity]) == "\(place) became NaN")
        #expect(message([1, -.infinity]) == "\(place) became infinite")
        #expect(message([0, -0, 0]) == "\(place) are all zero")
        #expect(message([]) == "\(place) are all zero")
        try NumericGuard.check([0, 1e-30] as [Float], "the latents", at: "x")
    }

    @Test func silenceIsFound() throws {
        func check(_ samples: [Float]) throws {
            try NumericGuard.checkAudible(AudioBuffer(sampleRate: 8, channels: [samples, [0, 0]]), at: "decoding")
        }
        try check([0, 1e-3])
        for samples in [[0, 1e-7], [0, 0], [.nan, 1], [1, .infinity]] as [[Float]] {
            #expect(throws: MusicError.self) { try check(samples) }
        }
    }
}
