import Foundation
import MusicCore

/// How many songs to make, from which seeds, and in what form, with the names and defaults of ACE-Step's
/// `GenerationConfig`.
public struct GenerationConfig: Sendable, Codable, Equatable {
    /// Number of songs, 1 to 8.
    public var batchSize = 2
    /// Whether the language model plans several songs at once.
    public var allowLmBatch = false
    /// Whether all seeds are drawn, whatever ``seeds`` says.
    public var useRandomSeed = true
    /// One seed per song; songs without one, or with one below 0, draw theirs.
    public var seeds: Seeds?
    /// Songs that the language model plans at once.
    public var lmBatchChunkSize = 8
    /// Whether the language model reports how its output was held to the expected form.
    public var constrainedDecodingDebug = false
    /// `flac`, `wav`, `wav32`, `mp3`, `opus` or `ogg`.
    public var audioFormat = "flac"

    public init() {}

    /// Seeds as a list; in JSON also one whole number.
    public struct Seeds: Sendable, Codable, Equatable, ExpressibleByArrayLiteral {
        public var values: [Int]

        public init(_ values: [Int]) { self.values = values }

        public init(arrayLiteral elements: Int...) { values = elements }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(Int.self) {
                values = [one]
            } else {
                values = try container.decode([Int].self)
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(values)
        }
    }

    static let fields: [Field<GenerationConfig>] = [
        Field("batch_size", \.batchSize), Field("allow_lm_batch", \.allowLmBatch),
        Field("use_random_seed", \.useRandomSeed), Field("seeds", \.seeds),
        Field("lm_batch_chunk_size", \.lmBatchChunkSize),
        Field("constrained_decoding_debug", \.constrainedDecodingDebug), Field("audio_format", \.audioFormat),
    ]

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: FieldName.self)
        for field in Self.fields { try field.read(into: &self, from: values) }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: FieldName.self)
        for field in Self.fields { try field.write(self, to: &values) }
    }
}
