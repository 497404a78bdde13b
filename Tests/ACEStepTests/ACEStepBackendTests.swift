import ACEStep
import Foundation
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// The family as the rest of the program sees it.
struct ACEStepBackendTests {
    private let options = LoadOptions(precision: .float32, device: .cpu)
    private let request = MusicRequest(prompt: "slow jazz", duration: 0.6, seeds: [4, 5], batchSize: 2, steps: 3)

    private func load(_ name: String = "turbo-f32") async throws -> ACEStepBackend {
        try await ACEStepBackend.load(try TestCheckpoint(name, .official).location, options: options)
    }

    @Test func infoTellsWhatWasLoaded() async throws {
        let turbo = try await load().info
        #expect(turbo.family == "ace-step")
        #expect(turbo.variant == "turbo")
        #expect(turbo.precision == "f32")
        #expect(turbo.device == "cpu")
        #expect(turbo.parameterCount > 10_000)
        #expect(turbo.notice == nil)
        #expect(try await load("base-xl-bf16").info.variant == "base")
    }

    /// The backend of a turbo checkpoint with a `vivace.json`.
    private func load(remarks: String) async throws -> ACEStepBackend {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: Fixtures.url("checkpoints/turbo-f32/official"), to: folder)
        try Data(remarks.utf8).write(to: folder.appendingPathComponent("vivace.json"))
        return try await ACEStepBackend.load(ModelLocation(name: "demo", directory: folder), options: options)
    }

    @Test func noticeOfTheCheckpointIsPassedOn() async throws {
        let info = try await load(remarks: #"{"notice": "untrained demo weights: expect noise"}"#).info
        #expect(info.notice == "untrained demo weights: expect noise")
    }

    @Test func tasksOfTheCheckpointAreThoseItNames() async throws {
        var extract = ACEStepRequest(prompt: "x")
        extract.task = .extract
        extract.source = AudioInput(path: "source.wav", audio: try Clip.read("source-48000.wav"))
        extract.tracks = [.drums]
        var lego = extract
        lego.task = .lego
        let usual = try await load()
        #expect(throws: MusicError.self) { try usual.resolve(extract.neutral) }
        let trained = try await load(remarks: #"{"tasks": ["text2music", "extract"]}"#)
        #expect(try trained.resolve(extract.neutral).request.task == .extract)
        let error = #expect(throws: MusicError.self) { try trained.resolve(lego.neutral) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("wasn't trained for the task lego") == true)
    }

    @Test func remarksThatNameNoTaskAreRefused() async throws {
        let error = await #expect(throws: MusicError.self) { try await load(remarks: #"{"tasks": ["karaoke"]}"#) }
        #expect(error?.code == .invalidCheckpoint)
        #expect(error?.message.contains("vivace.json") == true)
    }

    @Test func eventsTellTheWholeStory() async throws {
        let backend = try await load()
        var events: [String] = []
        var result: MusicResult?
        for try await event in backend.generate(request) {
            switch event {
            case .resolved(let resolved):
                #expect(try ACEStepRequest(resolved).shift == 3)
                events.append("resolved")
            case .notice: events.append("notice")
            case .started(let stage): events.append(stage.rawValue)
            case .progress(let stage, let done, let total, _):
                events.append("\(stage.rawValue) \(done)/\(total)")
            case .preview, .audio: Issue.record("an event that was not asked for")
            case .finished(let finished): result = finished
            }
        }
        #expect(
            events == [
                "resolved", "notice", "encode", "condition", "diffuse", "diffuse 1/6", "diffuse 2/6", "diffuse 3/6",
                "diffuse 4/6", "diffuse 5/6", "diffuse 6/6", "decode", "decode 1/2", "decode 2/2",
            ])
        let finished = try #require(result)
        #expect(finished.songs.map(\.seed) == [4, 5])
        #expect(finished.request.seeds == [4, 5])
        #expect(Set(finished.seconds.keys) == [.encode, .condition, .diffuse, .decode])
        #expect(finished.seconds.values.allSatisfy { $0 > 0 })
    }

    @Test func levelsFollowTheRequest() async throws {
        let backend = try await load()
        func peak(_ normalization: MusicRequest.Normalization) async throws -> Float {
            var request = request
            request.normalization = normalization
            for try await event in backend.generate(request) {
                if case .finished(let result) = event { return result.songs[0].audio.peak }
            }
            return .nan
        }
        // -1 dBFS
        #expect(abs(try await peak(.peak) - 0.891_250_9) < 1e-6)
        let raw = try await peak(.none)
        #expect(raw > 0 && abs(raw - 0.891_250_9) > 1e-3)
    }

    @Test func sameRequestGivesTheSameBits() async throws {
        func samples() async throws -> [[Float]] {
            for try await event in try await load().generate(request) {
                if case .finished(let result) = event { return result.songs.flatMap(\.audio.channels) }
            }
            return []
        }
        let (one, other) = (try await samples(), try await samples())
        #expect(one.count == 4)
        #expect(one.map { $0.map(\.bitPattern) } == other.map { $0.map(\.bitPattern) })
    }

    @Test @MLXActor func cancellationStopsTheWorkWithinAStep() async throws {
        let run = try TestRun("turbo-f32", .official)
        let request = try run.resolver.resolve(try ACEStepRequest(request))
        var steps = 0
        let task = Task { @MLXActor in
            _ = try await run.pipeline.generate(request) { event in
                guard case .progress(.diffuse, let done, _, _) = event else { return }
                steps = done
                if done == 2 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(steps == 2)
    }

    /// Events of hundreds of steps would come, were the stream not told to end.
    @Test func cancellingEndsTheStream() async throws {
        let backend = try await load()
        var long = request
        (long.duration, long.steps) = (100, 200)
        let task = Task { [long] in
            var steps = 0
            for try await event in backend.generate(long) {
                switch event {
                case .progress(.diffuse, let done, _, _):
                    steps = done
                    withUnsafeCurrentTask { $0?.cancel() }
                case .finished: Issue.record("a cancelled generation has finished")
                default: break
                }
            }
            return steps
        }
        let steps = try await task.value
        #expect((1..<200).contains(steps), "\(steps) steps")
    }

    @Test func invalidRequestsEndTheStream() async throws {
        let backend = try await load()
        var invalid = request
        invalid.duration = 10_000
        let error = await #expect(throws: MusicError.self) {
            for try await _ in backend.generate(invalid) {}
        }
        #expect(error?.code == .invalidRequest)
        #expect(throws: MusicError.self) { try backend.resolve(invalid) }
    }

    @Test func generationsAtOnceGiveTheSameSong() async throws {
        let backend = try await load()
        let results = try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for try await event in backend.generate(request) {
                        if case .finished(let result) = event { return result.songs[0].audio.channels[0] }
                    }
                    return []
                }
            }
            return try await group.reduce(into: [[Float]]()) { $0.append($1) }
        }
        #expect(results.count == 4)
        #expect(Set(results).count == 1)
        #expect(!results[0].isEmpty)
    }
}
