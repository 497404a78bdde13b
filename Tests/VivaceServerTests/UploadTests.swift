import Foundation
import LoopbackClient
import MusicCore
import MusicJobs
import Testing
import VivaceServer

/// Files that are sent whole, and in pieces by the tus protocol.
@Suite struct UploadTests {
    private let piece = ["Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"]

    @Test func aWholeFileIsTakenIn() async throws {
        try await TestServer.run { server async throws in
            let reply = try await server.client.send(
                "POST", "/v1/uploads?name=voice.wav", ["Content-Type": "audio/wav"], Data("RIFFdata".utf8))
            #expect(reply.status == 201 && reply.json["bytes"] == 8 && reply.json["sample_rate"] == 8000)
            let id = reply.json["id"].plainText
            #expect(reply.headers["location"] == "/v1/uploads/\(id)")
            let job = try await server.client.post(
                "/v1/jobs",
                .object(["request": .object(["caption": "x", "task_type": "cover", "src_audio": .text(id)])]))
            #expect(job.status == 202)
            #expect(try await server.client.send("DELETE", "/v1/uploads/\(id)").status == 204)
            #expect(try await server.client.get("/v1/uploads/\(id)").status == 404)
            let wrong = try await server.client.send("POST", "/v1/uploads", [:], Data("#!/bin/sh".utf8))
            #expect(wrong.status == 400)
            #expect(try await server.client.send("POST", "/v1/uploads").status == 400)
        }
    }

    @Test func aFileInPiecesGoesOnWhereItEnded() async throws {
        try await TestServer.run { server async throws in
            let data = Data("RIFF".utf8) + Data((0..<100_000).map { UInt8($0 & 255) })
            let begin = try await server.client.send(
                "POST", "/v1/uploads",
                [
                    "Tus-Resumable": "1.0.0", "Upload-Length": String(data.count),
                    "Upload-Metadata": "filename \(Data("Größe.wav".utf8).base64EncodedString()),other",
                ])
            #expect(begin.status == 201 && begin.headers["tus-resumable"] == "1.0.0")
            #expect(begin.json["name"] == "Größe.wav")
            let place = try #require(begin.headers["location"])
            func append(_ range: Range<Int>, at offset: Int) async throws -> HTTPReply {
                try await server.client.send(
                    "PATCH", place, piece.merging(["Upload-Offset": String(offset)]) { $1 }, Data(data[range]))
            }
            #expect(try await append(0..<60_000, at: 0).headers["upload-offset"] == "60000")
            let head = try await server.client.send("HEAD", place, ["Tus-Resumable": "1.0.0"])
            #expect(head.headers["upload-offset"] == "60000" && head.headers["upload-length"] == String(data.count))
            #expect(head.headers["cache-control"] == "no-store")
            #expect(try await append(0..<10, at: 0).status == 409)
            #expect(try await append(0..<70_000, at: 60_000).status == 413)
            // What came of a piece before it was refused, or before a connection broke, counts.
            let offset = Int(try await server.client.send("HEAD", place).headers["upload-offset"] ?? "") ?? 0
            #expect(try await append(offset..<data.count, at: offset).status == 204)
            #expect(try await append(0..<1, at: data.count).status == 409)
            let upload = try await server.client.get(place).json
            #expect(upload["duration"] == 1 && upload["sha256"].plainText.count == 64)
        }
    }

    @Test func theProtocolIsKept() async throws {
        try await TestServer.run(uploads: Uploads.Limits(bytes: 1000)) { server async throws in
            let options = try await server.client.send("OPTIONS", "/v1/uploads")
            #expect(options.headers["tus-version"] == "1.0.0" && options.headers["tus-max-size"] == "1000")
            let begin = { (headers: [String: String]) in
                try await server.client.send("POST", "/v1/uploads", headers)
            }
            #expect(try await begin(["Upload-Length": "1001"]).status == 413)
            for length in ["0", "-1", "x", "1e3", "99999999999999999999"] {
                #expect([400, 413].contains(try await begin(["Upload-Length": length]).status), "\(length)")
            }
            #expect(try await begin(["Upload-Length": "5", "Tus-Resumable": "0.2.2"]).status == 412)
            #expect(try await begin(["Upload-Length": "5", "Upload-Metadata": "filename %%"]).status == 400)
            let place = try #require(try await begin(["Upload-Length": "5"]).headers["location"])
            let patch = { (headers: [String: String]) in
                try await server.client.send("PATCH", place, headers, Data("RIFFx".utf8))
            }
            #expect(try await patch(["Upload-Offset": "0"]).status == 415)
            #expect(try await patch(piece).status == 400)
            #expect(try await patch(piece.merging(["Upload-Offset": "0"]) { $1 }).status == 204)
            #expect(try await server.client.send("PATCH", "/v1/uploads/up_x", piece).status == 404)
            // The last piece tells that it is no audio.
            let other = try #require(try await begin(["Upload-Length": "4"]).headers["location"])
            let wrong = try await server.client.send(
                "PATCH", other, piece.merging(["Upload-Offset": "0"]) { $1 }, Data("text".utf8))
            #expect(wrong.status == 400)
            #expect(try await server.client.get(other).status == 404)
        }
    }
}
