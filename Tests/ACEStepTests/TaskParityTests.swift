import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Whole runs on source audio, reference audio and codes against the reference pipeline, from either layout.
@MLXActor
struct TaskParityTests {
    /// A golden run; where the program's own request differs from the reference's, it is translated.
    struct Case: Decodable {
        var request: ACEStepRequest
        let samples: Int
        let stride: Int
        let latentFrames: Int

        private enum Keys: String, CodingKey {
            case request, samples, stride
            case latentFrames = "latent_frames"
        }

        private struct Reference: Decodable {
            let cfg_interval_start: Double
            let cfg_interval_end: Double
            let repainting_start: Double?
            let repainting_end: Double?
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Keys.self)
            request = try ACEStepRequest(try values.decode(MusicRequest.self, forKey: .request))
            let reference = try values.decode(Reference.self, forKey: .request)
            samples = try values.decode(Int.self, forKey: .samples)
            stride = try values.decode(Int.self, forKey: .stride)
            latentFrames = try values.decode(Int.self, forKey: .latentFrames)
            // The reference measures its interval on `1 - t`, and mixes.
            request.guidanceStart = 1 - reference.cfg_interval_end
            request.guidanceEnd = 1 - reference.cfg_interval_start
            request.coverRule = .blend
            request.keepsSource = false
            request.batchSize = request.seeds.count
            if let start = reference.repainting_start {
                let end = reference.repainting_end.flatMap { $0 < 0 ? nil : $0 }
                request.regions = [RepaintRegion(start: start, end: end)]
            }
            // The reference's sentence without a track has to be spelled out.
            if request.tracks.isEmpty, request.instruction == nil, request.task.worksOnTracks {
                request.instruction = TaskInstruction.sentence(for: request)
            }
            if let path = request.source?.path { request.source?.audio = try Clip.read(path) }
            if let path = request.reference?.path { request.reference?.audio = try Clip.read(path) }
        }
    }

    nonisolated static let cases: [String] = Fixtures.checkpoints.flatMap { checkpoint -> [String] in
        let folder = Fixtures.url("tasks/\(checkpoint)").path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().map { "\(checkpoint)/\($0.dropLast(".json".count))" }
    }

    @Test func goldenRunsOfAllTasksAreThere() {
        #expect(Self.cases.count >= 20)
        for task in ["cover", "repaint", "lego", "extract", "complete", "timbre", "codes"] {
            #expect(Self.cases.contains { $0.contains("/\(task)") }, "\(task)")
        }
    }

    @Test(arguments: cases, TestCheckpoint.Kind.allCases)
    func runsGiveTheReferenceSamples(_ name: String, _ kind: TestCheckpoint.Kind) async throws {
        let golden = try Fixtures.tensors("tasks/\(name)")
        let run: Case = try Fixtures.json("tasks/\(name)")
        let model = try TestCheckpoint(String(name.split(separator: "/")[0]), kind).load(dtype: .float32)
        let pipeline = Pipeline(
            model: model, target: try ComputeTarget(LoadOptions(precision: .float32, device: .cpu), parameterCount: 0))
        let result = try await pipeline.generate(try RequestResolver(model).resolve(run.request)) { _ in }
        #expect(result.songs.count == run.request.seeds.count)
        for (index, song) in result.songs.enumerated() {
            let latents = try #require(song.latents)
            #expect(latents.shape[0] == run.latentFrames)
            #expect(song.audio.frameCount == run.samples)
            let difference = largestDifference(latents.values, try golden("latents")[index].asArray(Float.self))
            #expect(difference <= 1e-3, "latents of \(name)")
            for (channel, samples) in song.audio.channels.enumerated() {
                let kept = stride(from: 0, to: samples.count, by: run.stride).map { samples[$0] }
                for (made, reference) in [
                    (kept, "audio_strided"), (Array(samples.prefix(256)), "audio_head"),
                    (Array(samples.suffix(256)), "audio_tail"),
                ] {
                    let expected = try golden(reference)[index, channel].asArray(Float.self)
                    #expect(largestDifference(made, expected) <= 1e-3, "\(name), \(reference)")
                }
            }
        }
    }
}

/// The clips of the fixtures.
enum Clip {
    /// A 16-bit stereo WAV file with the smallest header.
    static func read(_ name: String) throws -> AudioBuffer {
        let data = try Data(contentsOf: Fixtures.url("tasks/\(name)"))
        let rate = data.subdata(in: 24..<28).withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
        let values = data.subdata(in: 44..<data.count).withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        let channels = (0..<2).map { channel in
            stride(from: channel, to: values.count, by: 2).map { Float(values[$0]) / 32768 }
        }
        return AudioBuffer(sampleRate: rate, channels: channels)
    }
}
