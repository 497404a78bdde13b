import MusicCore

/// Several takes of a song, of which the best are kept.
public struct BestOf: Sendable, Equatable {
    /// How many takes are made.
    public var takes: Int
    /// How many of them are kept.
    public var keep: Int

    /// How many takes there can be.
    public static let limits = 2...32

    public init(takes: Int, keep: Int = 1) {
        self.takes = takes
        self.keep = keep
    }

    /// Makes sure of numbers that go together, and of a request of which there can be takes.
    ///
    /// - Parameters:
    ///   - request: what is made.
    ///   - fields: those of the model's family.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func validate(_ request: MusicRequest, _ fields: [FieldDescription]) throws {
        guard Self.limits.contains(takes) else {
            throw MusicError.invalidField(
                "best_of", takes.json, "The field best_of is \(takes)",
                expected: "\(Self.limits.lowerBound) to \(Self.limits.upperBound)", verb: "use")
        }
        guard (1...takes).contains(keep) else {
            throw MusicError.invalidField(
                "keep", keep.json, "The field keep is \(keep)", expected: "1 to best_of, \(takes)", verb: "use")
        }
        guard fields.contains(where: { $0.name == "get_scores" }) else {
            throw MusicError(.unsupported, "Songs of this model can't be scored", advice: "make single songs")
        }
        guard request.batchSize == 1 || request.seeds.count == request.batchSize && request.seeds.count <= takes,
            !request.hasValuesOfSongs(fields), request.noise == nil
        else {
            throw MusicError(
                .invalidRequest, "Takes are of one song, and several are asked for",
                advice: "give one text, one batch and no noise", field: "batch_size")
        }
        guard request.output == .audio else {
            throw MusicError(
                .invalidRequest, "Takes are compared by their sound, and latents alone are asked for",
                advice: "ask for audio", field: "output_type", value: "latent", expected: "audio")
        }
    }
}
