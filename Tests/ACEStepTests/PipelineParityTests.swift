import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Whole runs against the reference pipeline: the same request and seed must give the same samples, from either layout.
@MLXActor
struct PipelineParityTests {
    /// A golden run.
    struct Case: Decodable {
        struct Interval: Decodable {
            let cfg_interval_start: Double
            let cfg_interval_end: Double
        }
        let request: ACEStepRequest
        let interval: Interval
        let sample_rate: Int
        let latent_frames: Int
        let samples: Int
        let stride: Int
        let audio_tolerance: Float
        let latents_tolerance: Float
        /// Whether the reference began from noise that no seed gives.
        let isNoiseGiven: Bool

        enum CodingKeys: String, CodingKey {
            case request, sample_rate, latent_frames, samples, stride, audio_tolerance, latents_tolerance
            case isNoiseGiven = "noise_is_given"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            request = try ACEStepRequest(try values.decode(MusicRequest.self, forKey: .request))
            interval = try values.decode(Interval.self, forKey: .request)
            sample_rate = try values.decode(Int.self, forKey: .sample_rate)
            latent_frames = try values.decode(Int.self, forKey: .latent_frames)
            samples = try values.decode(Int.self, forKey: .samples)
            stride = try values.decode(Int.self, forKey: .stride)
            audio_tolerance = try values.decode(Float.self, forKey: .audio_tolerance)
            latents_tolerance = try values.decode(Float.self, forKey: .latents_tolerance)
            isNoiseGiven = try values.decodeIfPresent(Bool.self, forKey: .isNoiseGiven) ?? false
        }

    }

    nonisolated static let cases: [String] = Fixtures.checkpoints.flatMap { checkpoint -> [String] in
        let folder = Fixtures.url("pipeline/\(checkpoint)").path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") && $0 != "sensitivity.json" }.sorted()
            .map { "\(checkpoint)/\($0.dropLast(".json".count))" }
    }

    @Test func goldenRunsAreThere() {
        #expect(Self.cases.count >= 20)
    }

