import Foundation
import MusicCore
import Testing

/// Which frames of a song were made.
struct LatentMaskTests {
    @Test(
        arguments: [
            ([1, 1, 1], [0..<3]), ([0, 1, 1, 0, 1], [1..<3, 4..<5]), ([1, 0], [0..<1]), ([0, 0], []), ([], []),
        ] as [([Float], [Range<Int>])])
    func partsAreThoseOfTheValues(_ values: [Float], _ made: [Range<Int>]) throws {
        let mask = LatentMask(values)
        #expect(mask.frames == values.count && mask.made == made)
        #expect(mask.values == values)
        let json = try JSONEncoder().encode(mask)
        #expect(try JSONDecoder().decode(LatentMask.self, from: json) == mask)
    }

    @Test func inJSONPartsAreListsOfTwo() throws {
        let object =
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(LatentMask([0, 1, 1]))) as? [String: Any]
        #expect(object?["frames"] as? Int == 3)
        #expect(object?["made"] as? [[Int]] == [[1, 3]])
    }
}
