import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Songs with adapters beside those of PEFT and LyCORIS.
struct AdapterParityTests {
    private static let goldens = AdapterGoldens.stored
    static let names = goldens.adapters.map(\.name)

    private func backend(
        _ options: LoadOptions = LoadOptions(precision: .float32, device: .cpu),
        _ kind: TestCheckpoint.Kind = .official
    ) async throws -> ACEStepBackend {
        try await ACEStepBackend.load(try TestCheckpoint("turbo-f32", kind).location, options: options)
    }

    @MLXActor
    private static func golden(_ name: String, in folder: URL = AdapterGoldens.folder) throws -> [Float] {
        try loadArrays(url: folder.appendingPathComponent("latents.safetensors"))[name]?.asArray(Float.self) ?? []
    }

    @Test func thereAreManyKinds() {
        #expect(Self.names.count >= 35)
        #expect(Self.goldens.adapters.allSatisfy { $0.change > 0.01 })
    }

    @Test(arguments: names)
    func songsAreThoseOfTheReference(_ name: String) async throws {
        let adapter = try #require(Self.goldens.adapters.first { $0.name == name })
        let use = AdapterUse(AdapterGoldens.path(name), scale: adapter.scale)
        let made = try await backend().latents(of: Self.goldens.request([use]))
        let golden = try await Self.golden(name)
        #expect(share(made, golden) < 1e-4)
        #expect(share(made, try await Self.golden("none")) > adapter.change / 20)
    }

    @Test(arguments: names)
    func strengthZeroIsTheModelAsItIs(_ name: String) async throws {
        let backend = try await backend()
        let plain = try await backend.latents(of: Self.goldens.request())
        let zero = AdapterUse(AdapterGoldens.path(name), scale: 0)
        #expect(try await backend.latents(of: Self.goldens.request([zero])) == plain)
        let none = AdapterUse(
            AdapterGoldens.path(name),
            groups: [.selfAttention: 0, .crossAttention: 0, .mlp: 0, .other: 0])
        #expect(try await backend.latents(of: Self.goldens.request([none])) == plain)
    }

    /// Goldens with other seeds, sizes and modules, which are made for one run: `docs/testing.md`.
    @Test(.enabled(if: AdapterGoldens.unseen != nil))
    func unseenSongsAreThoseOfTheReference() async throws {
        let (folder, checkpoint) = try #require(AdapterGoldens.unseen)
        let goldens = try AdapterGoldens.read(folder)
        let backend = try await ACEStepBackend.load(
            ModelLocation(name: "unseen", directory: checkpoint),
            options: LoadOptions(precision: .float32, device: .cpu))
        var worst: (name: String, share: Float) = ("", 0)
        for adapter in goldens.adapters {
            let path = folder.appendingPathComponent(adapter.name).path
            let made = try await backend.latents(
                of: goldens.request([AdapterUse(path, scale: adapter.scale)]))
            let error = share(made, try await Self.golden(adapter.name, in: folder))
            #expect(error < 1e-3, "\(adapter.name)")
            if error > worst.share { worst = (adapter.name, error) }
        }
        print("the worst of \(goldens.adapters.count) adapters is \(worst.name), \(worst.share) of full scale")
    }
}