    @Test(arguments: cases, TestCheckpoint.Kind.allCases)
    func runsGiveTheReferenceSamples(_ name: String, _ kind: TestCheckpoint.Kind) async throws {
        let golden = try Fixtures.tensors("pipeline/\(name)")
        let run: Case = try Fixtures.json("pipeline/\(name)")
        let checkpoint = String(name.split(separator: "/")[0])
        let model = try TestCheckpoint(checkpoint, kind).load(dtype: .float32)
        let pipeline = Pipeline(
            model: model, target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
        var request = run.request
        request.batchSize = request.seeds.count
        // The reference measures its interval on `1 - t`.
        request.guidanceStart = 1 - run.interval.cfg_interval_end
        request.guidanceEnd = 1 - run.interval.cfg_interval_start
        if run.isNoiseGiven {
            let noise = try golden("noise")
            request.noise = LatentsInput(latents: Latents(values: noise.asArray(Float.self), shape: noise.shape))
        }
        let resolved = try RequestResolver(variant: model.configuration.variant).resolve(request)
        let result = try await pipeline.generate(resolved) { _ in }

        #expect(result.songs.count == run.request.seeds.count)
        for (index, song) in result.songs.enumerated() {
            let latents = try #require(song.latents)
            #expect(latents.shape[0] == run.latent_frames)
            #expect(song.audio.sampleRate == run.sample_rate)
            #expect(song.audio.frameCount == run.samples)
            #expect(
                largestDifference(latents.values, try golden("latents")[index].asArray(Float.self))
                    <= run.latents_tolerance)
            for (channel, samples) in song.audio.channels.enumerated() {
                func check(_ made: [Float], _ reference: String) throws {
                    let expected = try golden(reference)[index, channel].asArray(Float.self)
                    #expect(
                        largestDifference(made, expected) <= run.audio_tolerance, "\(reference), channel \(channel)")
                }
                if golden.arrays["audio"] != nil {
                    try check(samples, "audio")
                } else {
                    try check(stride(from: 0, to: samples.count, by: run.stride).map { samples[$0] }, "audio_strided")
                    try check(Array(samples.prefix(256)), "audio_head")
                    try check(Array(samples.suffix(256)), "audio_tail")
                }
            }
        }
    }

    @Test func noiseIsThatOfTheReference() throws {
        for name in Self.cases {
            let golden = try Fixtures.tensors("pipeline/\(name)")
            let run: Case = try Fixtures.json("pipeline/\(name)")
            if run.isNoiseGiven { continue }
            let noise = try golden("noise")
            for (index, seed) in run.request.seeds.enumerated() {
                var generator = TorchGenerator(seed: seed)
                let made = generator.randn(noise.dim(1) * noise.dim(2))
                #expect(largestDifference(made, noise[index].asArray(Float.self)) <= 1e-5, "\(name), seed \(seed)")
            }
        }
    }

    @Test func bothLayoutsGiveTheSameBits() async throws {
        for checkpoint in Fixtures.checkpoints {
            let official = try await TestRun(checkpoint, .official).song { $0.duration = 1.5 }
            let diffusers = try await TestRun(checkpoint, .diffusers).song { $0.duration = 1.5 }
            #expect(official.audio == diffusers.audio, "\(checkpoint)")
            #expect(try official.latentValues == diffusers.latentValues, "\(checkpoint)")
        }
    }

    @Test func bfloat16IsNearFloat32() async throws {
        for checkpoint in Fixtures.checkpoints {
            let exact = try await TestRun(checkpoint, .diffusers, dtype: .float32).song()
            let short = try await TestRun(checkpoint, .diffusers, dtype: .bfloat16).song()
            let (one, other) = (try #require(exact.latents), try #require(short.latents))
            let likeness = cosine(MLXArray(one.values, one.shape), MLXArray(other.values, one.shape))
            #expect(likeness > 0.99, "\(checkpoint)")
        }
    }

    @Test func aSongDoesNotDependOnItsBatch() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let batch = try await run.result {
            $0.seeds = [11, 12, 13]
            $0.batchSize = 3
        }
        #expect(Set(batch.songs.map(\.audio.channels)).count == 3)
        for song in batch.songs {
            let alone = try await run.song { $0.seeds = [song.seed] }
            #expect(alone.audio == song.audio)
        }
    }

    @Test func promptLyricsAndMetadataAreHeard() async throws {
        let run = try TestRun("turbo-f32", .official)
        let plain = try await run.song()
        let changes: [(String, (inout ACEStepRequest) -> Void)] = [
            ("caption", { $0.prompt = "loud polka" }), ("lyrics", { $0.lyrics = "[verse]\nla la la" }),
            ("instrumental", { $0.instrumental = true }), ("language", { $0.vocalLanguage = "ja" }),
            ("tempo", { $0.bpm = 180 }), ("key", { $0.keyScale = "C major" }),
            ("time signature", { $0.timeSignature = "6/8" }), ("steps", { $0.steps = 3 }), ("shift", { $0.shift = 1 }),
            ("timesteps", { $0.timesteps = [1, 0.5] }), ("seed", { $0.seeds = [2] }),
        ]
        for (name, change) in changes {
            #expect(try await run.song(change).audio != plain.audio, "\(name)")
        }
    }
}

/// A loaded checkpoint that runs small requests.
@MLXActor
struct TestRun {
    let pipeline: Pipeline
    let resolver: RequestResolver

    init(_ checkpoint: String, _ kind: TestCheckpoint.Kind, dtype: DType = .float32) throws {
        let model = try TestCheckpoint(checkpoint, kind).load(dtype: dtype)
        let precision: LoadOptions.Precision = dtype == .bfloat16 ? .bfloat16 : .float32
        pipeline = Pipeline(
            model: model, target: try ComputeTarget(LoadOptions(precision: precision, device: .cpu), parameterCount: 0))
        resolver = RequestResolver(variant: model.configuration.variant)
    }

    /// Runs a request of one short song.
    func result(_ change: (inout ACEStepRequest) throws -> Void = { _ in }) async throws -> MusicResult {
        var request = ACEStepRequest(prompt: "slow jazz", duration: 0.6, steps: 4, seeds: [1])
        try change(&request)
        return try await pipeline.generate(try resolver.resolve(request)) { _ in }
    }

    func song(_ change: (inout ACEStepRequest) throws -> Void = { _ in }) async throws -> Song {
        try #require(try await result(change).songs.first)
    }
}
