import Foundation
public import MusicCore

/// How many songs to make, from which seeds, and in what form, with the names and defaults of ACE-Step's
/// `GenerationConfig`.
public struct GenerationConfig: Sendable, Equatable {
    /// Number of songs, 1 to 8.
    public var batchSize: Int
    /// Whether the language model writes the codes of several songs side by side.
    public var allowLmBatch: Bool
    /// Whether all seeds are drawn, whatever ``seeds`` says.
    public var useRandomSeed: Bool
    /// One seed per song; songs without one, or with one below 0, draw theirs.
    public var seeds: [Seed]?
    /// Songs whose codes the language model writes side by side, at most.
    public var lmBatchChunkSize: Int
    /// Refused where it is true: there is no such report.
    public var constrainedDecodingDebug: Bool
    /// `flac`, `wav`, `wav32`, `mp3`, `opus` or `ogg`.
    public var audioFormat: String

    public init(
        batchSize: Int = 2, allowLmBatch: Bool = false, useRandomSeed: Bool = true, seeds: [Seed]? = nil,
        lmBatchChunkSize: Int = 8, constrainedDecodingDebug: Bool = false, audioFormat: String = "flac"
    ) {
        self.batchSize = batchSize
        self.allowLmBatch = allowLmBatch
        self.useRandomSeed = useRandomSeed
        self.seeds = seeds
        self.lmBatchChunkSize = lmBatchChunkSize
        self.constrainedDecodingDebug = constrainedDecodingDebug
        self.audioFormat = audioFormat
    }
}

extension GenerationConfig: Codable {
    static let table = FieldTable<GenerationConfig>([
        Field("batch_size", \.batchSize, .integer(RequestLimits.batchSize)),
        Field("allow_lm_batch", \.allowLmBatch, .flag),
        Field("use_random_seed", \.useRandomSeed, .flag),
        Field("seeds", \.seeds, .list(.custom(expected: "a whole number"))),
        Field("lm_batch_chunk_size", \.lmBatchChunkSize, .integer(0...64)),
        Field("constrained_decoding_debug", \.constrainedDecodingDebug, .flag),
        Field("audio_format", \.audioFormat, .text),
    ])

    public init(from decoder: any Decoder) throws {
        self.init()
        _ = try Self.table.read(try [String: JSONValue](from: decoder), into: &self)
    }

    public func encode(to encoder: any Encoder) throws { try object.encode(to: encoder) }

    /// All fields by name, as `dataclasses.asdict` gives them.
    public var object: [String: JSONValue] { Self.table.object(of: self) }
}
