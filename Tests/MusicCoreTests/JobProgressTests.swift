import MusicCore
import Testing

/// The fraction of a whole job, by hand and for any order of events.
struct JobProgressTests {
    private let stages = [
        JobProgress.Stage(.plan, weight: 2), JobProgress.Stage(.encode, weight: 1),
        JobProgress.Stage(.diffuse, units: 4, weight: 4), JobProgress.Stage(.decode, units: 2, weight: 1),
    ]

    @Test func stagesCountByTheirWeights() {
        var progress = JobProgress(stages)
        #expect(progress.fraction == 0)
        #expect(progress.update(.plan, completed: 1, total: 4) == 0.0625)
        #expect(progress.start(.encode) == 0.25)
        #expect(progress.start(.diffuse) == 0.375)
        #expect(progress.update(.diffuse, completed: 1, total: 4) == 0.5)
        // What the event says counts, and else what the job was made with.
        #expect(progress.update(.diffuse, completed: 3, total: 6) == 0.625)
        #expect(progress.update(.diffuse, completed: 3, total: nil) == 0.75)
        #expect(progress.update(.decode, completed: 1, total: 2) == 0.9375)
        #expect(progress.update(.decode, completed: 2, total: 2) == 1)
    }

    @Test func unknownTotalsApproachTheEnd() {
        var progress = JobProgress(stages)
        #expect(progress.update(.plan, completed: 1, total: nil) == 0.125)
        #expect(progress.update(.plan, completed: 3, total: 0) == 0.1875)
        #expect(progress.update(.plan, completed: 1_000_000, total: nil) < 0.25)
        #expect(progress.start(.encode) == 0.25)
    }

    @Test func nothingGoesBack() {
        var progress = JobProgress(stages)
        progress.update(.diffuse, completed: 2, total: 4)
        #expect(progress.fraction == 0.625)
        #expect(progress.update(.diffuse, completed: 1, total: 4) == 0.625)
        #expect(progress.update(.plan, completed: 1, total: 1) == 0.625)
        #expect(progress.update(.write, completed: 1, total: 1) == 0.625)
        #expect(progress.update(.decode, completed: -3, total: 2) == 0.875)
        #expect(progress.update(.decode, completed: 9, total: 2) == 1)
    }

    @Test func jobsWithoutWeightHaveTwoStates() {
        for stages in [[], [JobProgress.Stage(.diffuse, weight: -1), JobProgress.Stage(.decode, weight: .nan)]] {
            var progress = JobProgress(stages)
            #expect(progress.update(.diffuse, completed: 1, total: 1) == 0)
            progress.finish()
            #expect(progress.fraction == 1)
        }
    }

    @Test func anyEventsKeepItWithinBoundsAndGrowing() {
        var random = Numbers(state: 7)
        for _ in 0..<200 {
            let stages = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                JobProgress.Stage(
                    MusicStage.usual.randomElement(using: &random) ?? .plan,
                    units: Bool.random(using: &random) ? Int.random(in: -1...9, using: &random) : nil,
                    weight: Double.random(in: -1...5, using: &random))
            }
            var progress = JobProgress(stages)
            var last = 0.0
            for _ in 0..<50 {
                let fraction = progress.update(
                    MusicStage.usual.randomElement(using: &random) ?? .plan,
                    completed: Int.random(in: -2...12, using: &random),
                    total: Bool.random(using: &random) ? Int.random(in: -1...9, using: &random) : nil)
                #expect((0...1).contains(fraction) && fraction >= last, "\(stages)")
                last = fraction
            }
        }
    }

    @Test func jobsOfAKnownSizeHaveTheirUnits() {
        let stages = JobProgress.stages(planning: .tokens(302), songs: 2, steps: 8, tiles: 3, sourceTiles: 4)
        #expect(stages.map(\.stage) == [.plan, .source, .encode, .condition, .diffuse, .decode])
        #expect(stages.map(\.units) == [302, 4, nil, nil, 16, 6])
        let weights = Dictionary(uniqueKeysWithValues: stages.map { ($0.stage, $0.weight) })
        #expect(weights.values.allSatisfy { $0 > 0 })
        // Steps grow with songs, steps and length, decoding with songs and length.
        let half = JobProgress.stages(songs: 1, steps: 8, tiles: 3)
        #expect(half.map(\.stage) == [.encode, .condition, .diffuse, .decode])
        #expect(half[2].weight * 2 == weights[.diffuse] && half[3].weight * 2 == weights[.decode])
        #expect(JobProgress.stages(planning: .tokens(nil), steps: 8, tiles: 3)[0].units == nil)
        #expect(JobProgress.stages(steps: 0, tiles: 0).allSatisfy { $0.weight > 0 })
    }
}

/// The same numbers in every run.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
