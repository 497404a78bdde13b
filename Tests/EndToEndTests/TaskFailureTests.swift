import AudioFile
import Foundation
import MusicCore
import Testing

/// Requests for tasks that can't be met: one line each, and nothing left behind.
@Suite("Failures of tasks")
struct TaskFailureTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func expectFailure(
        _ arguments: [String], model: String = "turbo-f32", status: Int32, _ words: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = folder.names
        let checkpoint = Repository.fixtures.appendingPathComponent("checkpoints/\(model)/diffusers").path
        let outcome = try Vivace.run(
            arguments + ["--model", checkpoint] + (arguments[0] == "codes" ? [] : ["--quiet"]), in: folder.url)
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
        for word in words {
            #expect(outcome.errors.contains(word), "\(word): \(outcome.errors)", sourceLocation: sourceLocation)
        }
        #expect(folder.names == before, sourceLocation: sourceLocation)
    }

    private static let source = TaskTests.source

    @Test(
        "wrong parameters",
        arguments: [
            (["--task", "repaint", "--source", source, "--region", "20-10"], "start"),
            (["--task", "repaint", "--source", source, "--repainting-start", "1", "--repainting-end", "0.5"], "start"),
            (["--task", "repaint", "--source", source, "--region", "x"], "--region"),
            (["--task", "repaint", "--source", source, "--region", "5-6"], "after the end"),
            (["--task", "repaint", "--source", source, "--region", "0-nan"], "region"),
            (["--task", "repaint", "--source", source, "--region", "0-1", "--repainting-end", "1"], "--region"),
            (["--task", "repaint"], "source"), (["--task", "cover"], "source"),
            (["--task", "cover", "--source", source, "--region", "0-1"], "regions"),
            (["--task", "cover", "--source", source, "--cover-strength", "1.1"], "--cover-strength is 1.1"),
            (["--task", "cover", "--source", source, "--cover-noise-strength", "-1"], "--cover-noise-strength"),
            (["--task", "remix"], "remix"), (["--audio-codes", "none"], "--audio-codes"),
            (["--task", "repaint", "--source", source, "--audio-codes", "<|audio_code_1|>"], "audio codes"),
            (["--task", "cover", "--source", source, "--track", "drums"], "tracks"),
            (["--batch", "9"], "--batch"), (["--cfg-interval-start", "0.9", "--cfg-interval-end", "0.1"], "cfg"),
            (["--cfg-interval-end", "2"], "--cfg-interval-end"), (["--solver", "magic"], "magic"),
            (["--stream", "x.mp3"], "--stream"), (["--request", "a.json", "--from", "b.wav"], "--request"),
            (["--task", "repaint", "--source", source, "--region", "0-1", "--stream", "s.wav"], "stream"),
        ])
    func parameters(_ arguments: [String], _ word: String) throws {
        try expectFailure(
            ["generate", "calm piano", "--steps", "1", "-o", "song.wav"] + arguments, status: 2, [word])
    }

    @Test("tracks that are unknown, and models that can't")
    func tracks() throws {
        let start = ["generate", "x", "--task", "lego", "--source", Self.source, "-o", "song.wav", "--track"]
        try expectFailure(start + ["vocalz"], model: "base-xl-bf16", status: 2, ["did you mean vocals", "woodwinds"])
        try expectFailure(start + ["vocals"], status: 1, ["turbo", "base", "xl-base"])
        try expectFailure(
            ["extract", Self.source, "--tracks", "vocals", "-o", "stems"], status: 1, ["turbo", "xl-base"])
        try expectFailure(["extract", Self.source, "--tracks", "drums,drums", "-o", "stems"], status: 2, ["twice"])
    }

    @Test("sources that are empty, too long, silent, or no audio")
    func sources() throws {
        func cover(_ name: String, _ words: [String], status: Int32 = 1) throws {
            try expectFailure(
                ["generate", "x", "--task", "cover", "--source", name, "-o", "song.wav"], status: status, words)
            try expectFailure(["codes", name], status: status, words)
        }
        try Data([0x52, 0x49]).write(to: folder["cut.wav"])
        try cover("cut.wav", ["cut.wav"])
        try cover("gone.wav", ["gone.wav"])
        try Playfile.header(frames: 0).write(to: folder["empty.wav"])
        try cover("empty.wav", ["empty.wav", "no samples"])
        // Three hours: the header and a file with a hole.
        let frames = 3 * 3600 * 8000
        try Playfile.header(rate: 8000, frames: frames).write(to: folder["hours.wav"])
        let handle = try FileHandle(forWritingTo: folder["hours.wav"])
        try handle.truncate(atOffset: UInt64(44 + 2 * frames))
        try handle.close()
        try cover("hours.wav", ["10800", "600"])
        try Playfile.header(frames: 48_000).write(to: folder["silent.wav"])
        let silent = try FileHandle(forWritingTo: folder["silent.wav"])
        try silent.truncate(atOffset: UInt64(44 + 2 * 48_000))
        try silent.close()
        try cover("silent.wav", ["silent"])
    }

    @Test("documents with unknown fields and values")
    func documents() throws {
        for (json, word) in [
            (#"{"capton": "x"}"#, "did you mean caption"), (#"{"caption": []}"#, "caption"), ("[]", "is a list"),
            (#"{"batch_size": 9}"#, "batch_size"), (#"{"audio_format": "xyz"}"#, "audio_format"),
        ] {
            try Data(json.utf8).write(to: folder["request.json"])
            try expectFailure(["generate", "--request", "request.json"], status: 2, [word])
        }
        // With --json there is a document of the failure too.
        let outcome = try Vivace.run(["generate", "--request", "request.json", "--json"], in: folder.url)
        let json = try outcome.json()
        #expect(outcome.status == 2)
        #expect(json["success"] as? Bool == false && (json["error"] as? String)?.contains("xyz") == true)
    }
}

/// WAV files without samples.
private enum Playfile {
    static func header(rate: Int = 48_000, frames: Int) -> Data {
        func number<Value: FixedWidthInteger>(_ value: Value) -> Data {
            withUnsafeBytes(of: value.littleEndian) { Data($0) }
        }
        var data = Data("RIFF".utf8) + number(UInt32(36 + 2 * frames)) + Data("WAVEfmt ".utf8)
        data += number(UInt32(16)) + number(UInt16(1)) + number(UInt16(1)) + number(UInt32(rate))
        data += number(UInt32(2 * rate)) + number(UInt16(2)) + number(UInt16(16)) + Data("data".utf8)
        return data + number(UInt32(2 * frames))
    }
}
