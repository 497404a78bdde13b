import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Adapters beside each other, on all kinds of weights, in all tasks, and one job beside another.
struct AdapterApplicationTests {
    private static let goldens = AdapterGoldens.stored

    private func backend(
        _ options: LoadOptions = LoadOptions(precision: .float32, device: .cpu)
    ) async throws -> ACEStepBackend {
        try await ACEStepBackend.load(try TestCheckpoint("turbo-f32", .official).location, options: options)
    }

    private func use(_ name: String, _ scale: Double = 1) -> AdapterUse {
        AdapterUse(AdapterGoldens.path(name), scale: scale)
    }

    private func request(_ uses: AdapterUse...) -> MusicRequest { Self.goldens.request(uses) }

    // MARK: Several

    @Test func severalAddUpInAnyOrder() async throws {
        let backend = try await backend()
        let (one, other, third) = (use("dora", 0.6), use("lokr-whole", 0.8), use("peft-loha", -0.5))
        let forwards = try await backend.latents(of: request(one, other, third))
        let backwards = try await backend.latents(of: request(third, other, one))
        #expect(share(forwards, backwards) < 1e-5)
        for pair in [request(one, other), request(other, third), request(one, third)] {
            #expect(share(try await backend.latents(of: pair), forwards) > 1e-3)
        }
    }

    @Test func halvesOfAnAdapterAreTheWhole() async throws {
        let backend = try await backend()
        // DoRA is in it: what is added is the way from the model's own weight to the adapted one.
        for name in ["lora", "dora", "lokr", "loha-dora", "lora-convolution"] {
            let whole = try await backend.latents(of: request(use(name)))
            let halves = try await backend.latents(of: request(use(name, 0.25), use(name, 0.75)))
            #expect(share(halves, whole) < 1e-5, "\(name)")
        }
    }

    @Test func groupsHaveStrengthsOfTheirOwn() async throws {
        let backend = try await backend()
        let path = AdapterGoldens.path("patterns")
        let whole = try await backend.latents(of: request(AdapterUse(path)))
        let plain = try await backend.latents(of: request())
        let attention = try await backend.latents(of: request(AdapterUse(path, groups: [.mlp: 0])))
        let mlp = try await backend.latents(of: request(AdapterUse(path, groups: [.selfAttention: 0])))
        let untouched = try await backend.latents(
            of: request(AdapterUse(path, groups: [.crossAttention: 0, .other: 7])))
        #expect(untouched == whole)
        for (one, other) in [(attention, whole), (mlp, whole), (attention, plain), (mlp, plain), (attention, mlp)] {
            #expect(share(one, other) > 1e-3)
        }
        let both = try await backend.latents(
            of: request(AdapterUse(path, groups: [.mlp: 0]), AdapterUse(path, groups: [.selfAttention: 0])))
        #expect(share(both, whole) < 1e-5)
    }

    // MARK: One job beside another

