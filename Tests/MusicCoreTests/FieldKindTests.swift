import MusicCore
import Testing

/// Values as documents, forms and command lines give them, and what fields make of them.
struct FieldKindTests {
    private func error(_ kind: FieldKind, _ value: JSONValue, _ field: String = "x") -> MusicError? {
        do {
            _ = try kind.normalized(value, field: field)
            return nil
        } catch {
            return error as? MusicError
        }
    }

    private func expect(
        _ kind: FieldKind, _ value: JSONValue, is expected: JSONValue, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let made = try kind.normalized(value, field: "x")
        #expect(made == expected, "\(value)", sourceLocation: sourceLocation)
    }

    // MARK: Texts

    @Test(arguments: [FieldKind.text, .longText, .data, .file]) func textsTakeNumbers(_ kind: FieldKind) throws {
        try expect(kind, "slow jazz", is: "slow jazz")
        try expect(kind, " ", is: " ")
        try expect(kind, 4, is: "4")
        try expect(kind, 0.5, is: "0.5")
        try expect(kind, 4.0, is: "4")
        try expect(kind, .unsigned(.max), is: "18446744073709551615")
        for value in [true, [], ["a"], .object([:]), .null] as [JSONValue] {
            #expect(error(kind, value)?.code == .invalidRequest, "\(value)")
        }
        #expect(error(kind, true)?.description == "The field x is true; give \(kind.expected)")
    }

    // MARK: Numbers

    private let bpm = FieldKind.integer(30...300)

    @Test func wholeNumbersMayBeTexts() throws {
        for value in [120, 120.0, "120", " 120 ", "120.0", "1.2e2"] as [JSONValue] {
            try expect(bpm, value, is: .integer(120))
        }
        try expect(bpm, 30, is: 30)
        try expect(bpm, "300", is: 300)
    }

    @Test(
        arguments: [
            ("abc", "the text \"abc\""), ("", "the text \"\""), ("1.5", "the text \"1.5\""),
            ("nan", "the text \"nan\""), ("inf", "the text \"inf\""), (1.5, "the number 1.5"),
            (.number(.nan), "the number nan"), (.number(.infinity), "the number inf"), (1e30, "the number 1e+30"),
            (true, "true"), ([120], "a list"), (.object(["a": 1]), "an object"), (.null, "null"),
        ] as [(JSONValue, String)])
    func whatIsNoWholeNumberIsRefused(_ value: JSONValue, _ described: String) throws {
        let failure = try #require(error(bpm, value, "bpm"))
        #expect(failure.code == .invalidRequest)
        #expect(failure.description == "The field bpm is \(described); give a whole number from 30 to 300")
        #expect(failure.field == "bpm" && failure.value == value.plainText)
        #expect(failure.expected == "a whole number from 30 to 300")
    }

    @Test(arguments: [29, 301, -120, "29", "9223372036854775807", .unsigned(.max), .integer(.min)] as [JSONValue])
    func wholeNumbersHaveARange(_ value: JSONValue) throws {
        let failure = try #require(error(bpm, value, "bpm"))
        #expect(failure.code == .invalidRequest)
        #expect(failure.description == "The field bpm is \(value.plainText); use 30 to 300")
        #expect(failure.field == "bpm" && failure.value == value.plainText && failure.expected == "30 to 300")
    }

    @Test func numbersMayBeTexts() throws {
        let kind = FieldKind.number(0...100)
        for value in [7, 7.0, "7", " 7.0 ", "0.7e1"] as [JSONValue] { try expect(kind, value, is: .number(7)) }
        try expect(kind, 0, is: .number(0))
        try expect(kind, 100, is: .number(100))
        try expect(.number(0...1e20), .unsigned(.max), is: .number(Double(UInt64.max)))
        for value in [-0.1, 100.5, .number(.nan), .number(.infinity), "nan", "-inf", "101"] as [JSONValue] {
            #expect(error(kind, value)?.description == "The field x is \(value.plainText); use 0 to 100")
        }
        for value in ["x", "", "1,5", true, [1], .object([:]), .null] as [JSONValue] {
            #expect(error(kind, value)?.advice == "give a number from 0 to 100", "\(value)")
        }
        #expect(error(.number(-0.5...1), "x")?.expected == "a number from -0.5 to 1")
    }

