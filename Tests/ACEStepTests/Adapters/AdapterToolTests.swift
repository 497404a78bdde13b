import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Adapters merged into checkpoints, written in other spellings, and made of the difference of two checkpoints.
struct AdapterToolTests {
    private static let goldens = AdapterGoldens.stored
    private let tools = ACEStepAdapters()

    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func latents(_ location: ModelLocation, _ uses: [AdapterUse] = []) async throws -> [Float] {
        let backend = try await ACEStepBackend.load(
            location, options: LoadOptions(precision: .float32, device: .cpu))
        return try await backend.latents(of: Self.goldens.request(uses))
    }

    private func use(_ name: String, _ scale: Double = 1) -> AdapterUse {
        AdapterUse(AdapterGoldens.path(name), scale: scale)
    }

    // MARK: Merging

    @Test(arguments: TestCheckpoint.Kind.allCases)
    func mergedModelsMakeTheSameSongs(_ kind: TestCheckpoint.Kind) async throws {
        let location = try TestCheckpoint("turbo-f32", kind).location
        let uses = [use("dora", 0.7), use("lokr-convolution"), use("bias", -0.5), use("peft-loha")]
        try await Self.withFolder { folder in
            let copy = folder.appendingPathComponent("merged")
            try await tools.merge(uses, into: location, to: copy, precision: .auto) { _ in }
            let made = try await latents(ModelLocation(name: "merged", directory: copy))
            let adapted = try await latents(location, uses)
            #expect(share(made, adapted) < 1e-4)
            #expect(share(made, try await latents(location)) > 1e-2)
        }
    }

