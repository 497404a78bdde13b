import Foundation
import Testing

/// Little of everything, closed streams, files that may not be read: an error with a reason.
///
/// Never a hang, and never a success without its result. The time limit is for a program that never ends.
@Suite("Limits", .timeLimit(.minutes(10)))
struct LimitTests {
    let folder: TemporaryFolder
    private static let song = "--model $model --duration 0.4 --steps 1 --seed 5 -q"

    init() throws {
        folder = try TemporaryFolder()
    }

    private func run(_ line: String, environment: [String: String] = [:]) throws -> Vivace.Outcome {
        try ShellRun.run(line, in: folder.url, environment: environment)
    }

    private func expectError(
        _ outcome: Vivace.Outcome, _ word: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
        let last = outcome.errors.split(separator: "\n").last ?? ""
        #expect(
            last.hasPrefix("vivace: error: ") && last.contains(word), "\(outcome.errors)",
            sourceLocation: sourceLocation)
    }

    // MARK: Output

    @Test(
        "a result that can't be written is a failure",
        arguments: [
            "models list", "models list --json", "models path builtin", "--help", "--version", "generate --help",
            "info song.wav", "info song.wav --json", "codes song.wav --model $model", "spectrogram song.wav -o s.png",
            "generate x \(song) -o out.wav", "generate x \(song) -o out.wav --json", "doctor",
        ])
    func output(_ arguments: String) throws {
        try #require(try run("$vivace generate x \(Self.song) -o song.wav").status == 0)
        expectError(try run("$vivace \(arguments) > /dev/full"), "the disk is full")
        expectError(try run("$vivace \(arguments) >&-"), "standard output")
        // A reader that has enough is none.
        let piped = try run("$vivace \(arguments) | true; exit ${PIPESTATUS[0]}")
        #expect(piped.status == 0 && piped.errors.isEmpty, "\(piped.errors)")
    }

    @Test("a result that is larger than files may be is a failure")
    func size() throws {
        expectError(try run("ulimit -f 1; $vivace models list --json > list.json"), "size limit")
    }

    @Test("notes that can't be written are no failure, and no file becomes a stream")
    func notes() throws {
        for (number, redirection) in ["2> /dev/full", "2>&-", "2> >(true)", "<&- 2>&-"].enumerated() {
            let song = Self.song.replacing(" -q", with: "")
            let outcome = try run("$vivace generate x \(song) -o song\(number).wav \(redirection)")
            #expect(outcome.status == 0)
            #expect(outcome.output == "song\(number).wav\n")
        }
        let songs = try (0..<4).map { try Data(contentsOf: folder["song\($0).wav"]) }
        #expect(Set(songs).count == 1)
    }

    // MARK: Input

    @Test("what can't be read from standard input is no empty text")
    func input() throws {
        let generate = "$vivace generate x \(Self.song) -o song.wav"
        expectError(try run("\(generate) --lyrics-file - < /"), "lyrics can't be read from standard input")
        expectError(try run("\(generate) --lyrics-file - <&-"), "lyrics can't be read from standard input")
        expectError(try run("\(generate) --audio-codes @- <&-"), "audio-codes can't be read from standard input")
        expectError(try run("$vivace generate --request - \(Self.song) < /"), "request can't be read")
        #expect(folder.names.isEmpty)
        // One that was read and is empty is said to be.
        let empty = try run("\(generate.replacing(" -q", with: "")) --lyrics-file - < /dev/null")
        #expect(empty.status == 0 && empty.errors.contains("the lyrics are empty"), "\(empty.errors)")
        let read = try run("printf 'la la' | \(generate.replacing("song.wav", with: "sung.wav")) --lyrics-file -")
        #expect(read.status == 0)
        #expect(try Data(contentsOf: folder["sung.wav"]) != Data(contentsOf: folder["song.wav"]))
    }

    // MARK: Names

    @Test("songs that are made at the same time each get a name of their own")
    func names() throws {
        let generate = "$vivace generate"
        let alone = try run("for i in 1 2 3; do \(generate) \"prompt $i\" \(Self.song) & done; wait")
        #expect(Set(alone.output.split(separator: "\n")) == ["song-5.flac", "song-5-2.flac", "song-5-3.flac"])
        #expect(folder.names == ["song-5-2.flac", "song-5-3.flac", "song-5.flac"])
        let batch = try run(
            "for i in 1 2; do \(generate) \"prompt $i\" \(Self.song) --batch 2 -o b.wav & done; wait")
        let numbered = (1...4).map { "b-\($0).wav" }
        #expect(batch.output.split(separator: "\n").map(String.init).sorted() == numbered)
        let pictures = try run("for i in 1 2 3; do $vivace spectrogram b-1.wav & done; wait")
        #expect(Set(pictures.output.split(separator: "\n")) == ["b-1.png", "b-1-2.png", "b-1-3.png"])
        #expect(folder.names.count == 3 + 4 + 3)
    }

    // MARK: Limits

    @Test("little address space", .enabled(if: LimitTests.isLinux), arguments: (4..<18).map { $0 * 50 })
    func memory(megabytes: Int) throws {
        let outcome = try run(
            "ulimit -v \(megabytes * 1000); exec $vivace generate x \(Self.song) -o song.wav")
        if outcome.status != 0 { expectError(outcome, "memory") }
        #expect(folder.names == (outcome.status == 0 ? ["song.wav"] : []))
    }

    @Test("few descriptors", arguments: 4...12)
    func descriptors(count: Int) throws {
        let outcome = try run(
            "ulimit -n \(count); exec $vivace generate x \(Self.song) -o song.wav")
        if outcome.status != 0 { expectError(outcome, "ulimit -n") }
        #expect(folder.names == (outcome.status == 0 ? ["song.wav"] : []))
        if count == 4 { #expect(outcome.status != 0) }
        if count == 12 { #expect(outcome.status == 0, "\(outcome.errors)") }
    }

    @Test(
        "few threads", .enabled(if: LimitTests.canBecomeNobody, "only root may become somebody without processes"),
        arguments: 1...12)
    func threads(count: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
        let user = 47_000 + count
        let outcome = try run(
            "exec setpriv --reuid \(user) --regid \(user) --clear-groups bash -c "
                + "'ulimit -u \(count); exec $vivace generate x \(Self.song) --threads 1 -o song.wav'",
            environment: ["HOME": folder.url.path])
        if outcome.status != 0 { expectError(outcome, "ulimit -u") }
        if count == 1 { #expect(outcome.status != 0) }
        if count == 12 { #expect(outcome.status == 0, "\(outcome.errors)") }
    }

    // MARK: Permissions

    @Test(
        "what may not be read is not called missing",
        .enabled(if: LimitTests.canBecomeNobody, "only root may become somebody else"),
        arguments: ["model_index.json", "vae", "vae/config.json", "tokenizer/tokenizer.json", "transformer", ""])
    func permissions(_ path: String) throws {
        let model = folder["m"]
        try FileManager.default.copyItem(at: Repository.builtin, to: model)
        _ = try run("chmod 777 . && chmod -R a+rX m && chmod 000 ./m/\(path)")
        let outcome = try run(
            "exec setpriv --reuid 47000 --regid 47000 --clear-groups $vivace generate x "
                + "\(Self.song.replacing("$model", with: "./m")) -o song.wav",
            environment: ["HOME": folder.url.path])
        expectError(outcome, "may not be read")
        #expect(outcome.errors.contains("permissions") && !outcome.errors.contains("download"), "\(outcome.errors)")
    }

    // MARK: Signals

    @Test(
        "one signal ends a song that waits for the reader of its pipe, or for its player, and the player",
        arguments: [("INT", "--stream p.wav"), ("TERM", "--stream p.wav"), ("TERM", "--play")])
    func waiting(signal: String, option: String) throws {
        // A player that reads nothing and doesn't end; it says that it runs, and under which number.
        try FileManager.default.createDirectory(at: folder["bin"], withIntermediateDirectories: true)
        try Data("#!/bin/sh\necho $$ > \"$started\"\nexec sleep 1000\n".utf8).write(to: folder["bin/aplay"])
        let outcome = try run(
            """
            chmod +x bin/aplay; mkfifo p.wav pause
            export started=started PATH="$PWD/bin:$PATH"
            exec 9<> pause
            $vivace generate x \(Self.song) -o song.wav \(option) 9>&- &
            until [ -e song.wav ] && { [ -s started ] || [ "\(option)" != --play ]; }; do read -t 0.05 -u 9; done
            kill -\(signal) $!; wait $!; status=$?
            while [ -s started ] && kill -0 $(cat started) 2> none; do read -t 0.05 -u 9; done
            exit $status
            """)
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(outcome.errors == "vivace: error: cancelled\n")
    }

    static let isLinux: Bool = {
        #if os(Linux)
            true
        #else
            false
        #endif
    }()

    /// Whether this process may run programs as other users.
    static let canBecomeNobody = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
}
