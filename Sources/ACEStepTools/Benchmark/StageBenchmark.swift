import ACEStep
import MLX
import ModelSupport
import MusicCore
import Oobleck
import Qwen3

/// Runs the stages of a generation one by one on made-up inputs.
@MLXActor
final class StageBenchmark {
    private let model: ACEStepModel
    private let pipeline: Pipeline
    private let target: ComputeTarget

    init(_ pipeline: Pipeline) {
        self.pipeline = pipeline
        model = pipeline.model
        target = pipeline.job.target
    }

    /// Operations per second of a matrix product with the sizes of a large feed-forward layer.
    func matrixRate() throws -> Double {
        try target.withDevice { try Stopwatch.matrixRate(model.dtype) }
    }

    /// See ``MusicCore/Measurable/measure(_:_:)``.
    func measure(_ stage: BenchmarkStage, _ workload: BenchmarkWorkload) throws -> StageMeasurement {
        try target.withDevice {
            let inputs = Inputs(workload, model)
            let (operations, run) = try prepared(stage, workload, inputs)
            let seconds = try Stopwatch.timed(repeats: workload.repeats) {
                for _ in 0..<workload.batchSize { try run() }
            }
            return StageMeasurement(
                stage: stage, seconds: seconds, operations: operations * Double(workload.batchSize))
        }
    }

    /// The operations of a stage for one song, and the stage itself with everything made that is not part of it.
    private func prepared(
        _ stage: BenchmarkStage, _ workload: BenchmarkWorkload, _ inputs: Inputs
    ) throws -> (operations: Double, run: () throws -> Void) {
        let counts = inputs.operations(model, workload)
        switch stage {
        case .textEncoder:
            return (counts.text, { [pipeline] in _ = try pipeline.encode(inputs.tokens) })
        case .conditionEncoder:
            let prompt = try pipeline.encode(inputs.tokens)
            return (counts.condition, { [pipeline] in _ = try pipeline.encodeCondition(prompt) })
        case .ditStep:
            let condition = try pipeline.encodeCondition(try pipeline.encode(inputs.tokens))
            let (sampler, plan) = try pipeline.plan(inputs.request(steps: 1, workload.adapters), condition)
            let denoiser = Denoiser(sampler, plan, seed: 0)
            return (
                counts.step,
                {
                    var denoiser = denoiser
                    try denoiser.finish()
                }
            )
        case .vaeEncode:
            let audio = try model.autoencoder.decode(inputs.noise[0])
            return (
                counts.encode,
                { [model] in
                    let (mean, deviation) = try model.autoencoder.encode(audio)
                    eval(mean, deviation)
                }
            )
        case .vaeDecode:
            return (counts.decode, { [model] in _ = try model.autoencoder.decode(inputs.noise[0]) })
        case .plannerPrefill, .plannerStep, .guidedPlannerStep:
            throw MusicError(
                .unsupported, "The stage '\(stage.rawValue)' is one of the language model",
                advice: "measure it with a language model")
        case .endToEnd:
            let total =
                counts.text + counts.condition + counts.crossAttentionCache
                + counts.step * Double(workload.steps) + counts.decode
            return (
                total,
                { [model, pipeline] in
                    let condition = try pipeline.encodeCondition(try pipeline.encode(inputs.tokens))
                    let (sampler, plan) = try pipeline.plan(
                        inputs.request(steps: workload.steps, workload.adapters), condition)
                    var denoiser = Denoiser(sampler, plan, seed: 0)
                    _ = try model.autoencoder.decode(try denoiser.finish()[0])
                }
            )
        }
    }
}

/// The made-up inputs of a benchmark.
@MLXActor
private struct Inputs {
    let tokens: PromptTokens
    let duration: Double
    let frames: Int
    /// `[1, frames, channels]`, float32.
    let noise: MLXArray

    init(_ workload: BenchmarkWorkload, _ model: ACEStepModel) {
        let vocabulary = model.textEncoderConfiguration.vocabularySize
        func ids(_ count: Int, from first: Int) -> [Int32] { (first..<first + count).map { Int32($0 % vocabulary) } }
        tokens = PromptTokens(
            text: ids(workload.textTokens, from: 0), lyrics: ids(workload.lyricTokens, from: workload.textTokens))
        duration = workload.duration
        frames = RequestResolver.frames(workload.duration, rate: model.autoencoderConfiguration.latentRate)
        let channels = model.configuration.transformer.acousticChannels
        var generator = TorchGenerator(seed: 0)
        noise = MLXArray(generator.randn(frames * channels), [1, frames, channels])
    }

    func request(steps: Int, _ adapters: [AdapterUse]) -> ACEStepRequest {
        ACEStepRequest {
            $0.adapters = adapters
            $0.duration = duration
            $0.steps = steps
            $0.shift = 3
            $0.guidanceScale = 1
        }
    }

    /// Floating-point operations of each stage.
    func operations(
        _ model: ACEStepModel, _ workload: BenchmarkWorkload
    ) -> (text: Double, condition: Double, crossAttentionCache: Double, step: Double, encode: Double, decode: Double) {
        let configuration = model.configuration
        let vae = model.autoencoderConfiguration
        let positions = workload.lyricTokens + 1 + workload.textTokens
        return (
            model.textEncoderConfiguration.operations(length: workload.textTokens),
            configuration.conditionEncoder.operations(
                text: workload.textTokens, lyrics: workload.lyricTokens, reference: Pipeline.referenceFrames(vae)),
            configuration.transformer.conditionOperations(positions),
            configuration.transformer.stepOperations(frames: frames, condition: positions),
            vae.encoderOperations(frames: frames), vae.decoderOperations(frames: frames)
        )
    }
}
