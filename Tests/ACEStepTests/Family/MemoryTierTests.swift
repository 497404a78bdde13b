import ACEStep
import Foundation
import MusicCore
import Testing

/// What a machine's memory suits.
struct MemoryTierTests {
    private let tiers = ACEStepFamily().memoryTiers

    @Test(
        arguments: [
            // Bytes, tier, language model, seconds, songs.
            (0, 8, nil, 60, 1),
            (4_000_000_000, 8, nil, 60, 1),
            (8_000_000_000, 8, nil, 60, 1),
            // 14.88 GB is the least that counts as 16.
            (14_879_999_999, 8, nil, 60, 1),
            (14_880_000_000, 16, "0.6B", 120, 2),
            (16 << 30, 16, "0.6B", 120, 2),
            // 22.32 GB is the least that counts as 24.
            (22_319_999_999, 16, "0.6B", 120, 2),
            (22_320_000_000, 24, "1.7B", 300, 4),
            (24 << 30, 24, "1.7B", 300, 4),
            (32 << 30, 24, "1.7B", 300, 4),
            // 44.64 GB is the least that counts as 48.
            (44_639_999_999, 24, "1.7B", 300, 4),
            (44_640_000_000, 48, "4B", 600, 8),
            (48 << 30, 48, "4B", 600, 8),
            (1 << 40, 48, "4B", 600, 8),
        ] as [(Int, Int, String?, Double, Int)])
    func tiersByMemory(_ bytes: Int, _ gigabytes: Int, _ planner: String?, _ duration: Double, _ batch: Int) {
        let tier = tiers.tier(ofBytes: bytes)
        #expect(tier.gigabytes == gigabytes && tier.plannerSize == planner)
        #expect(tier.duration == duration && tier.batchSize == batch)
    }

    @Test func namesAreGigabytes() throws {
        #expect(tiers.all.map(\.gigabytes) == [8, 16, 24, 48])
        for tier in tiers.all { #expect(try tiers.tier(named: String(tier.gigabytes)) == tier) }
        for name in ["", "12", "16GB", "016"] {
            let error = #expect(throws: MusicError.self) { try tiers.tier(named: name) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.description.contains("8, 16, 24, 48") == true)
        }
    }

    @Test func whatGoesBeyondIsSaid() throws {
        let tier = try tiers.tier(named: "16")
        #expect(tier.notices(MusicRequest(prompt: "x", duration: 120, batchSize: 2)).isEmpty)
        #expect(tier.notices(MusicRequest(prompt: "x")).isEmpty)
        let long = tier.notices(MusicRequest(prompt: "x", duration: 121, batchSize: 2))
        #expect(long.count == 1 && long[0].contains("121 seconds") && long[0].contains("120"))
        let many = tier.notices(MusicRequest(prompt: "x", duration: 500, batchSize: 3))
        #expect(many.count == 2 && many[1].contains("3 songs") && many[1].contains("16 GB"))
    }

    @Test func jsonHasTheNamesOfTheDocuments() throws {
        let json = try JSONEncoder().encode(try tiers.tier(named: "24"))
        let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(object["lm"] as? String == "1.7B" && object["max_duration"] as? Double == 300)
        #expect(object["max_batch_size"] as? Int == 4 && object["gigabytes"] as? Int == 24)
    }
}