    @Test func seedsHaveAllTheirDigits() throws {
        try expect(.seed, 0, is: .integer(0))
        try expect(.seed, "7", is: .integer(7))
        try expect(.seed, 7.0, is: .integer(7))
        try expect(.seed, .integer(.max), is: .integer(.max))
        try expect(.seed, .unsigned(.max), is: .unsigned(.max))
        try expect(.seed, "18446744073709551615", is: .unsigned(.max))
        #expect(UInt64(json: try FieldKind.seed.normalized("18446744073709551615", field: "seed")) == .max)
        for value in [-1, "-1", "18446744073709551616", 0.5, "0.5", 1e30, "x", true, [1], .null] as [JSONValue] {
            #expect(error(.seed, value)?.advice == "give a whole number from 0 to 2^64 - 1", "\(value)")
        }
    }

    @Test func numbersInTextsAreThoseOfNumbers() throws {
        try expect(.seed, "42.0", is: .integer(42))
        try expect(.seed, "1e3", is: .integer(1000))
        // Nobody means hexadecimal digits, of which some look like decimal ones.
        for text in ["0x78", "0X78", "-0x1", "0x1p6"] as [JSONValue] {
            for kind in [bpm, .seed, .number(0...100)] {
                #expect(error(kind, text)?.advice.hasPrefix("give a") == true)
            }
        }
    }

    @Test(arguments: [.number(.nan), .number(.infinity), "nan", "-inf", "1e400"] as [JSONValue])
    func numbersWhoseRangeIsCheckedElsewhereAreFinite(_ value: JSONValue) {
        let failure = error(.number(-1e9...1e9), value, "duration")
        #expect(failure?.description == "The field duration is \(value.plainText); give a number that is finite")
    }

    @Test func textsOfListsMayHaveBracketsAndALastComma() throws {
        let kind = FieldKind.list(.number(0...1))
        for text in ["1,0.5", "[1, 0.5]", "1, 0.5,", " [1,0.5,] "] as [JSONValue] {
            try expect(kind, text, is: [1.0, 0.5])
        }
        try expect(kind, "[]", is: [])
        #expect(error(kind, "1,,0.5", "times")?.message == "The field times[2] is the text \"\"")
    }

    // MARK: Choices

    @Test func flagsAreWordsAndDigits() throws {
        for value in [true, 1, "true", "TRUE", " yes ", "on", "1"] as [JSONValue] {
            try expect(.flag, value, is: true)
        }
        for value in [false, 0, "false", "False", "no", "off", "0"] as [JSONValue] {
            try expect(.flag, value, is: false)
        }
        for value in [2, -1, 0.5, "maybe", "", [true], .object([:]), .null] as [JSONValue] {
            #expect(error(.flag, value)?.advice == "give true or false", "\(value)")
        }
        #expect(error(.flag, "maybe", "instrumental")?.message == "The field instrumental is the text \"maybe\"")
    }

    @Test func choicesAreNamesInAnyCase() throws {
        let kind = FieldKind.choice(["ode", "sde", "heun"])
        try expect(kind, "ode", is: "ode")
        try expect(kind, " HEUN", is: "heun")
        #expect(
            error(kind, "hein", "solver")?.description
                == "The field solver is \"hein\"; did you mean heun? give one of ode, sde, heun")
        #expect(
            error(kind, "a long way off", "solver")?.description
                == "The field solver is \"a long way off\"; give one of ode, sde, heun")
        #expect(
            error(kind, 3, "solver")?.description == "The field solver is the number 3; give one of ode, sde, heun")
    }

    // MARK: Lists

    @Test func listsMayBeTextsWithCommas() throws {
        let kind = FieldKind.list(.integer(0...9))
        for value in ["1, 2,3", "[1, 2, 3]", [1, 2, 3], ["1", 2, 3.0]] as [JSONValue] {
            try expect(kind, value, is: [1, 2, 3])
        }
        try expect(kind, 5, is: [5])
        for value in ["", " \n", []] as [JSONValue] { try expect(kind, value, is: []) }
        #expect(error(kind, [1, 12])?.description == "The field x[2] is 12; use 0 to 9")
        #expect(error(kind, "1,,2")?.message == "The field x[2] is the text \"\"")
        for value in [true, .object([:]), .null] as [JSONValue] {
            #expect(error(kind, value)?.advice == "give a list, each item a whole number from 0 to 9", "\(value)")
        }
        try expect(.list(.text), "drums, bass", is: ["drums", "bass"])
    }

    @Test func customValuesStayAsTheyAre() throws {
        for value in ["10-20", [[1, 2]], true, .object(["a": 1])] as [JSONValue] {
            try expect(.custom(expected: "anything"), value, is: value)
        }
        #expect(FieldKind.custom(expected: "anything").expected == "anything")
    }

    @Test func longTextsAreCutInMessages() throws {
        let failure = try #require(error(bpm, .text(String(repeating: "a", count: 1000))))
        #expect(failure.message.count < 120)
    }
}
