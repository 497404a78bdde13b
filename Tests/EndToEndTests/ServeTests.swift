import AudioFile
import Foundation
import LoopbackClient
import MusicCore
import Testing

/// `vivace serve`, the built program with the built-in model, as an operator runs it.
@Suite struct ServeTests {
    /// A server that runs until it is told to end.
    private final class Server {
        let client: Loopback
        private let process = Process()

        init(_ folder: URL, _ options: [String] = []) throws {
            process.executableURL = Vivace.binary
            process.arguments =
                [
                    "serve", "--port", "0", "--config-path", "builtin", "--data",
                    folder.appendingPathComponent("data").path,
                ]
                + options
            process.currentDirectoryURL = folder
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            var line = Data()
            while line.last != 10 {
                let piece = output.fileHandleForReading.availableData
                guard !piece.isEmpty else { throw LoopbackFailure.noConnection }
                line.append(piece)
            }
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            client = Loopback(port: Int(text.split(separator: ":").last ?? "") ?? 0)
        }

        /// Asks it to end.
        ///
        /// - Returns: the exit status.
        func end() -> Int32 {
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }

        deinit { process.terminate() }
    }

    private func end(of id: String, _ client: Loopback) async throws -> JSONValue {
        for try await _ in client.events("GET", "/v1/jobs/\(id)/events") {}
        return try await client.get("/v1/jobs/\(id)").json
    }

    /// A song of the server's is the song of the command line.
    @Test func aSongIsThatOfTheCommandLine() async throws {
        let folder = try TemporaryFolder()
        let server = try Server(folder.url)
        let request: JSONValue = .object([
            "caption": "calm piano", "duration": 10, "seed": 7, "thinking": false,
        ])
        let reply = try await server.client.post(
            "/v1/jobs", .object(["request": request, "audio_format": "wav", "parts": true]))
        try #require(reply.status == 202, "\(reply.text)")
        let job = try await end(of: reply.json["id"].plainText, server.client)
        #expect(job["status"] == "succeeded", "\(job["error"])")
        let audio = try await server.client.get(job["result"]["songs"][0]["url"].plainText)
        let song = folder.url.appendingPathComponent("song.wav")
        try audio.body.write(to: song)
        try JSONEncoder().encode(request).write(to: folder.url.appendingPathComponent("request.json"))
        let outcome = try Vivace.run(
            ["generate", "--request", "request.json", "--model", "builtin", "--output", "own.wav"], in: folder.url)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let own = try AudioFile.read(folder.url.appendingPathComponent("own.wav"))
        #expect(try AudioFile.read(song).channels == own.channels)
        let recipe = try Vivace.run(["info", "song.wav", "--json"], in: folder.url)
        #expect(recipe.output.contains("calm piano") && !recipe.output.contains(folder.url.path + "/data"))
        #expect(server.end() == 0)
    }

    /// What was taken on is done by the next server.
    @Test func whatWaitsSurvivesTheServer() async throws {
        let folder = try TemporaryFolder()
        var server = try Server(folder.url, ["--drain-seconds", "0"])
        var ids: [String] = []
        for number in 0..<2 {
            let reply = try await server.client.post(
                "/v1/jobs", .object(["request": .object(["caption": .text("song \(number)"), "duration": 10])]))
            ids.append(reply.json["id"].plainText)
        }
        #expect(server.end() == 0)
        server = try Server(folder.url)
        for id in ids { #expect(try await end(of: id, server.client)["status"] == "succeeded") }
        #expect(try await server.client.get("/v1/songs").json["total"] == 2)
        #expect(server.end() == 0)
        let list = try Vivace.run(["library", "list", "--data", "data"], in: folder.url)
        #expect(list.output.contains("song 0") && list.output.contains("song 1"))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.appendingPathComponent("data").path)
        where name.hasPrefix("jobs.sqlite") {
            try FileManager.default.removeItem(at: folder.url.appendingPathComponent("data/\(name)"))
        }
        let rebuilt = try Vivace.run(["library", "rebuild", "--data", "data"], in: folder.url)
        #expect(
            rebuilt.status == 0 && rebuilt.output.hasPrefix("2 songs; 2 added"), "\(rebuilt.output)\(rebuilt.errors)")
    }

    @Test func aServerForAllWithoutAKeyDoesNotBegin() throws {
        let folder = try TemporaryFolder()
        let outcome = try Vivace.run(
            ["serve", "--server_name", "0.0.0.0", "--port", "0", "--data", "data"], in: folder.url)
        #expect(outcome.status == 2 && outcome.errors.contains("without a key"))
        let key = try Vivace.run(["keys", "new", "anna", "--scope", "read"], in: folder.url)
        #expect(key.status == 0 && key.output.hasPrefix("vk_"))
        let again = try Vivace.run(["keys", "new", "anna"], in: folder.url)
        #expect(again.status == 2)
        #expect(try Vivace.run(["keys", "list"], in: folder.url).output == "anna: read\n")
        let text = try String(contentsOf: folder.url.appendingPathComponent("keys.toml"), encoding: .utf8)
        #expect(!text.contains(key.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