    @Test func nothingElseOfAModelChanges() async throws {
        let source = try TestCheckpoint("turbo-f32", .diffusers)
        try await Self.withFolder { folder in
            let copy = folder.appendingPathComponent("merged")
            try await tools.merge([use("lora")], into: source.location, to: copy, precision: .auto) { _ in }
            try await MLXActor.run {
                let file = "transformer/diffusion_pytorch_model.safetensors"
                let before = try loadArrays(url: source.file(file))
                let after = try loadArrays(url: copy.appendingPathComponent(file))
                #expect(before.keys.sorted() == after.keys.sorted())
                let changed = before.filter { name, array in
                    after[name].map { largestDifference($0, array) != 0 || $0.dtype != array.dtype } ?? true
                }
                #expect(
                    changed.keys.sorted()
                        == ["to_k", "to_out.0", "to_q", "to_v"].map { "layers.1.self_attn.\($0).weight" })
            }
            for file in ["transformer/config.json", "model_index.json", "vae/config.json"] {
                #expect(
                    try Data(contentsOf: copy.appendingPathComponent(file)) == Data(contentsOf: source.file(file)))
            }
        }
    }

    @Test func aMergedModelCanBeInBFloat16() async throws {
        let source = try TestCheckpoint("turbo-f32", .official)
        try await Self.withFolder { folder in
            let copy = folder.appendingPathComponent("merged")
            try await tools.merge([use("lora")], into: source.location, to: copy, precision: .bfloat16) { _ in }
            let store = try WeightStore(folder: copy.appendingPathComponent("acestep-v15-turbo"))
            #expect(store.tensors["decoder.layers.1.self_attn.q_proj.weight"]?.dtype == .bfloat16)
            #expect(store.tensors["decoder.layers.0.mlp.up_proj.weight"]?.dtype == .bfloat16)
            #expect(store.tensors["encoder.text_projector.weight"]?.dtype == .float32)
        }
    }

    @Test func weightsIn8BitsAreNotMergedInto() async throws {
        let source = try TestCheckpoint("turbo-f32", .official).location
        try await Self.withFolder { folder in
            let rounded = folder.appendingPathComponent("q8")
            try await QuantizedCheckpoint.write(from: source, to: rounded) { _ in }
            let error = await #expect(throws: MusicError.self) {
                try await tools.merge(
                    [use("lora")], into: ModelLocation(name: "q8", directory: rounded),
                    to: folder.appendingPathComponent("merged"), precision: .auto
                ) { _ in }
            }
            #expect(error?.code == .unsupported && error?.message.contains("8 bits") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("merged").path))
        }
    }

    // MARK: Spellings

    @Test(
        arguments: [
            "lora", "patterns", "rslora", "dora", "dora-rslora", "kohya-dora", "diffusers", "peft-loha", "peft-lokr",
            "peft-lokr-whole", "lokr", "lokr-whole", "lokr-both", "lora-convolution", "scalar", "locon",
        ], AdapterFormat.allCases)
    func otherSpellingsHaveTheSameEffect(_ name: String, _ format: AdapterFormat) async throws {
        let location = try TestCheckpoint("turbo-f32", .official).location
        let isLoRA = !["peft-loha", "peft-lokr", "peft-lokr-whole", "lokr", "lokr-whole", "lokr-both", "scalar"]
            .contains(name)
        try await Self.withFolder { folder in
            let output = folder.appendingPathComponent(format == .peft ? "adapter" : "adapter.safetensors")
            if format == .diffusers, !isLoRA || name.contains("dora") {
                let error = await #expect(throws: MusicError.self) {
                    try await tools.convert(AdapterGoldens.path(name), to: format, at: output)
                }
                #expect(error?.code == .unsupported && error?.field == "format")
                return
            }
            #expect(try await tools.convert(AdapterGoldens.path(name), to: format, at: output).isEmpty)
            let (own, made) = (
                try await latents(location, [use(name)]), try await latents(location, [AdapterUse(output.path)])
            )
            #expect(share(made, own) < 1e-5)
        }
    }

    @Test func namesOfComfyUIAreItsOwn() async throws {
        try await Self.withFolder { folder in
            let output = folder.appendingPathComponent("a.safetensors")
            _ = try await tools.convert(AdapterGoldens.path("dora"), to: .comfyui, at: output)
            let store = try WeightStore(file: output)
            let module = "base_model.model.layers.1.self_attn.o_proj"
            #expect(store.tensors["\(module).lora_down.weight"]?.shape == [3, 32])
            #expect(store.tensors["\(module).lora_up.weight"]?.shape == [22, 3])
            #expect(store.tensors["\(module).alpha"]?.shape == [])
            #expect(store.tensors["\(module).dora_scale"]?.shape == [22, 1])
            #expect(store.tensors.count == 4 * 5)
            let error = await #expect(throws: MusicError.self) {
                try await tools.convert(AdapterGoldens.path("dora"), to: .comfyui, at: output)
            }
            #expect(error?.code == .unwritableOutput)
        }
    }

    // MARK: Extraction

    @Test func theDifferenceOfTwoModelsIsAnAdapter() async throws {
        let base = try TestCheckpoint("turbo-f32", .diffusers).location
        try await Self.withFolder { folder in
            let tuned = folder.appendingPathComponent("tuned")
            let uses = [use("lora"), use("patterns", 0.5), use("lora-convolution"), use("lora-ends")]
            try await tools.merge(uses, into: base, to: tuned, precision: .auto) { _ in }
            let location = ModelLocation(name: "tuned", directory: tuned)
            let whole = try await tools.extract(
                location, from: base, rank: 12, to: folder.appendingPathComponent("whole")
            ) { _ in }
            #expect(whole.relativeError < 1e-4 && whole.keptEnergy > 0.9999 && whole.leftOut.isEmpty)
            #expect(whole.moduleCount == 4 + 6 + 1 + 5)
            let made = try await latents(base, [AdapterUse(folder.appendingPathComponent("whole").path)])
            #expect(share(made, try await latents(location)) < 1e-4)

            let part = try await tools.extract(
                location, from: base, rank: 1, to: folder.appendingPathComponent("part")
            ) { _ in }
            #expect(part.relativeError > 0.1 && part.relativeError < 1 && part.worstError >= part.relativeError)
            #expect(abs(part.relativeError * part.relativeError + part.keptEnergy - 1) < 1e-6)
        }
    }

    @Test func equalModelsHaveNoDifference() async throws {
        let base = try TestCheckpoint("turbo-f32", .official).location
        try await Self.withFolder { folder in
            let error = await #expect(throws: MusicError.self) {
                try await tools.extract(base, from: base, rank: 4, to: folder.appendingPathComponent("a")) { _ in }
            }
            #expect(error?.message.contains("don't differ") == true)
            let other = try TestCheckpoint("base-xl-bf16", .official).location
            let sizes = await #expect(throws: MusicError.self) {
                try await tools.extract(other, from: base, rank: 4, to: folder.appendingPathComponent("a")) { _ in }
            }
            #expect(sizes?.code == .invalidCheckpoint && sizes?.message.contains("different sizes") == true)
        }
    }

    // MARK: Reports

    @Test(arguments: AdapterParityTests.names)
    func aFileTellsOfItselfWhatAModelSees(_ name: String) throws {
        let location = try TestCheckpoint("turbo-f32", .official).location
        let alone = try tools.report(AdapterGoldens.path(name), for: nil)
        let beside = try tools.report(AdapterGoldens.path(name), for: location)
        #expect(alone.kind == beside.kind && alone.groups == beside.groups && alone.ranks == beside.ranks)
        #expect(alone.matchedTensors == beside.matchedTensors && beside.unmatchedTensors.isEmpty)
        #expect(alone.byteCount == beside.byteCount && alone.alpha == beside.alpha)
    }
}
