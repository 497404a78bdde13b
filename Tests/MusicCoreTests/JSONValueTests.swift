import Foundation
import MusicCore
import Testing

/// JSON values, which keep what they hold.
struct JSONValueTests {
    private func again(_ value: JSONValue) throws -> JSONValue {
        // In a list, as not every reader takes a bare value.
        let json = try JSONEncoder().encode([value])
        return try #require(try JSONDecoder().decode([JSONValue].self, from: json).first)
    }

    @Test(
        arguments: [
            .null, true, false, 0, -1, .integer(.min), .integer(.max), .unsigned(.max), .unsigned(1 << 63), 0.5, -2.25,
            1e-6, "", "a \"b\" \\ \u{1F3B5}\n", "1", "true", [], [1, "two", 0.5, [.null, true]], .object([:]),
            .object(["a": 1, "b": [.object(["c": .null])]]),
        ] as [JSONValue])
    func valuesSurvive(_ value: JSONValue) throws {
        #expect(try again(value) == value)
    }

    @Test func wholeNumbersAreWholeWhateverTheyWere() throws {
        #expect(try again(.number(2)).numberValue == 2)
        #expect(try again(.number(1e300)).numberValue == 1e300)
    }

    @Test func documentsAreRead() throws {
        let json = #"{"a": 18446744073709551615, "b": 9223372036854775807, "c": 1e-3, "d": null, "e": [true, "x"]}"#
        let object = try JSONDecoder().decode([String: JSONValue].self, from: Data(json.utf8))
        #expect(
            object == ["a": .unsigned(.max), "b": .integer(.max), "c": 0.001, "d": .null, "e": [true, "x"]])
    }

    @Test func unsignedNumbersHaveOneForm() {
        #expect(JSONValue(7 as UInt64) == .integer(7))
        #expect(JSONValue(UInt64(Int64.max)) == .integer(.max))
        #expect(JSONValue(UInt64(Int64.max) + 1) == .unsigned(1 << 63))
    }

    @Test(
        arguments: [
            (.null, "null", ""), (true, "true", "true"), (3, "the number 3", "3"), (0.5, "the number 0.5", "0.5"),
            (.number(4), "the number 4", "4"), ("x", "the text \"x\"", "x"), ([1], "a list", ""),
            (.object([:]), "an object", ""),
            (.unsigned(.max), "the number 18446744073709551615", "18446744073709551615"),
        ] as [(JSONValue, String, String)])
    func valuesHaveWords(_ value: JSONValue, _ described: String, _ plain: String) {
        #expect(value.described == described)
        #expect(value.plainText == plain)
    }

    @Test func typesOfFieldsComeBack() {
        #expect(String(json: "x".json) == "x")
        #expect(Bool(json: true.json) == true)
        #expect(Int(json: (-3).json) == -3)
        #expect(UInt64(json: UInt64.max.json) == UInt64.max)
        #expect(Double(json: 0.5.json) == 0.5)
        #expect([Int](json: [1, 2].json) == [1, 2])
        // Whole numbers are numbers too, and nothing else is what it is not.
        #expect(Double(json: .integer(2)) == 2)
        #expect(Int(json: .number(2)) == nil)
        #expect(String(json: 1) == nil)
        #expect(UInt64(json: .integer(-1)) == nil)
        #expect([Int](json: [1, "x"]) == nil)
        #expect((nil as Int?).json == .null)
        #expect((3 as Int?).json == .integer(3))
        #expect(MusicRequest.Normalization(json: "none") == MusicRequest.Normalization.none)
        #expect(MusicRequest.Normalization.peak.json == .text("peak"))
        #expect(MusicRequest.Normalization(json: "loud") == nil)
    }
}
