/// One of several takes, and how it did.
public struct Take: Sendable, Equatable, Codable {
    public var seed: UInt64
    public var scores: SongScores?
    /// Why it is out of the question; `nil` if it isn't.
    public var rejection: String?
    /// Its place, from 1 on; `nil` if it is out of the question.
    public var rank: Int?
    /// Whether it was kept.
    public var isKept = false

    public init(seed: UInt64, scores: SongScores? = nil, rejection: String? = nil) {
        self.seed = seed
        self.scores = scores
        self.rejection = rejection
    }

    private enum CodingKeys: String, CodingKey {
        case seed, scores, rank
        case rejection = "rejected"
        case isKept = "kept"
    }

    /// Part of the samples at full scale from which on a take is out of the question.
    private static let mostClipped = 0.01

    /// What makes a song out of the question; `nil` if nothing does.
    public static func rejection(of scores: SongScores?) -> String? {
        guard let measures = scores?.measures else { return nil }
        if let fault = measures.fault { return fault }
        guard measures.clipped > mostClipped else { return nil }
        return "\(Int((measures.clipped * 100).rounded())) % of the samples are clipped"
    }

    /// Places of takes.
    ///
    /// Takes are ordered by what a language model hears and by how they follow their lyrics, each as the place among
    /// the takes, with equal weight; where nothing is known of either, by whether tempo and key are those that were
    /// asked for. Of equal ones the lower seed is first.
    ///
    /// - Returns: the takes with their places, in the order in which they came.
    public static func ranked(_ takes: [Take]) -> [Take] {
        let eligible = takes.indices.filter { takes[$0].rejection == nil }
        func places(_ value: (Take) -> Double?) -> [Int: Double]? {
            let values = eligible.compactMap { index in value(takes[index]).map { (index, $0) } }
            guard !values.isEmpty else { return nil }
            // What has no value stands behind all that have one.
            let last = Double(eligible.count)
            return Dictionary(
                uniqueKeysWithValues: eligible.map { index in
                    guard let own = value(takes[index]) else { return (index, last) }
                    return (index, Double(values.count { $0.1 > own }))
                })
        }
        var parts = [places { $0.scores?.heard?.reward }, places { $0.scores?.ditScore }].compactMap { $0 }
        if parts.isEmpty {
            parts = [
                places { take in
                    let fits = [take.scores?.measures?.tempoFits, take.scores?.measures?.keyFits].compactMap { $0 }
                    return fits.isEmpty ? nil : Double(fits.count { $0 })
                }
            ].compactMap { $0 }
        }
        let order = eligible.sorted { one, other in
            let (a, b) = (parts.reduce(0) { $0 + ($1[one] ?? 0) }, parts.reduce(0) { $0 + ($1[other] ?? 0) })
            return a == b ? takes[one].seed < takes[other].seed : a < b
        }
        var ranked = takes
        for (place, index) in order.enumerated() { ranked[index].rank = place + 1 }
        return ranked
    }
}
