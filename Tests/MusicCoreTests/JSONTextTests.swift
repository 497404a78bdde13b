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
            ("{\"a\": 1e400}", "line 1, column 7", "within ±1.8e308"),
            ("{\"a\": [1, -1e999]}", "line 1, column 11", "too large"),
            ("{\"a\": +1}", "line 1, column 7", "not '+1'"), ("{\"a\": 0120}", "line 1, column 7", "not '0120'"),
            ("{\"a\": .5}", "line 1, column 7", "such as 120, -0.5 or 1e3"), ("{\"a\": 1.}", "column 7", "not '1.'"),
            ("{\"a\": 1e}", "column 7", "not '1e'"), ("{\"a\": -}", "column 7", "such as"),
            ("{\"a\": 1 2}", "column 9", "a comma"),
            ("{\"a\": \"\\ud800\"}", "line 1, column 7", "half a character"),
            ("{\"a\": 1,\n  \"b\": {\"c\": 1, \"c\": 2}}", "line 2, column 22", "'c' is given twice"),
            ("", "", "empty"), (" \n", "", "empty"),
        ])
    func faultsHaveAPlace(_ text: String, _ place: String, _ reason: String) throws {
        let error = #expect(throws: MusicError.self) { try JSONText.read(Data(text.utf8), what: "The request") }
        #expect(place.isEmpty || error?.message.contains(place) == true)
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func valuesKeepTheirDigits() throws {
        let text = "\u{FEFF}{\"seed\": 18446744073709551615, \"x\": [1, 2.5, null, true, \"é\", -0, 1e3, 2.0]}"
        let value = try JSONText.read(Data(text.utf8), what: "The request")
        #expect(value == .object(["seed": .unsigned(.max), "x": [1, 2.5, .null, true, "é", 0, 1000, 2]]))
    }

    @Test func textsAreInUTF8() {
        let bytes = Data("{\"a\": \"".utf8) + Data([0xFF]) + Data("\"}".utf8)
        let error = #expect(throws: MusicError.self) { try JSONText.read(bytes, what: "The request") }
        #expect(error?.message.contains("line 1, column 7: a text is not in UTF-8") == true, "\(error?.message ?? "")")
    }

    @Test func charactersComeAsTheyAreOrEscaped() throws {
        let text = #"{"a": "😀 \ud83d\ude00 � \ufffd \uFFFD \n"}"#
        let value = try JSONText.read(Data(text.utf8), what: "The request")
        #expect(value == .object(["a": .text("😀 😀 � � � \n")]))
    }

    @Test func otherValuesThanObjectsAreNamed() {
        let error = #expect(throws: MusicError.self) { try RequestDocument(json: Data("[1]".utf8)) }
        #expect(error?.message == "The request is a list")
    }
}
