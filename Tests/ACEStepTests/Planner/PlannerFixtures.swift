import ACEStep
import Foundation
import Tokenizers

/// What `tools/reference/make_planner_goldens.py` wrote.
enum PlannerFixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/planner")

    static func json<Value: Decodable>(_ name: String, _ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: "\(name).json")))
    }

    static func vocabulary() throws -> PlanVocabulary {
        let data = try Data(contentsOf: folder.appending(path: "tokenizer.json"))
        return try PlanVocabulary(Tokenizer(tokenizerJSON: data))
    }

    /// The seeded logits of the reference's runs: numbers from -6 to before 6.
    static func logits(seed: Int, step: Int, count: Int) -> [Float] {
        let start = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(step) &* 0xD1B5_4A32_D192_ED03
        return (0..<count).map { token in
            let value = mix(start &+ UInt64(token + 1) &* 0x9E37_79B9_7F4A_7C15)
            return Float(Double(value >> 40) / 0x1p24 * 12 - 6)
        }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A hash of ascending tokens.
    static func fingerprint(_ tokens: [Int]) -> UInt32 {
        var value: UInt32 = 2_166_136_261
        for token in tokens {
            for shift in [0, 8, 16, 24] { value = (value ^ UInt32(token >> shift & 0xFF)) &* 16_777_619 }
        }
        return value
    }
}

/// Random numbers for tests, the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
