import ACEStep
import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3
import TestSupport
import Testing

/// Float32 against float64: each network, and a whole song, loses about as much as PyTorch's own float32 does.
///
/// Two float32 programs differ by what both lose, so a small difference from PyTorch's float32 can't be asked of good
/// arithmetic, and can hide bad one. The reference in float64 says what is lost by whom.
@MLXActor
struct PrecisionTests {
    /// The root of the mean squared error as a share of PyTorch's.
    private func loss(_ made: MLXArray, _ name: String, _ golden: Golden) throws -> Float {
        let exact = try golden("exact.\(name)")
        guard made.shape == exact.shape else { return .infinity }
        let error = sqrt(square(made - exact).mean()).item(Float.self)
        return error / (try golden.floats("torch.\(name)")[0])
    }

    private func losses(_ checkpoint: String) async throws -> [String: Float] {
        let golden = try Fixtures.tensors("precision/\(checkpoint)")
        let model = try TestCheckpoint(checkpoint, .diffusers).load(dtype: .float32)
        func input(_ name: String) throws -> MLXArray { try golden("input.\(name)") }
        var losses: [String: Float] = [:]
        func compare(_ made: MLXArray, _ name: String) throws { losses[name] = try loss(made, name, golden) }

        try compare(model.textEncoder.hiddenStates(input("text_ids").asType(.int32)), "text")
        try compare(model.conditionEncoder.lyricEncoder(input("lyrics"), padding: nil), "lyrics")
        try compare(model.conditionEncoder.timbreEncoder(input("references")).expandedDimensions(axis: 0), "timbre")
        for (index, time) in try golden.floats("input.times").enumerated() {
            let velocity = try model.transformer(
                input("hidden_states"), context: input("context"), time: time, condition: input("condition"))
            try compare(velocity, "velocity.\(index)")
        }
        let autoencoder = try model.autoencoder
        let decoded = try autoencoder.decode(input("latents")[0].transposed(1, 0))
        try compare(
            MLXArray(decoded.channels.flatMap { $0 }, [1, decoded.channels.count, decoded.frameCount]), "decoded")
        let channels = try (0..<2).map { try input("audio")[0, $0].asType(.float32).asArray(Float.self) }
        let audio = AudioBuffer(sampleRate: autoencoder.configuration.samplingRate, channels: channels)
        try compare(autoencoder.encode(audio).mean.transposed(1, 0).expandedDimensions(axis: 0), "encoded")

        let pipeline = Pipeline(
            model: model, target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
        let request = ACEStepRequest(
            prompt: "slow jazz trio with upright bass", lyrics: "[verse]\nThe river runs below the hill",
            vocalLanguage: "en", duration: 1.3, bpm: 96, keyScale: "D minor", timeSignature: "3", steps: 8, shift: 3,
            guidanceScale: 7, seeds: [42])
        let resolved = try RequestResolver(variant: model.configuration.variant).resolve(request)
        let latents = try #require(try await pipeline.generate(resolved) { _ in }.songs[0].latents)
        try compare(MLXArray(latents.values, [1] + latents.shape), "song")
        return losses
    }

    @Test(arguments: Fixtures.checkpoints)
    func float32LosesNoMoreThanPyTorchs(_ checkpoint: String) async throws {
        let losses = try await losses(checkpoint)
        #expect(losses.count == 8)
        for (name, loss) in losses { #expect(loss < 2, "\(name) loses \(loss) times as much as PyTorch's float32") }
    }
}
