import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// What refines sampling, by the numbers of the reference's formulas (`tools/reference/quality_goldens.py`).
@MLXActor
struct QualityAidTests {
    private struct Goldens: Decodable {
        struct Wavelets: Decodable {
            struct Case: Decodable {
                var length: Int
                var x: [Float]
                var y: [Float]
                var double: [String: [Float]]
            }
            var time: Double
            var low: Double
            var high: Double
            var cases: [Case]
        }
        struct Velocities: Decodable {
            struct Step: Decodable {
                var latents: [Float]
                var velocity: [Float]
                var shaped: [Float]
            }
            var threshold: Double
            var factor: Double
            var rows: Int
            var steps: [Step]
        }
        struct Retake: Decodable {
            var seed: UInt64
            var retakeSeed: UInt64
            var variance: Double
            var noise: [Float]

            private enum CodingKeys: String, CodingKey {
                case seed, variance, noise
                case retakeSeed = "retake_seed"
            }
        }
        var wavelets: Wavelets
        var velocities: Velocities
        var retake: Retake
    }

    private struct Step: Decodable {
        var next: [[[Float]]]
        var denoised: [[[Float]]]
        var t: Float
        var scaler: Double
        var highScaler: Double
        var modes: [String: [[[Float]]]]

        private enum CodingKeys: String, CodingKey {
            case t, scaler, modes, denoised
            case next = "x_next"
            case highScaler = "high_scaler"
        }
    }

    private func array(_ values: [Float], _ rows: Int) -> MLXArray {
        MLXArray(values, [1, rows, values.count / rows])
    }

