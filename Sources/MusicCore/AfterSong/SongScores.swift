/// How well a song does what it was asked to, as far as programs can tell.
public struct SongScores: Sendable, Equatable, Codable {
    /// How well attention follows the lyrics in pure noise, 0 to 1; `nil` where nothing is sung.
    public var lmScore: Double?
    /// How well attention follows the lyrics in the finished song, 0 to 1; likewise.
    public var ditScore: Double?
    /// What a language model hears; `nil` where none was loaded.
    public var heard: HeardScore?
    /// What is measured in the sound itself.
    public var measures: AudioMeasures?

    public init(
        lmScore: Double? = nil, ditScore: Double? = nil, heard: HeardScore? = nil, measures: AudioMeasures? = nil
    ) {
        self.lmScore = lmScore
        self.ditScore = ditScore
        self.heard = heard
        self.measures = measures
    }

    private enum CodingKeys: String, CodingKey {
        case lmScore = "lm_score"
        case ditScore = "dit_score"
        case heard = "pmi"
        case measures
    }
}

/// How much better a language model tells what was asked for from a song's audio codes than from nothing.
public struct HeardScore: Sendable, Equatable {
    /// From 0 to 1, by what was asked for: `caption` and `lyrics` by how much the codes help, the others by how near
    /// the model's guesses are.
    public var conditions: [String: Double]

    public init(conditions: [String: Double]) { self.conditions = conditions }

    /// Weights of caption, lyrics and everything else; those of what isn't there are left out.
    private static let weights = (caption: 0.5, lyrics: 0.3, others: 0.2)

    /// All conditions as one number from 0 to 1; 0 if there are none.
    public var reward: Double {
        let others = conditions.filter { $0.key != "caption" && $0.key != "lyrics" }.values
        let parts: [(score: Double, weight: Double)] = [
            conditions["caption"].map { ($0, Self.weights.caption) },
            conditions["lyrics"].map { ($0, Self.weights.lyrics) },
            others.isEmpty ? nil : (others.reduce(0, +) / Double(others.count), Self.weights.others),
        ].compactMap { $0 }
        let total = parts.reduce(0) { $0 + $1.weight }
        return total > 0 ? parts.reduce(0) { $0 + $1.score * $1.weight / total } : 0
    }
}

extension HeardScore: Codable {
    private enum CodingKeys: String, CodingKey {
        case conditions
        case reward = "global"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(conditions: try values.decode([String: Double].self, forKey: .conditions))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(conditions, forKey: .conditions)
        try values.encode(reward, forKey: .reward)
    }
}
