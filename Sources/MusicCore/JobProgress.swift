/// How far a job is, as one number for all of its stages.
///
/// A job is a list of stages, each with a weight: its share of the whole, in whatever unit, such as expected seconds.
/// Stages run in the order of the list; one that begins tells that those before it are over. The fraction never falls.
///
/// ```swift
/// var progress = JobProgress(JobProgress.stages(songs: 2, steps: 8, tiles: 6))
/// progress.update(.diffuse, completed: 2, total: 16)
/// print(progress.fraction)
/// ```
public struct JobProgress: Sendable, Equatable {
    /// A part of a job.
    public struct Stage: Sendable, Equatable {
        public var stage: MusicStage
        /// How many units it has, such as steps, tiles or tokens; `nil` if that shows only when it runs.
        public var units: Int?
        /// Its share of the job, at least 0, in the unit of the other stages' weights.
        public var weight: Double

        /// - Parameters:
        ///   - stage: which it is.
        ///   - units: how many units it has; `nil` if that isn't known.
        ///   - weight: its share of the job; what is below 0 or not a number counts as 0.
        public init(_ stage: MusicStage, units: Int? = nil, weight: Double) {
            self.stage = stage
            self.units = units
            self.weight = weight.isFinite ? max(0, weight) : 0
        }
    }

    /// The stages in the order in which they run.
    public let stages: [Stage]
    /// The part of the job that is done, from 0 to 1.
    public private(set) var fraction = 0.0

    /// The weight of the stages before each.
    private let before: [Double]
    private let total: Double
    /// The stage that was heard of last.
    private var current = -1

    /// - Parameter stages: in the order in which they run.
    public init(_ stages: [Stage]) {
        self.stages = stages
        var sum = 0.0
        before = stages.map { stage in
            defer { sum += stage.weight }
            return sum
        }
        total = sum
    }

    /// Takes in that a stage began, and returns the fraction.
    @discardableResult
    public mutating func start(_ stage: MusicStage) -> Double { update(stage, completed: 0, total: nil) }

    /// Takes in how far a stage is, and returns the fraction.
    ///
    /// Stages that the job doesn't have change nothing, and neither do those that are over.
    ///
    /// - Parameters:
    ///   - stage: which.
    ///   - completed: units that are done.
    ///   - total: units that there are, if that is known by now; it counts for more than what the job was made with.
    ///     Without any number a stage that has done `n` units counts as `n / (n + 1)` of itself.
    @discardableResult
    public mutating func update(_ stage: MusicStage, completed: Int, total units: Int?) -> Double {
        guard let index = index(of: stage), total > 0 else { return fraction }
        current = index
        let done = Self.part(completed, of: units.flatMap { $0 > 0 ? $0 : nil } ?? stages[index].units)
        fraction = max(fraction, min(1, (before[index] + stages[index].weight * done) / total))
        return fraction
    }

    /// Takes in that everything is done.
    public mutating func finish() { fraction = 1 }

    /// The stage of that name that is running or comes next; a job may have a stage twice.
    private func index(of stage: MusicStage) -> Int? {
        if stages.indices.contains(current), stages[current].stage == stage { return current }
        return stages.indices.first { $0 > current && stages[$0].stage == stage }
    }

    private static func part(_ completed: Int, of units: Int?) -> Double {
        let completed = Double(max(0, completed))
        guard let units, units > 0 else { return 1 - 1 / (1 + completed) }
        return min(1, completed / Double(units))
    }
}

extension JobProgress {
    /// The language model's part in a job.
    public enum Planning: Sendable, Equatable {
        case none
        /// Tokens that it writes for all songs together; `nil` if that shows only when it is done.
        case tokens(Int?)
    }

    /// The stages of a job of which only the size is known.
    ///
    /// The weights are about the seconds that a CPU of 400 GFLOP/s takes with the published turbo model, whose decoder
    /// makes ten seconds of sound in a tile. A model that knows its own sizes gives better ones.
    ///
    /// - Parameters:
    ///   - planning: the language model's part, which comes first.
    ///   - songs: number of songs, at least 1.
    ///   - steps: denoising steps of each song.
    ///   - tiles: tiles that the decoder makes of each song; it stands for the song's length too.
    ///   - sourceTiles: tiles in which source audio is encoded; 0 without.
    public static func stages(
        planning: Planning = .none, songs: Int = 1, steps: Int, tiles: Int, sourceTiles: Int = 0
    ) -> [Stage] {
        let (songs, steps, tiles) = (max(1, songs), max(1, steps), max(1, tiles))
        var stages: [Stage] = []
        if case .tokens(let tokens) = planning {
            let expected = tokens ?? Typical.tokensPerTile * tiles * songs
            stages.append(Stage(.plan, units: tokens, weight: Double(expected) * Typical.token))
        }
        if sourceTiles > 0 {
            stages.append(Stage(.source, units: sourceTiles, weight: Double(sourceTiles) * Typical.tile))
        }
        return stages + [
            Stage(.encode, weight: Typical.encoding), Stage(.condition, weight: Typical.condition),
            Stage(
                .diffuse, units: songs * steps, weight: Double(songs * steps * tiles) * Typical.stepPerTile),
            Stage(.decode, units: songs * tiles, weight: Double(songs * tiles) * Typical.tile),
        ]
    }

    /// Seconds as measured (docs/benchmarks.md).
    public enum Typical {
        /// A token of one song by the language model of 0.6 billion weights.
        public static let token = 0.055
        /// The prompt through the text encoder.
        public static let encoding = 0.3
        /// Text, lyrics and timbre through the condition encoder.
        public static let condition = 1.5
        /// A denoising step, for each ten seconds of the song.
        public static let stepPerTile = 1.1
        /// Ten seconds through the decoder.
        public static let tile = 3.1

        static let tokensPerTile = 50
    }
}
