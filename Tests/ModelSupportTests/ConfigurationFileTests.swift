import Foundation
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Errors in configuration files name file and field.
struct ConfigurationFileTests {
    private struct Configuration: Decodable {
        struct Part: Decodable {
            let size: Int
            let rates: [Double]
        }
        let name: String
        let part: Part
    }

    private func message(_ text: String) throws -> String {
        try Fixtures.withTemporaryFolder { folder in
            let parent = folder.appendingPathComponent("vae")
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            let url = parent.appendingPathComponent("config.json")
            try Data(text.utf8).write(to: url)
            let error = #expect(throws: MusicError.self) {
                try ConfigurationFile.decode(Configuration.self, at: url)
            }
            return try #require(error).message
        }
    }

    @Test(
        arguments: [
            (#"{"name": "x"}"#, "vae/config.json: missing field 'part'"),
            (#"{"name": "x", "part": {"rates": []}}"#, "vae/config.json: missing field 'part.size'"),
            (#"{"name": 1}"#, "vae/config.json: field 'name' is not a string"),
            (#"{"name": "x", "part": {"size": "y"}}"#, "vae/config.json: field 'part.size' is not a whole number"),
            (#"{"name": "x", "part": {"size": 1, "rates": [1, "y"]}}"#, "field 'part.rates[1]' is not a number"),
            (#"{"name": "x", "part": null}"#, "vae/config.json: field 'part' is null"),
            ("[]", "vae/config.json: the top level is not of the expected type"),
            ("{", "vae/config.json: not valid JSON"),
            ("", "vae/config.json is empty (0 bytes), not a JSON document"),
            ("<html>", "vae/config.json is a web page, not a JSON document"),
            (
                "version https://git-lfs.github.com/spec/v1\nsize 500\n",
                "vae/config.json is a Git LFS pointer to a file of 500 B, not a JSON document"
            ),
        ])
    func errorsNameTheField(_ text: String, _ expected: String) throws {
        #expect(try message(text).hasSuffix(expected))
    }

    @Test func absentFilesAreNamed() {
        let error = #expect(throws: MusicError.self) {
            try ConfigurationFile.decode(
                Configuration.self, at: URL(fileURLWithPath: "/nowhere/transformer/config.json"))
        }
        #expect(error?.code == .invalidCheckpoint)
        #expect(error?.message.hasPrefix("/nowhere/transformer/config.json can't be found") == true)
        #expect(error?.advice == "copy or download the checkpoint again")
    }

    @Test func valuesOutOfRangeAreNamed() {
        let error = #expect(throws: MusicError.self) { try ConfigurationCheck.require("head_dim", 0, in: 1...8) }
        #expect(error?.message == "Configuration field 'head_dim' is 0, outside 1 to 8")
    }
}
