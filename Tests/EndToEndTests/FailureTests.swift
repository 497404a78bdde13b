import Foundation
import Testing

/// What must fail, and how: one line that says what to do, the right exit code, nothing left behind.
@Suite("Failures")
struct FailureTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func generate(_ arguments: [String], model: String = Repository.builtin.path) throws -> Vivace.Outcome {
        try Vivace.run(
            ["generate", "calm piano", "--model", model, "--steps", "1", "--duration", "1", "--quiet"] + arguments,
            in: folder.url)
    }

    private func expectFailure(
        _ outcome: Vivace.Outcome, status: Int32, mentioning words: [String], leaving names: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
        for word in words {
            #expect(outcome.errors.contains(word), "\(word): \(outcome.errors)", sourceLocation: sourceLocation)
        }
        #expect(folder.names == names, sourceLocation: sourceLocation)
    }

    @Test(
        "parameters out of range",
        arguments: [
            (["--duration", "10000"], "duration"),
            (["--duration", "nan"], "duration"), (["--duration", "inf"], "duration"), (["--bpm", "29"], "bpm"),
            (["--bpm", "100000"], "bpm"), (["--steps", "0"], "steps"), (["--steps", "1000000"], "steps"),
            (["--shift", "0"], "shift"), (["--shift", "-1"], "shift"), (["--shift", "nan"], "shift"),
            (["--timesteps", "0.5,0.9"], "timesteps"), (["--timesteps", "2,1"], "timesteps"),
            (["--timesteps", "nan"], "timesteps"), (["--timesteps", "1,x"], "timesteps"),
            (["--batch", "9"], "batch"), (["--batch", "0"], "batch"), (["--seed", "1.5"], "seed"),
            (["--seed", "x"], "seed"),
            (["--time-signature", "7"], "time"), (["--key", "H major"], "key"),
            (["--guidance-scale", "nan"], "guidance"), (["--timesteps", "0"], "zeros"), (["--bpm", "0x78"], "bpm"),
            (["--threads", "2.5"], "--threads is the text \"2.5\"; give a whole number from 1 to 1024"),
            (["--threads", "0"], "--threads is 0; use 1 to 1024"), (["--quantize", "q4"], "q8"),
            (["--lyrics", "a", "--instrumental"], "instrumental"), (["--lyrics", "a", "--lyrics-file", "b"], "lyrics"),
            (["--output", "song.xyz"], "xyz"), (["--output", "song"], "extension"),
            (["--output", "song.mp3", "--bit-depth", "24"], "bit depth"), (["--save-latents", "l.txt"], "latents"),
        ])
    func ranges(_ arguments: [String], word: String) throws {
        expectFailure(try generate(arguments), status: 2, mentioning: [word])
    }

    @Test(
        "wrong usage",
        arguments: [["generate", "x", "--nonsense"], ["nonsense"], ["generate", "x", "--dtype", "f8"], ["generate"]])
    func usage(_ arguments: [String]) throws {
        let outcome = try Vivace.run(arguments, in: folder.url)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("vivace: error: "))
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }

    @Test("models that are not there, or are no models")
    func models() throws {
        expectFailure(try generate([], model: folder["none"].path), status: 1, mentioning: ["none"])
        expectFailure(try generate([], model: "no-such-short-name"), status: 1, mentioning: ["no-such-short-name"])
        try FileManager.default.createDirectory(at: folder["empty"], withIntermediateDirectories: true)
        expectFailure(
            try generate([], model: folder["empty"].path), status: 1, mentioning: ["empty"], leaving: ["empty"])
    }

    @Test("lyrics that are no text")
    func lyrics() throws {
        expectFailure(try generate(["--lyrics-file", "gone.txt"]), status: 1, mentioning: ["gone.txt"])
        try Data([0xFF, 0xFE, 0x00, 0x9A]).write(to: folder["words.txt"])
        expectFailure(
            try generate(["--lyrics-file", "words.txt"]), status: 1, mentioning: ["words.txt", "UTF-8"],
            leaving: ["words.txt"])
        expectFailure(
            try generate(["--lyrics-file", "."]), status: 1, mentioning: ["folder"], leaving: ["words.txt"])
        try Data(repeating: 0x61, count: 2 << 20).write(to: folder["words.txt"])
        expectFailure(
            try generate(["--lyrics-file", "words.txt"]), status: 1, mentioning: ["1 MiB"], leaving: ["words.txt"])
    }

    @Test("places that can't be written are refused before the work")
    func outputs() throws {
        expectFailure(try generate(["--output", "no/such/song.wav"]), status: 1, mentioning: ["no/such"])
        try FileManager.default.createDirectory(at: folder["song.wav"], withIntermediateDirectories: true)
        expectFailure(
            try generate(["--output", "song.wav"]), status: 1, mentioning: ["folder"], leaving: ["song.wav"])
        try Data().write(to: folder["file"])
        expectFailure(
            try generate(["--output", "file/song.flac"]), status: 1, mentioning: ["file is a file"],
            leaving: ["file", "song.wav"])
        expectFailure(
            try generate(["--noise-latents", "gone.npy"]), status: 1, mentioning: ["gone.npy can't be found"],
            leaving: ["file", "song.wav"])
    }

    @Test(
        "an empty name is no folder",
        arguments: [
            ["info", ""], ["codes", ""], ["understand", ""], ["spectrogram", ""], ["waveform", ""],
            ["generate", "x", "--output", ""], ["generate", "x", "--from", ""], ["generate", "x", "--stream", ""],
            ["generate", "x", "--save-latents", ""], ["generate", "--request", ""],
            ["generate", "x", "--lyrics-file", ""], ["extract", "", "--tracks", "drums", "--output", "a"],
            ["extract", "a.wav", "--tracks", "drums", "--output", ""], ["bgm", ""],
            ["create", "x", "--generate", "--output", ""],
        ])
    func emptyNames(_ arguments: [String]) throws {
        let environment = ["VIVACE_OFFLINE": "1", "HF_HUB_CACHE": folder["none"].path]
        let outcome = try Vivace.run(arguments, in: folder.url, environment: environment)
        expectFailure(outcome, status: 2, mentioning: [" is empty; name a file"])
    }

    @Test("a pipe takes one song")
    func pipeOfABatch() throws {
        #expect(mkfifo(folder["pipe"].path, 0o600) == 0)
        expectFailure(
            try generate(["--batch", "2", "--stream", "pipe"]), status: 2, mentioning: ["a pipe takes one song"],
            leaving: ["pipe"])
    }

    @Test(
        "checkpoints that lie",
        arguments: [
            "truncated", "no-weights", "huge-header", "wrong-shape", "config-garbage", "missing-tokenizer",
        ])
    func checkpoints(_ damage: String) throws {
        let source = Repository.fixtures.appendingPathComponent("checkpoints/turbo-f32/diffusers")
        let model = folder["model"]
        try FileManager.default.copyItem(at: source, to: model)
        let weights = model.appendingPathComponent("transformer/diffusion_pytorch_model.safetensors")
        switch damage {
        case "truncated":
            let data = try Data(contentsOf: weights)
            try data.prefix(data.count / 2).write(to: weights)
        case "no-weights":
            try FileManager.default.removeItem(at: weights)
        case "huge-header":
            var data = try Data(contentsOf: weights)
            data.replaceSubrange(0..<8, with: Data(repeating: 0x7F, count: 8))
            try data.write(to: weights)
        case "wrong-shape":
            let config = model.appendingPathComponent("transformer/config.json")
            var json = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: config)) as? [String: Any])
            json["hidden_size"] = 44
            try JSONSerialization.data(withJSONObject: json).write(to: config)
        case "config-garbage":
            try Data("{\"hidden_size\": ".utf8).write(to: model.appendingPathComponent("vae/config.json"))
        default:
            try FileManager.default.removeItem(at: model.appendingPathComponent("tokenizer/tokenizer.json"))
        }
        expectFailure(try generate([], model: model.path), status: 1, mentioning: [model.path], leaving: ["model"])
    }

    @Test("Ctrl-C ends with 130 and leaves no file")
    func interruption() throws {
        let outcome = try Vivace.run(
            [
                "generate", "calm piano", "--model", Repository.builtin.path, "--duration", "120", "--steps", "200",
                "--output", "song.flac",
            ], in: folder.url, interruptAfter: "denoising, step 1/")
        #expect(outcome.status == 130)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("cancelled"))
        #expect(folder.names.isEmpty)
    }

    @Test(
        "a full disk is said to be full, and the old file stays",
        .enabled(if: FailureTests.canMount, "only root may mount a small disk"))
    func fullDisk() throws {
        let mount = folder["disk"]
        try FileManager.default.createDirectory(at: mount, withIntermediateDirectories: true)
        try #require(Self.mountSmallDisk(mount.path))
        defer { Self.unmount(mount.path) }
        try Data("old".utf8).write(to: mount.appendingPathComponent("song.wav"))
        let outcome = try generate(["--output", "disk/song.wav"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("song.wav") && outcome.errors.contains("space"), "\(outcome.errors)")
        #expect(try Data(contentsOf: mount.appendingPathComponent("song.wav")) == Data("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: mount.path) == ["song.wav"])
    }

    @Test("info on what is no song")
    func info() throws {
        try Data("no audio".utf8).write(to: folder["a.wav"])
        for name in ["a.wav", "gone.wav"] {
            let outcome = try Vivace.run(["info", name], in: folder.url)
            expectFailure(outcome, status: 1, mentioning: [name], leaving: ["a.wav"])
        }
    }

    /// Whether this process may mount: found out by doing it once.
    static let canMount: Bool = {
        guard let folder = try? TemporaryFolder(), mountSmallDisk(folder.url.path) else { return false }
        unmount(folder.url.path)
        return true
    }()

    private static func mountSmallDisk(_ path: String) -> Bool {
        shell("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path) == 0
    }

    private static func unmount(_ path: String) { _ = shell("umount", path) }

    private static func shell(_ arguments: String...) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
