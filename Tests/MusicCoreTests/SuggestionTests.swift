import Foundation
import MusicCore
import Testing

/// Errors as data, and their words.
struct SuggestionTests {
    private static let all: [Suggestion] = [
        .set(field: "dtype", to: "bf16"), .give(field: "src_audio"), .leaveOut(field: "tracks"),
        .choose(field: "model", among: ["base", "xl-base"]), .didYouMean(["turbo", "xl-turbo"]),
        .install(models: ["turbo"], bytes: 6_334_000_000), .install(models: ["a/b", "c/d"]), .verify(model: "turbo"),
        .listModels, .anyOf([.set(field: "low_memory", to: "true"), .listModels]),
    ]

    @Test func errorsComeThroughJSON() throws {
        for suggestion in Self.all {
            let error = MusicError(
                .outOfMemory, "too large", advice: "use less", field: "dtype", value: "f32", expected: "bf16",
                suggestion: suggestion)
            let data = try JSONEncoder().encode(error)
            #expect(try JSONDecoder().decode(MusicError.self, from: data) == error)
        }
    }

    @Test func jsonNamesTheAction() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        #expect(try json(Self.all[0]) == #"{"action":"set","field":"dtype","value":"bf16"}"#)
        #expect(
            try json(Suggestion.anyOf([.listModels]))
                == #"{"action":"any_of","suggestions":[{"action":"list_models"}]}"#)
        #expect(
            try json(MusicError(.cancelled, "stopped")) == #"{"advice":"","code":"cancelled","message":"stopped"}"#)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Suggestion.self, from: Data(#"{"action":"verify","models":[]}"#.utf8))
        }
    }

    @Test(arguments: [
        (Suggestion.set(field: "dtype", to: "bf16"), "set dtype to bf16"),
        (.give(field: "src_audio"), "give src_audio"),
        (.leaveOut(field: "tracks"), "leave out tracks"),
        (.choose(field: "model", among: ["a", "b", "c"]), "set model to a, b or c"),
        (.didYouMean(["turbo"]), "did you mean turbo?"),
        (.install(models: ["turbo"], bytes: 6_334_000_000), "install the model turbo (about 6.33 GB)"),
        (.install(models: ["a/b", "c/d"]), "install the models a/b and c/d"),
        (.verify(model: "turbo"), "verify the files of the model turbo"), (.listModels, "look at the list of models"),
        (
            .anyOf([.set(field: "a", to: "1"), .set(field: "b", to: "2"), .set(field: "c", to: "3")]),
            "set a to 1, b to 2 or c to 3"
        ),
        (.anyOf([.set(field: "a", to: "1"), .listModels]), "set a to 1 or look at the list of models"),
        (.anyOf([]), ""),
    ])
    func neutralWords(_ suggestion: Suggestion, _ words: String) {
        #expect(MusicError(.internal, "m", suggestion: suggestion).advice(in: NeutralWording()) == words)
    }

    @Test func adviceAndSuggestionsAreOneText() {
        let error = MusicError(
            .modelNotFound, "no model 'x'", advice: "give a folder",
            suggestion: .anyOf([.listModels, .didYouMean(["y"])]))
        #expect(error.description == "no model 'x'; did you mean y? give a folder, or look at the list of models")
        #expect(MusicError(.internal, "m").description == "m")
        #expect(MusicError(.internal, "m", advice: "a").description == "m; a")
    }

    @Test func facesHaveWordsOfTheirOwn() {
        struct Shouting: ErrorWording {
            func phrase(for suggestion: Suggestion) -> String {
                NeutralWording().phrase(for: suggestion).uppercased()
            }
        }
        let error = MusicError(.internal, "m", advice: "a", suggestion: .anyOf([.listModels, .give(field: "f")]))
        #expect(error.description(in: Shouting()) == "m; a, or LOOK AT THE LIST OF MODELS or GIVE F")
    }
}