    @Test func everyModeOfTheCorrectionGivesTheReferencesStep() throws {
        let step: Step = try Fixtures.json("aftermath/dcw")
        let rows = step.next[0].count
        for (name, expected) in step.modes {
            let mode = try #require(WaveletCorrectionMode(rawValue: name))
            let correction = try #require(
                WaveletCorrection(
                    mode: mode, strength: step.scaler, highStrength: step.highScaler, wavelet: .haar))
            let made = correction.corrected(
                array(step.next.joined().joined().map { $0 }, rows),
                music: array(step.denoised.joined().joined().map { $0 }, rows), time: step.t)
            let difference = largestDifference(made.asArray(Float.self), expected.joined().joined().map { $0 })
            #expect(difference < 1e-6, "\(name)")
        }
        #expect(step.modes.count == WaveletCorrectionMode.allCases.count)
    }

    @Test func everyWaveletGivesWhatItsTransformGives() throws {
        let goldens: Goldens = try Fixtures.json("aftermath/quality")
        for example in goldens.wavelets.cases {
            for (name, expected) in example.double {
                let wavelet = try #require(Wavelet(rawValue: name))
                let correction = try #require(
                    WaveletCorrection(
                        mode: .double, strength: goldens.wavelets.low, highStrength: goldens.wavelets.high,
                        wavelet: wavelet))
                let made = correction.corrected(
                    array(example.x, example.length), music: array(example.y, example.length),
                    time: Float(goldens.wavelets.time))
                let difference = largestDifference(made.asArray(Float.self), expected)
                #expect(difference < 3e-6, "\(name), \(example.length) frames")
            }
            #expect(example.double.count == Wavelet.allCases.count)
        }
    }

    @Test func velocitiesAreLimitedAndAveragedAsInTheReference() throws {
        let goldens = (try Fixtures.json("aftermath/quality") as Goldens).velocities
        let shaping = try #require(VelocityShaping(normThreshold: goldens.threshold, average: goldens.factor))
        var previous: MLXArray?
        for step in goldens.steps {
            let shaped = shaping.shaped(
                array(step.velocity, goldens.rows), latents: array(step.latents, goldens.rows), previous: previous)
            #expect(largestDifference(shaped.asArray(Float.self), step.shaped) < 2e-6)
            previous = shaped
        }
        #expect(VelocityShaping(normThreshold: 0, average: 0) == nil)
        #expect(WaveletCorrection(mode: .high, strength: 0, highStrength: 1, wavelet: .haar) == nil)
    }

    @Test func aRetakeTurnsTheNoiseTowardsItsSeeds() throws {
        let golden = (try Fixtures.json("aftermath/quality") as Goldens).retake
        var (first, second) = (TorchGenerator(seed: golden.seed), TorchGenerator(seed: golden.retakeSeed))
        let made = Denoiser.varied(
            MLXArray(first.randn(golden.noise.count), [1, 6, 4]),
            towards: MLXArray(second.randn(golden.noise.count), [1, 6, 4]), variance: golden.variance)
        #expect(largestDifference(made.asArray(Float.self), golden.noise) < 1e-6)
    }

    @Test func neutralValuesAreThePlainSong() async throws {
        for checkpoint in ["turbo-f32", "base-xl-bf16"] {
            let run = try TestRun(checkpoint, .diffusers)
            let plain = try await run.song()
            let neutral = try await run.song {
                $0.correctsWavelets = true
                $0.waveletStrength = 0
                $0.waveletHighStrength = 0
                $0.velocityNormThreshold = 0
                $0.velocityAverage = 0
                $0.retakeVariance = 0
                $0.retakeSeeds = [9]
                $0.fadeIn = 0
            }
            #expect(try neutral.latentValues == plain.latentValues && neutral.audio == plain.audio)
        }
    }

    @Test func everyAidChangesTheSongAndIsRepeated() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let plain = try await run.song().latentValues
        let changes: [(String, @Sendable (inout ACEStepRequest) -> Void)] = [
            ("dcw", { $0.correctsWavelets = true }),
            ("dcw sym8", { ($0.correctsWavelets, $0.wavelet) = (true, .sym8) }),
            ("norm", { $0.velocityNormThreshold = 0.5 }), ("average", { $0.velocityAverage = 0.2 }),
            ("heun", { ($0.velocityAverage, $0.solver) = (0.2, .heun) }),
            ("retake", { ($0.retakeVariance, $0.retakeSeeds) = (0.2, [77]) }),
        ]
        var seen = [plain]
        for (name, change) in changes {
            let one = try await run.song { change(&$0) }.latentValues
            let other = try await run.song { change(&$0) }.latentValues
            #expect(one == other, "\(name)")
            #expect(!seen.contains(one), "\(name)")
            seen.append(one)
        }
    }

    @Test func aRetakeOfOneIsTheSongOfItsSeed() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let other = try await run.song { $0.seeds = [77] }.latentValues
        let retake = try await run.song { ($0.retakeVariance, $0.retakeSeeds) = (1, [77]) }.latentValues
        #expect(largestDifference(retake, other) < 1e-4)
    }

    @Test func eachSongOfABatchHasARetakeSeedThatItsOwnRequestNames() async throws {
        let run = try TestRun("turbo-f32", .diffusers)
        let result = try await run.result {
            ($0.seeds, $0.batchSize, $0.retakeVariance, $0.retakeSeeds) = ([1, 1], 2, 0.3, [5, 6])
        }
        #expect(try result.songs[0].latentValues != result.songs[1].latentValues)
        let second = try ACEStepRequest(result.request(ofSong: 1))
        #expect(second.retakeSeeds == [6] && second.batchSize == 1)
        let again = try await run.pipeline.generate(try run.resolver.resolve(second)) { _ in }
        #expect(again.songs[0].audio == result.songs[1].audio)
        // Seeds that nobody gave are drawn and said.
        let drawn = try run.resolver.resolve(
            ACEStepRequest(prompt: "x") { ($0.retakeVariance, $0.batchSize) = (0.3, 3) })
        #expect(drawn.request.retakeSeeds.count == 3)
    }

    @Test func fadesAreStraightLines() {
        let audio = AudioBuffer(sampleRate: 10, channels: [[Float](repeating: 1, count: 12)])
        let faded = audio.faded(in: 0.5, out: 0.3).channels[0]
        #expect(faded == [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 0.5, 0])
        #expect(audio.faded(in: 0, out: 0) == audio)
        // Longer than the song: over all of it.
        #expect(audio.faded(in: 60, out: 0).channels[0].last == 1)
    }

    @Test func fieldsAreReadCheckedAndWritten() throws {
        let json: [String: JSONValue] = [
            "dcw_enabled": true, "dcw_mode": "HIGH", "dcw_wavelet": "db1", "dcw_scaler": 0.1,
            "velocity_norm_threshold": 2.5, "velocity_ema_factor": 0.1, "retake_seed": "3, 4",
            "retake_variance": 0.25, "fade_in_duration": 1, "fade_out_duration": 2.5, "flow_edit_n_avg": 2,
        ]
        let options = try ACEStepOptions(json)
        #expect(options.waveletMode == .high && options.wavelet == .haar && options.retakeSeeds == [3, 4])
        #expect(try ACEStepOptions(options.object) == options)
        for (name, value) in [
            ("dcw_mode", "both"), ("dcw_wavelet", "db3"), ("velocity_ema_factor", 1), ("retake_variance", 1.1),
            ("velocity_norm_threshold", -1), ("fade_in_duration", -1), ("flow_edit_n_avg", 0),
        ] as [(String, JSONValue)] {
            #expect(throws: MusicError.self, "\(name)") { try ACEStepOptions([name: value]) }
        }
    }
}
