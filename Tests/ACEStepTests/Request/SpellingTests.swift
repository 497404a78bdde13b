import ACEStep
import MusicCore
import Testing

/// Keys and languages in the spelling with which models were trained.
struct SpellingTests {
    @Test(
        arguments: [
            ("Am", "A minor"), ("a minor", "A minor"), ("A-min", "A minor"), ("AMin", "A minor"),
            ("A_minor", "A minor"),
            ("AM", "A major"), ("C", "C major"), ("Ebmaj", "Eb major"), ("bb", "Bb major"), ("b", "B major"),
            ("Bbm", "Bb minor"), ("c# MINOR", "C# minor"), ("C sharp minor", "C# minor"), ("E-flat major", "Eb major"),
            ("C♯m", "C# minor"), (" G  major ", "G major"), ("D ionian", "D major"), ("e aeolian", "E minor"),
            ("A minor key", "A minor"), ("Fis", nil), ("F##", nil), ("H", nil), ("Amajor7", nil), ("A minorr", nil),
            ("I", nil), ("A B", nil),
        ] as [(String, String?)])
    func keysComeInTheTrainedSpelling(_ text: String, _ expected: String?) {
        #expect(KeyScale.read(text) == expected.map { .known($0) } ?? .unknown)
    }

    @Test func everyKeyOfThePlannerStaysAsItIs() {
        for key in PlanValues.keyscales { #expect(KeyScale.read(key) == .known(key)) }
        #expect(PlanValues.keyscales.count == 70)
    }

    @Test(arguments: ["", "  ", "N/A", "auto", "None", "unknown"]) func someTextsSayNothing(_ text: String) throws {
        #expect(KeyScale.read(text) == .open)
        let request = try ACEStepRequest(
            MusicRequest(
                options: ["keyscale": .text(text), "timesignature": .text(text), "bpm": .text(text)]))
        #expect(request.keyScale == nil && request.timeSignature == nil && request.bpm == nil)
    }

    @Test(arguments: [0, -1, "0", " -1 ", "", "Auto", .null] as [JSONValue]) func aTempoMaySayNothing(
        _ value: JSONValue
    ) throws {
        #expect(try ACEStepRequest(MusicRequest(options: ["bpm": value].filter { $0.value != .null })).bpm == nil)
    }

    @Test(arguments: [[120], .object([:]), true, "fast", 29, 1.5] as [JSONValue]) func otherTempiAreRefused(
        _ value: JSONValue
    ) {
        let error = #expect(throws: MusicError.self) { try ACEStepRequest(MusicRequest(options: ["bpm": value])) }
        #expect(error?.field == "bpm" && error?.advice.contains("30 to 300") == true)
    }

    @Test func aKeyWithoutTrainingIsPointedOut() throws {
        let request = try ACEStepRequest(MusicRequest(prompt: "a", options: ["keyscale": "d Dorian"]))
        #expect(request.keyScale == "D dorian")
        #expect(try request.validate().contains { $0.contains("D dorian") && $0.contains("trained") })
        #expect(try ACEStepRequest(MusicRequest(prompt: "a", options: ["keyscale": "Am"])).validate().isEmpty)
    }

    @Test(
        arguments: [
            ("EN", "en"), ("zh-CN", "zh"), ("zh_Hant_TW", "zh"), ("pt-BR", "pt"), ("en-US", "en"), ("jp", "ja"),
            ("cn", "zh"), ("Chinese", "zh"), ("german", "de"), ("日本語", "ja"), ("Español", "es"), ("deu", "de"),
            ("fre", "fr"), ("zh-HK", "yue"), ("yue", "yue"), ("Cantonese", "yue"), ("auto", "unknown"),
            ("Unknown", "unknown"), ("Portuguese (Brazil)", "pt"),
            ("Bengali", "bn"), ("Bangla", "bn"), ("Mandarin Chinese", "zh"), ("simplified chinese", "zh"),
            ("Brazilian Portuguese", "pt"), ("Latin American Spanish", "es"), ("Bahasa Indonesia", "id"),
            ("American English", "en"), ("Serbian Latin", "sr"), ("sr-Latin", "sr"), ("zxx", "unknown"), ("se", nil),
            ("HK", "yue"), ("Azeri", "az"), ("Punjabi", "pa"), ("sign language", nil),
            ("klingon", nil), ("xx", nil), ("qq-QQ", nil),
            ("not a language", nil),
        ] as [(String, String?)])
    func languagesComeAsCodes(_ text: String, _ expected: String?) {
        #expect(VocalLanguage.code(text) == expected)
    }

    @Test func everyLanguageOfThePlannerIsItself() {
        for code in PlanValues.languages { #expect(VocalLanguage.code(code) == code) }
    }

    @Test func aLanguageWithoutTrainingIsPointedOut() throws {
        func notices(_ language: String) throws -> [String] {
            try ACEStepRequest(
                MusicRequest(prompt: "a", options: ["lyrics": "la", "vocal_language": .text(language)])
            ).validate()
        }
        #expect(try notices("klingon").contains { $0.contains("klingon") && $0.contains("yue") })
        #expect(try notices("jp").isEmpty)
    }

    @Test func metresComeAsBeats() throws {
        for (text, beats) in [("6/8", "6"), ("4 / 4", "4"), ("3", "3")] {
            let request = try ACEStepRequest(MusicRequest(options: ["timesignature": .text(text)]))
            #expect(request.timeSignature == beats)
        }
    }

    @Test func genresGoBehindTheCaption() throws {
        let options: [String: JSONValue] = ["tags": "rock, Synth Pop,"]
        let request = try ACEStepRequest(MusicRequest(prompt: "slow synth pop", options: options)).withGenres()
        #expect(request.prompt == "slow synth pop, rock" && request.genres.isEmpty)
        #expect(try ACEStepRequest(MusicRequest(options: options)).withGenres().prompt == "rock, Synth Pop")
    }
}
