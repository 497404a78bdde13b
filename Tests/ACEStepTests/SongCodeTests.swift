import ACEStep
import Foundation
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Songs of one request that each follow audio codes of their own, and what is known of a job before it begins.
struct SongCodeTests {
    private let options = LoadOptions(precision: .float32, device: .cpu)
    private let request = ACEStepRequest(prompt: "slow jazz", lyrics: "la", steps: 3, seeds: [4, 5], batchSize: 2)

    private func load(_ name: String = "turbo-f32") async throws -> ACEStepBackend {
        try await ACEStepBackend.load(try TestCheckpoint(name, .official).location, options: options)
    }

    private struct Run {
        var events: [String] = []
        var resolved: ACEStepRequest?
        var result: MusicResult?
    }

    private func run(_ stream: AsyncThrowingStream<MusicEvent, any Error>) async throws -> Run {
        var run = Run()
        for try await event in stream {
            switch event {
            case .resolved(let request): run.resolved = try ACEStepRequest(request)
            case .notice, .preview, .audio: break
            case .started(let stage): run.events.append(stage.rawValue)
            case .progress(let stage, let done, let total, _):
                run.events.append("\(stage.rawValue) \(done)/\(total)")
            case .finished(let result): run.result = result
            }
        }
        return run
    }

    @Test(arguments: [nil, 3.0], ["turbo-f32", "base-xl-bf16"])
    func eachIsTheSongThatItsCodesMakeAlone(_ duration: Double?, _ checkpoint: String) async throws {
        let backend = try await load(checkpoint)
        var request = request
        request.duration = duration
        // Without a duration the songs are told their own, and have prompts of their own.
        let codes = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11, 12, 13]]
        let batch = try await run(backend.generate(request.neutral, codes: codes, details: []))
        let songs = try #require(batch.result).songs
        #expect(songs.map(\.seed) == [4, 5])
        let texts = codes.map { AudioCodeText.text($0) }
        #expect(songs.map { $0.request?.options["audio_codes"]?.plainText } == texts)
        let made = try ACEStepRequest(try #require(batch.result).request)
        let resolved = try #require(batch.resolved)
        #expect(made.audioCodes == nil && resolved.audioCodes == nil)
        #expect(made.audioCodesOfSongs == texts && resolved.audioCodesOfSongs == texts)
        #expect(resolved.seeds == [4, 5] && resolved.batchSize == 2)
        for (index, song) in songs.enumerated() {
            var single = request
            single.audioCodes = AudioCodeText.text(codes[index])
            single.seeds = [request.seeds[index]]
            single.batchSize = 1
            let alone = try #require(try await run(backend.generate(single.neutral)).result?.songs.first)
            #expect(alone.audio == song.audio && alone.latents == song.latents)
        }
        let frames = try songs.map { try #require($0.latents).shape[0] }
        #expect(frames[0] < frames[1])
        #expect(
            batch.events == [
                "source", "encode", "condition", "diffuse", "diffuse 1/6", "diffuse 2/6", "diffuse 3/6", "diffuse 4/6",
                "diffuse 5/6", "diffuse 6/6", "decode", "decode 1/2", "decode 2/2",
            ])
    }

    @Test func oneListIsTheRequestsOwn() async throws {
        let backend = try await load()
        var single = request
        single.seeds = [4]
        single.batchSize = 1
        let run = try await run(backend.generate(single.neutral, codes: [[1, 2, 3, 4, 5]], details: []))
        let result = try #require(run.result)
        let codes = try ACEStepRequest(result.request).audioCodes
        #expect(codes == AudioCodeText.text([1, 2, 3, 4, 5]))
        #expect(result.songs[0].request?.options["audio_codes"]?.plainText == codes)
    }

    @Test func everySongNeedsItsCodes() async throws {
        let backend = try await load()
        for codes in [[], [[1]], [[1], [2], [3]]] as [[[Int]]] {
            let error = await #expect(throws: MusicError.self) {
                try await run(backend.generate(request.neutral, codes: codes, details: []))
            }
            #expect(error?.code == .invalidRequest && error?.message.contains("\(codes.count) songs") == true)
            #expect(throws: MusicError.self) { try backend.stages(of: request.neutral, codes: codes) }
        }
    }

    // MARK: Stages

    /// Events and stages of one job agree, and the fraction grows from 0 to 1.
    private func expectAgreement(
        _ backend: ACEStepBackend, _ request: ACEStepRequest, codes: [[Int]]? = nil
    ) async throws {
        let stages = try backend.stages(of: request.neutral, codes: codes)
        var progress = JobProgress(stages)
        var last = 0.0
        for try await event in backend.generate(request.neutral, codes: codes, details: []) {
            switch event {
            case .started(let stage):
                #expect(stages.contains { $0.stage == stage })
                progress.start(stage)
            case .progress(let stage, let done, let total, _):
                #expect(stages.first { $0.stage == stage }?.units == total, "\(stage.rawValue)")
                let fraction = progress.update(stage, completed: done, total: total)
                #expect(fraction > last && fraction <= 1)
            default: continue
            }
            #expect(progress.fraction >= last)
            last = progress.fraction
        }
        #expect(abs(last - 1) < 1e-9)
        #expect(stages.allSatisfy { $0.weight > 0 })
    }

    @Test func unitsAreThoseThatAreReported() async throws {
        let turbo = try await load()
        var text = request
        text.duration = 12
        try await expectAgreement(turbo, text)
        try await expectAgreement(turbo, request, codes: [[1, 2, 3, 4, 5], Array(repeating: 7, count: 40)])
        var cover = request
        cover.task = .cover
        cover.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
        cover.coverNoiseStrength = 0.5
        cover.steps = 6
        cover.shift = 1
        cover.reference = cover.source
        try await expectAgreement(turbo, cover)
        var extended = cover
        extended.task = .repaint
        extended.coverNoiseStrength = 0
        extended.regions = [RepaintRegion(start: 0.5, end: 12)]
        try await expectAgreement(turbo, extended)
    }

    @Test func guidanceAndStepsWeigh() async throws {
        let base = try await load("base-xl-bf16")
        func share(_ change: (inout ACEStepRequest) -> Void) throws -> Double {
            var request = request
            request.duration = 2
            change(&request)
            return try #require(try base.stages(of: request.neutral).first { $0.stage == .diffuse }).weight
        }
        let plain = try share { $0.guidanceScale = 1 }
        #expect(try share { $0.guidanceScale = 4 } == 2 * plain)
        #expect(
            try share {
                $0.guidanceScale = 1
                $0.solver = .heun
            } == 2 * plain)
        #expect(
            try share {
                $0.guidanceScale = 1
                $0.steps = 6
            } == 2 * plain)
        #expect(
            try share {
                $0.guidanceScale = 1
                $0.duration = 20
            } > 5 * plain)
    }

    // MARK: Regions

    @Test(arguments: [MusicTask.repaint, .lego]) func badRegionsAreFoundBeforeAnyWork(_ task: MusicTask) async throws {
        let backend = try await load("base-xl-bf16")
        var bad = ACEStepRequest(prompt: "x")
        bad.task = task
        bad.tracks = task == .lego ? [.drums] : []
        bad.source = AudioInput(path: "source", audio: try Clip.read("source-48000.wav"))
        bad.regions = [RepaintRegion(start: 500, end: 510)]
        let error = #expect(throws: MusicError.self) { try backend.resolve(bad.neutral) }
        #expect(error?.code == .invalidRequest && error?.message.contains("500") == true)
    }
}
