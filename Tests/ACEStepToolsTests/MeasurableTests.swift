import ACEStep
import ACEStepTools
import Foundation
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// The family's models as `vivace bench` sees them.
struct MeasurableTests {
    private let options = LoadOptions(precision: .float32, device: .cpu)
    private let workload = BenchmarkWorkload(
        duration: 0.6, batchSize: 2, steps: 3, textTokens: 7, lyricTokens: 5, repeats: 2)

    private func location(_ path: String) -> ModelLocation {
        ModelLocation(name: path, directory: Fixtures.url(path))
    }

    @Test(arguments: BenchmarkStage.ofModel)
    func stagesOfAModelAreMeasured(_ stage: BenchmarkStage) async throws {
        let model: any MusicBackend = try await ACEStepBackend.load(
            location("checkpoints/turbo-f32/official"), options: options)
        let measurable = try #require(model as? any Measurable)
        let measured = try await measurable.measure(stage, workload)
        #expect(measured.stage == stage && measured.seconds.count == 2)
        #expect(measured.operations > 0)
    }

    @Test func stagesOfTheLanguageModelAreRefusedByTheOther() async throws {
        let model = try await ACEStepBackend.load(location("checkpoints/turbo-f32/official"), options: options)
        let error = await #expect(throws: MusicError.self) { try await model.measure(.plannerStep, workload) }
        #expect(error?.code == .unsupported)
    }
}
