import AudioFile
import Foundation
import MusicCore
import Testing

/// The binary on the tiny checkpoints against what the reference pipeline made of them.
@Suite("Parity with the reference pipeline")
struct ParityTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var checkpoint: String
        var name: String
        var testDescription: String { "\(checkpoint)/\(name)" }
    }

    /// Every golden run.
    static let cases: [Case] = {
        let root = Repository.fixtures.appendingPathComponent("pipeline")
        let checkpoints = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return checkpoints.sorted().flatMap { checkpoint in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(root.path)/\(checkpoint)")) ?? []
            // Noise that is given is an array of the fixture, which the library's tests hand over.
            return files.filter { $0.hasSuffix(".safetensors") && $0 != "noise_given.safetensors" }.sorted()
                .map { Case(checkpoint: checkpoint, name: String($0.dropLast(".safetensors".count))) }
        }
    }()

    @Test("there are golden runs") func goldensExist() {
        #expect(Self.cases.count >= 15)
    }

    @Test("samples within 1e-3 of full scale, Diffusers layout", arguments: cases)
    func diffusers(_ golden: Case) throws {
        try compare(golden, layout: "diffusers")
    }

    @Test("samples within 1e-3 of full scale, official layout", arguments: cases)
    func official(_ golden: Case) throws {
        try compare(golden, layout: "official")
    }

    private func compare(_ golden: Case, layout: String) throws {
        let folder = try TemporaryFolder()
        let stem = Repository.fixtures.appendingPathComponent("pipeline/\(golden.checkpoint)/\(golden.name)")
        let description = try Description(stem.appendingPathExtension("json"))
        let tensors = try Safetensors(stem.appendingPathExtension("safetensors"))
        let model = Repository.fixtures.appendingPathComponent("checkpoints/\(golden.checkpoint)/\(layout)").path

        let outcome = try Vivace.run(
            ["generate"] + description.arguments
                + [
                    "--model", model, "--dtype", "f32", "--device", "cpu", "--bit-depth", "32f", "--output",
                    folder["song.wav"].path, "--save-latents", folder["latents.npy"].path, "--quiet",
                ], in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")

        let count = description.seeds.count
        for index in 0..<count {
            let name = count == 1 ? "song.wav" : "song-\(index + 1).wav"
            let audio = try AudioFile.read(folder[name])
            #expect(audio.sampleRate == description.sampleRate)
            #expect(audio.frameCount == description.samples)
            for (channel, samples) in audio.channels.enumerated() {
                try compareChannel(samples, channel: channel, song: index, tensors, stride: description.stride)
            }
        }
    }

    private func compareChannel(
        _ samples: [Float], channel: Int, song: Int, _ tensors: Safetensors, stride: Int
    ) throws {
        func expected(_ name: String) throws -> [Float]? {
            guard let tensor = tensors[name] else { return nil }
            let width = tensor.shape[2]
            let start = (song * tensor.shape[1] + channel) * width
            return Array(tensor.values[start..<start + width])
        }
        func check(_ actual: [Float], _ golden: [Float], _ what: String) {
            #expect(actual.count == golden.count)
            let worst = zip(actual, golden).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 1e-3, "\(what), channel \(channel) of song \(song): off by \(worst)")
        }
        if let full = try expected("audio") {
            check(samples, full, "all samples")
        } else {
            let strided = try #require(try expected("audio_strided"))
            check(Swift.stride(from: 0, to: samples.count, by: stride).map { samples[$0] }, strided, "strided samples")
            check(Array(samples.prefix(256)), try #require(try expected("audio_head")), "first samples")
            check(Array(samples.suffix(256)), try #require(try expected("audio_tail")), "last samples")
        }
    }
}

/// The description of a golden run.
private struct Description {
    var arguments: [String] = []
    var seeds: [UInt64]
    var sampleRate: Int
    var samples: Int
    var stride: Int

    init(_ url: URL) throws {
        struct File: Decodable {
            struct Request: Decodable {
                var caption, lyrics, vocal_language: OneOrMany
                var duration: Double
                var bpm: Int?
                var keyscale, timesignature: String?
                var inference_steps: Int
                var shift, guidance_scale: Double
                var timesteps: [Double]?
                var seeds: [UInt64]
                var cfg_interval_start, cfg_interval_end: Double
                var max_text_length, max_lyric_length: Int?
            }
            /// A text, or one for each song.
            struct OneOrMany: Decodable {
                var texts: [String]

                init(from decoder: any Decoder) throws {
                    let container = try decoder.singleValueContainer()
                    if let many = try? container.decode([String].self) {
                        texts = many
                    } else {
                        texts = [try container.decode(String.self)]
                    }
                }

                func options(_ name: String) -> [String] { texts.flatMap { $0.isEmpty ? [] : [name, $0] } }
            }
            var request: Request
            var sample_rate, samples, stride: Int
        }
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
        let request = file.request
        seeds = request.seeds
        sampleRate = file.sample_rate
        samples = file.samples
        stride = file.stride
        arguments =
            request.caption.options("--caption") + request.lyrics.options("--lyrics")
            + request.vocal_language.options("--language")
        arguments += [
            "--duration", "\(request.duration)", "--seed",
            request.seeds.map(String.init).joined(separator: ","), "--guidance-scale", "\(request.guidance_scale)",
            // The reference measures its interval on `1 - t`.
            "--cfg-interval-start", "\(1 - request.cfg_interval_end)", "--cfg-interval-end",
            "\(1 - request.cfg_interval_start)",
        ]
        if let length = request.max_text_length { arguments += ["--max-text-length", "\(length)"] }
        if let length = request.max_lyric_length { arguments += ["--max-lyric-length", "\(length)"] }
        if let bpm = request.bpm { arguments += ["--bpm", "\(bpm)"] }
        if let key = request.keyscale, !key.isEmpty { arguments += ["--key", key] }
        if let metre = request.timesignature, !metre.isEmpty { arguments += ["--time-signature", metre] }
        if let timesteps = request.timesteps {
            arguments += ["--timesteps", timesteps.map { "\($0)" }.joined(separator: ",")]
        } else {
            arguments += ["--steps", "\(request.inference_steps)", "--shift", "\(request.shift)"]
        }
    }
}

/// A small reader of float32 safetensors files, independent of the code under test.
struct Safetensors {
    struct Tensor {
        var shape: [Int]
        var values: [Float]
    }

    private var tensors: [String: Tensor] = [:]

    init(_ url: URL) throws {
        let data = try Data(contentsOf: url)
        let length = Int(data.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        let header = try #require(
            JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length)) as? [String: Any])
        for (name, value) in header where name != "__metadata__" {
            let entry = try #require(value as? [String: Any])
            guard entry["dtype"] as? String == "F32" else { continue }
            let offsets = try #require(entry["data_offsets"] as? [Int])
            let bytes = data.subdata(in: 8 + length + offsets[0]..<8 + length + offsets[1])
            tensors[name] = Tensor(
                shape: try #require(entry["shape"] as? [Int]),
                values: bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) })
        }
    }

    subscript(_ name: String) -> Tensor? { tensors[name] }
}
