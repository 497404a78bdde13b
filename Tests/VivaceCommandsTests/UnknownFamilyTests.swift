import Foundation
import MusicCore
import Testing

/// A family of which the command line knows nothing works through it.
struct UnknownFamilyTests {
    private func withModel(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tone-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("model"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("{}".utf8).write(to: folder.appendingPathComponent("model/tone.json"))
        try body(folder)
    }

    @Test func itsFieldsAreOptionsDocumentsAndRecipes() throws {
        try withModel { folder in
            func tone(_ arguments: String...) throws -> Program.Outcome {
                try Program.run(arguments, program: "ToneProbe", in: folder)
            }
            let made = try tone(
                "generate", "a", "--model", "./model", "--pitch", "300", "--duration", "0.5", "--seed", "5", "-o",
                "a.wav",
                "--json")
            #expect(made.status == 0, "\(made.errors)")
            let object = try #require(JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
            let parameters = try #require(object["parameters"] as? [String: Any])
            #expect(parameters["pitch"] as? Double == 300 && parameters["duration"] as? Double == 0.5)
            #expect((object["model_info"] as? [String: Any])?["family"] as? String == "tone")

            // What is printed is a request, and so is a document of somebody else.
            try Data(made.output.utf8).write(to: folder.appendingPathComponent("a.json"))
            let again = try tone("generate", "--request", "a.json", "-o", "b.wav", "-q")
            #expect(again.status == 0, "\(again.errors)")
            let document =
                #"{"prompt": "a", "frequency": "300", "audio_duration": "0.5", "seed": 5, "model": "./model"}"#
            try Data(document.utf8).write(to: folder.appendingPathComponent("c.json"))
            let read = try tone("generate", "--request", "c.json", "-o", "c.wav", "-q")
            #expect(read.status == 0, "\(read.errors)")
            let repeated = try tone("generate", "--from", "a.wav", "--model", "./model", "-o", "d.wav", "-q")
            #expect(repeated.status == 0, "\(repeated.errors)")
            func audio(_ name: String) throws -> Data {
                try Data(contentsOf: folder.appendingPathComponent(name)).suffix(44_100)
            }
            let first = try audio("a.wav")
            for name in ["b.wav", "c.wav", "d.wav"] {
                let other = try audio(name)
                #expect(other == first, "\(name)")
            }
            let info = try tone("info", "a.wav")
            #expect(info.output.contains("tone sine") && info.output.contains("pitch 300"))
        }
    }

    @Test func itsFieldsAreCheckedAndOthersRefused() throws {
        try withModel { folder in
            func failure(_ arguments: String...) throws -> String {
                let outcome = try Program.run(
                    ["generate", "a", "--model", "./model", "-o", "a.wav"] + arguments, program: "ToneProbe", in: folder
                )
                #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("a.wav").path))
                return outcome.errors
            }
            #expect(try failure("--pitch", "3").contains("use 20 to 20000"))
            #expect(try failure("--pitch", "high").contains("\"high\""))
            #expect(try failure("--lyrics", "la").contains("--lyrics"))
            let help = try Program.run(["generate", "--help"], program: "ToneProbe").output
            #expect(help.contains("Pitch of the tone"))
        }
    }
}
