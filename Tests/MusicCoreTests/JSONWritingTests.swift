import Foundation
import MusicCore
import Testing

/// JSON text out of values.
@Suite struct JSONWritingTests {
    @Test func valuesAreWrittenAsJSON() throws {
        let value: JSONValue = .object([
            "b": .list([.null, true, .integer(-3), .unsigned(.max), .number(0.1), .number(2), .number(1e300)]),
            "a\"\\": "line\n\ttab \u{1}\u{7F} é 🎵 /", "c": .object([:]), "d": .list([]),
        ])
        let text = JSONText.write(value)
        #expect(
            text
                == #"{"a\"\\":"line\n\ttab \u0001"# + "\u{7F}" + #" é 🎵 /","b":[null,true,-3,18446744073709551615,0.1,2,1e+300],"c":{},"d":[]}"#
        )
        #expect(try JSONText.read(Data(text.utf8), what: "It") == value)
        #expect(JSONText.write(.list([.number(.nan), .number(-.infinity)])) == "[null,null]")
    }

    /// Whatever is written is read as it was.
    @Test func whatIsWrittenIsReadAgain() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let value = Self.value(depth: 4, &generator)
            #expect(try JSONText.read(Data(JSONText.write(value).utf8), what: "It") == value)
            let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(JSONText.write(value).utf8))
            #expect(decoded == value)
        }
    }

    private static func value(depth: Int, _ generator: inout SystemRandomNumberGenerator) -> JSONValue {
        func text() -> String {
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0..<8, using: &generator)).compactMap { _ in
                        Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &generator))
                    }))
        }
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .flag(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .unsigned(.random(in: 0 ... .max, using: &generator))
        case 4: return .number(Double.random(in: -1e9...1e9, using: &generator))
        case 5: return .text(text())
        case 6: return .list((0..<3).map { _ in value(depth: depth - 1, &generator) })
        default:
            return .object(
                Dictionary((0..<3).map { _ in (text(), value(depth: depth - 1, &generator)) }) { first, _ in first })
        }
    }
}
