import Foundation
import MusicCore
import Testing

/// Faults in JSON documents are told by line, column and kind.
struct JSONTextTests {
    @Test(
        arguments: [
            ("{\"a\": NaN}", "line 1, column 7", "no NaN"),
            ("{\"a\": \"x\" \"b\": 2}", "line 1, column 11", "a comma"),
            ("{\"a\": 1,\n \"b\": 2,\n // note\n \"c\": 3}", "line 3, column 2", "no comments"),
            ("{'a': 1}", "line 1, column 2", "double quotes"),
            ("{\"ä\": tru}", "line 1, column 7", "'t'"),
            ("{\"a\": 1", "line 1, column 8", "the end"),
            ("{\"a\": 1} 2", "line 1, column 10", "the end"),
            ("{\"a\": -Infinity}", "line 1, column 7", "no Infinity"),
            ("{\"a\": None}", "line 1, column 7", "null"),
            ("", "", "empty"), (" \n", "", "empty"),
        ])
    func faultsHaveAPlace(_ text: String, _ place: String, _ reason: String) throws {
        let error = #expect(throws: MusicError.self) { try JSONText.read(Data(text.utf8), what: "The request") }
        #expect(place.isEmpty || error?.message.contains(place) == true)
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func valuesKeepTheirDigits() throws {
        let text = "\u{FEFF}{\"seed\": 18446744073709551615, \"x\": [1, 2.5, null, true, \"é\"]}"
        let value = try JSONText.read(Data(text.utf8), what: "The request")
        #expect(value == .object(["seed": .unsigned(.max), "x": [1, 2.5, .null, true, "é"]]))
    }

    @Test func otherValuesThanObjectsAreNamed() {
        let error = #expect(throws: MusicError.self) { try RequestDocument(json: Data("[1]".utf8)) }
        #expect(error?.message == "The request is a list")
    }
}
