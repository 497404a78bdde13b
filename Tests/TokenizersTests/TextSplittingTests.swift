import Foundation
import MusicCore
import Testing
import Tokenizers

/// Normalization and splitting by themselves, against the reference's.
@Suite struct TextSplittingTests {
    @Test func normalizationForms() throws {
        let rows = try Fixtures.json("normalization.json", [[String]].self)
        #expect(rows.count > 1500)
        for row in rows {
            let text = row[0].unicodeScalars.map(\.value)
            #expect(
                TextPipeline.normalized(text, "NFC") == row[1].unicodeScalars.map(\.value), "\(row[0].debugDescription)"
            )
            #expect(
                TextPipeline.normalized(text, "NFD") == row[2].unicodeScalars.map(\.value), "\(row[0].debugDescription)"
            )
        }
    }

    private struct Splits: Decodable {
        struct Case: Decodable {
            var pattern: String
            var behavior: String
            var invert: Bool
            var pieces: [[Int]]
        }
        var texts: [String]
        var cases: [Case]
    }

    @Test func patterns() throws {
        let splits = try Fixtures.json("splits.json", Splits.self)
        #expect(splits.cases.count > 70)
        for golden in splits.cases {
            let splitter = try TextPipeline.splitter(
                pattern: golden.pattern, behavior: golden.behavior, isInverted: golden.invert)
            for (text, pieces) in zip(splits.texts, golden.pieces) {
                let found = splitter(text.unicodeScalars.map(\.value)).map(\.count)
                #expect(
                    found == pieces, "\(golden.pattern) \(golden.behavior) \(golden.invert) \(text.debugDescription)")
            }
        }
    }

    @Test(arguments: [
        "a*", "a|", "(?=a)", "(?<!a)b", "^a", "a$", ".", #"\w+"#, #"\b"#, #"(a)\1"#, "[[:alpha:]]", "[a&&b]", "[a-[b]]",
        #"[\d-z]"#,
        "(", ")", "[a", "a{2}?", "a{3,1}", "a{0}", "a{1000}", "a+*", "a{,}", "{", "(a*)*", "(?:a|b?){2}c",
        "(?:a?){1,3}+", "(?i:ß)",
        "(?i:ss)",
        "(?i:[a-z])",
        "(?i:f)(?i:ﬁ)", "(?i)a", #"\p{Han}"#, #"\p{"#, #"\x{110000}"#, #"\uD800"#, #"\u12"#, #"\"#, "(?s:.)", "+",
        "(?i:first)",
        String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100),
    ])
    func unsupportedPatterns(pattern: String) throws {
        let error = #expect(throws: MusicError.self) {
            try TextPipeline.splitter(pattern: pattern, behavior: "Isolated", isInverted: false)
        }
        #expect(error?.code == .invalidCheckpoint)
        #expect(error?.message.contains("split pattern") == true)
    }
    /// A pattern that would try for years gives up, also in the middle of a look-ahead.
    @Test(arguments: ["(?:a+)+b", "(?!(?:a+)+b)c", "(?>(?:a|aa)+b)|c"])
    func explodingPatterns(pattern: String) throws {
        let splitter = try TextPipeline.splitter(pattern: pattern, behavior: "Isolated", isInverted: false)
        let text = String(repeating: "a", count: 48) + "c"
        let pieces = splitter(text.unicodeScalars.map(\.value))
        #expect(pieces.flatMap { $0 } == text.unicodeScalars.map(\.value))
    }
}