    @Test func nothingOfAJobIsLeftToOthers() async throws {
        let backend = try await backend()
        let requests = [request(), request(use("lora")), request(use("dora-rslora", 0.5)), request(use("lokr", -1))]
        var alone: [[Float]] = []
        for request in requests { alone.append(try await backend.latents(of: request)) }
        #expect(Set(alone).count == requests.count)
        // Their steps take turns.
        let together = try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await backend.latents(of: request)) }
            }
            return try await group.reduce(into: [Int: [Float]]()) { $0[$1.0] = $1.1 }
        }
        for (index, latents) in alone.enumerated() { #expect(together[index] == latents) }
    }

    @Test func aJobThatIsCancelledLeavesNothing() async throws {
        let backend = try await backend()
        let plain = try await backend.latents(of: request())
        for try await event in backend.generate(request(use("lora"))) {
            if case .progress(.diffuse, _, _, _) = event { break }
        }
        #expect(try await backend.latents(of: request()) == plain)
    }

    @Test func anotherFileAtThePathIsReadAnew() async throws {
        let backend = try await backend()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func put(_ name: String) throws {
            try? FileManager.default.removeItem(at: folder)
            try FileManager.default.copyItem(at: URL(fileURLWithPath: AdapterGoldens.path(name)), to: folder)
        }
        let use = AdapterUse(folder.path)
        try put("lora")
        let first = try await backend.latents(of: request(use))
        try put("dora")
        let second = try await backend.latents(of: request(use))
        #expect(first == (try await backend.latents(of: request(self.use("lora")))))
        #expect(second == (try await backend.latents(of: request(self.use("dora")))))
    }

    // MARK: Weights

    /// How far songs of one backend are from another's, as a share of their norm, over some seeds.
    private func distance(
        _ made: ACEStepBackend, _ exact: ACEStepBackend, _ uses: [AdapterUse]
    ) async throws -> Double {
        var (difference, norm) = (0.0, 0.0)
        for seed in 1...6 {
            var request = Self.goldens.request(uses)
            request.seeds = [UInt64(seed)]
            let reference = try await exact.latents(of: request)
            for (one, other) in zip(try await made.latents(of: request), reference) {
                difference += Double((one - other) * (one - other))
                norm += Double(other * other)
            }
        }
        return (difference / norm).squareRoot()
    }

    /// Adapters make songs of random weights livelier, and with them the noise of formats.
    private static let livelier = 3.0

    @Test(arguments: ["lora", "patterns", "dora", "dora-rslora", "lokr", "lokr-dora", "loha-wide", "lora-ends"])
    func weightsIn8BitsTakeThem(_ name: String) async throws {
        let exact = try await backend()
        let rounded = try await backend(LoadOptions(precision: .float32, quantization: .q8, device: .cpu))
        let error = try await distance(rounded, exact, [])
        let adapted = try await distance(rounded, exact, [use(name)])
        #expect(error > 0 && adapted < Self.livelier * error)
        #expect(try await rounded.latents(of: request(use(name, 0))) == (try await rounded.latents(of: request())))
    }

    @Test(arguments: ["lora", "patterns", "dora", "lokr-whole", "loha-wide", "peft-lokr-both"])
    func weightsInBFloat16TakeThem(_ name: String) async throws {
        let exact = try await backend()
        let rounded = try await backend(LoadOptions(precision: .bfloat16, device: .cpu))
        let error = try await distance(rounded, exact, [])
        let adapted = try await distance(rounded, exact, [use(name)])
        #expect(error > 0 && adapted < Self.livelier * error)
        #expect(try await rounded.latents(of: request(use(name, 0))) == (try await rounded.latents(of: request())))
    }

    @Test func littleMemoryChangesNothing() async throws {
        let options = LoadOptions(precision: .float32, device: .cpu, lowMemory: true)
        let frugal = try await backend(options)
        for uses in [[], [use("dora"), use("lokr")]] {
            let request = Self.goldens.request(uses)
            #expect(try await frugal.latents(of: request) == (try await backend().latents(of: request)))
        }
    }

    // MARK: Tasks

    @Test(arguments: [MusicTask.cover, .repaint])
    func songsFromAudioTakeThem(_ task: MusicTask) async throws {
        var request = request()
        request.task = task
        request.source = AudioInput(path: "source.wav", audio: try Clip.read("source-48000.wav"))
        try await expectEffect(on: request)
    }

    @Test func songsFromCodesTakeThem() async throws {
        var request = request()
        try request.setACEStep { $0.audioCodes = "<|audio_code_3|><|audio_code_70|><|audio_code_1|>" }
        try await expectEffect(on: request)
    }

    @Test func songsWithGuidanceTakeThem() async throws {
        let location = try TestCheckpoint("base-xl-bf16", .diffusers).location
        let backend = try await ACEStepBackend.load(
            location, options: LoadOptions(precision: .float32, device: .cpu))
        let error = await #expect(throws: MusicError.self) {
            try await backend.latents(of: request(use("lora")))
        }
        // An adapter of another size says both.
        #expect(error?.code == .unreadableInput && error?.field == "adapters")
        #expect(error?.message.contains("[3, 22]") == true && error?.message.contains("38") == true)
    }

    private func expectEffect(on request: MusicRequest) async throws {
        let backend = try await backend()
        var adapted = request
        adapted.adapters = [use("lora")]
        let (plain, made) = (try await backend.latents(of: request), try await backend.latents(of: adapted))
        #expect(share(made, plain) > 1e-2)
        adapted.adapters[0].scale = 0
        #expect(try await backend.latents(of: adapted) == plain)
    }

    // MARK: What is said

    @Test func adaptersAreAnnounced() async throws {
        var notices: [String] = []
        var request = request(use("lora", 0.5), use("kohya"))
        request.adapters[1].groups = [.mlp: 0.25]
        _ = try await backend().latents(of: request) { event in
            if case .notice(let text) = event { notices.append(text) }
        }
        #expect(
            notices.contains(
                "adapter lora/adapter_model.safetensors: LoRA of rank 3 on 4 modules (self_attn 4), "
                    + "8 of 8 tensors used, at 0.5"))
        #expect(
            notices.contains(
                "adapter kohya/adapter_model.safetensors: LoRA of rank 2 on 8 modules "
                    + "(cross_attn 4, self_attn 4), 24 of 24 tensors used, at 1,mlp=0.25"))
    }
}
