import AudioFile
import Foundation
import MusicCore
import Testing

#if os(Linux)
    import Glibc
#endif

@Suite struct WriterTests {
    static let audio = AudioBuffer(sampleRate: 48_000, channels: Signal.music(channels: 2, rate: 48_000, count: 24_000))
    static let old = Data("what was there before".utf8)

    /// Checks that a write fails and leaves the old file, and nothing else.
    static func expectFailure(
        _ url: URL, in scratch: Scratch, _ code: MusicError.Code, _ word: String,
        at location: SourceLocation = #_sourceLocation, _ work: () throws -> Void
    ) throws {
        try old.write(to: url)
        let names = try scratch.names
        expectError(code, word, at: location, work)
        #expect(try Data(contentsOf: url) == old, sourceLocation: location)
        #expect(try scratch.names == names, sourceLocation: location)
    }

    // MARK: - Places

    @Test func placesOfAllKinds() throws {
        let scratch = try Scratch()
        let options = WriteOptions(tags: AudioTags(title: "x"))
        var deep = scratch.directory
        for _ in 0..<12 { deep.appendPathComponent(String(repeating: "d", count: 100)) }
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        let names = [
            "with space.wav", "日本語 🎵 é.flac", "-dash.mp3", "quote'\"$(x)`.opus", "percent%20.ogg", "a#b?c.wav",
            String(repeating: "n", count: 250) + ".opus",
        ]
        for directory in [scratch.directory, deep] {
            for name in names {
                let url = directory.appendingPathComponent(name)
                try AudioFile.write(Self.audio, to: url, options: options)
                #expect(try AudioFile.read(url).frameCount == Self.audio.frameCount)
                #expect(try AudioFile.readTags(url).title == "x")
                #expect(FileManager.default.fileExists(atPath: url.path))
            }
        }
        #expect(deep.path.utf8.count > 1200)
    }

    @Test func relativePaths() throws {
        let scratch = try Scratch()
        let current = FileManager.default.currentDirectoryPath
        let up = String(repeating: "../", count: current.split(separator: "/").count)
        let url = URL(fileURLWithPath: up + scratch.file("a.wav").path.dropFirst())
        #expect(!url.relativePath.hasPrefix("/"))
        try AudioFile.write(Self.audio, to: url)
        #expect(try AudioFile.read(url).frameCount == Self.audio.frameCount)
        #expect(try scratch.names == ["a.wav"])
        expectError(.unreadableInput, "can't read ../") {
            _ = try AudioFile.read(URL(fileURLWithPath: up + scratch.file("b.wav").path.dropFirst()))
        }
    }

    @Test func symbolicLinksAreFollowed() throws {
        let scratch = try Scratch()
        let (target, link) = (scratch.file("target.wav"), scratch.file("link.wav"))
        try Self.old.write(to: target)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "target.wav")
        try AudioFile.write(Self.audio, to: link)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "target.wav")
        #expect(try AudioFile.read(target).frameCount == Self.audio.frameCount)
        let dangling = scratch.file("dangling.wav")
        try FileManager.default.createSymbolicLink(atPath: dangling.path, withDestinationPath: "nowhere")
        expectError(.unwritableOutput, "symbolic link") { try AudioFile.write(Self.audio, to: dangling) }
        #expect(try scratch.names == ["dangling.wav", "link.wav", "target.wav"])
    }

    @Test func permissionsOfFiles() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        func mode() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
        }
        try AudioFile.write(Self.audio, to: url)
        let plain = scratch.file("plain")
        close(open(plain.path, O_CREAT | O_WRONLY, 0o666))
        let usual = try FileManager.default.attributesOfItem(atPath: plain.path)[.posixPermissions] as? Int
        #expect(try mode() == usual)
        #expect(chmod(url.path, 0o640) == 0)
        try AudioFile.write(Self.audio, to: url)
        #expect(try mode() == 0o640)
    }

    @Test func placesThatCannotBeWritten() throws {
        let scratch = try Scratch()
        let directory = scratch.file("directory.wav")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        try Self.old.write(to: scratch.file("file"))
        let pipe = scratch.file("pipe.wav")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        let names = try scratch.names
        let cases: [(URL, String)] = [
            (scratch.file("missing/a.wav"), "doesn't exist"), (scratch.file("file/a.wav"), "not a directory"),
            (directory, "is a directory"), (pipe, "not a regular file"),
            (scratch.file(String(repeating: "n", count: 300) + ".wav"), "too long"),
            (try #require(URL(string: "https://example.org/a.wav")), "not a place on this machine"),
            (URL(fileURLWithPath: "/proc/a.wav"), "can't write"),
        ]
        for (url, word) in cases {
            expectError(.unwritableOutput, word) { try AudioFile.write(Self.audio, to: url) }
        }
        #expect(try scratch.names == names)
    }

    @Test func forbiddenPlaces() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let url = scratch.file("a.wav")
            try WriterTests.old.write(to: url)
            #expect(chmod(url.path, 0o444) == 0 && chmod(scratch.directory.path, 0o777) == 0)
            if geteuid() == 0 { #expect(seteuid(65_534) == 0) }
            // A file that may not be written is not replaced either, though the directory would allow it.
            expectError(.unwritableOutput, "permissions") { try AudioFile.write(WriterTests.audio, to: url) }
            if getuid() == 0 { #expect(seteuid(0) == 0) }
            #expect(chmod(scratch.directory.path, 0o555) == 0)
            if geteuid() == 0 { #expect(seteuid(65_534) == 0) }
            expectError(.unwritableOutput, "permissions") {
                try AudioFile.write(WriterTests.audio, to: scratch.file("b.wav"))
            }
            if getuid() == 0 { #expect(seteuid(0) == 0) }
            #expect(chmod(scratch.directory.path, 0o755) == 0)
            #expect(try scratch.names == ["a.wav"])
            #expect(try Data(contentsOf: url) == WriterTests.old)
        }
    }

    // MARK: - Failures on the way

    @Test(arguments: AudioFormat.allCases, [Float.nan, .infinity, -.infinity])
    func samplesThatAreNoNumbers(_ format: AudioFormat, _ value: Float) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        var channels = Self.audio.channels
        channels[1][12_000] = value
        try Self.expectFailure(url, in: scratch, .numericalFailure, "channel 2 is \(value) at 0.250 s") {
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: channels), to: url)
        }
    }

    @Test(arguments: AudioFormat.allCases)
    func nothingToWrite(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        try Self.expectFailure(url, in: scratch, .unwritableOutput, "no samples") {
            try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [[], []]), to: url)
        }
    }

    @Test(arguments: AudioFormat.allCases)
    func unfinishedFilesVanish(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        try Self.old.write(to: url)
        do {
            let writer = try AudioFileWriter(url, sampleRate: 48_000, channelCount: 2)
            try writer.append(Self.audio.channels)
            #expect(try scratch.names.count == 2)
            #expect(try Data(contentsOf: url) == Self.old)
        }
        #expect(try scratch.names == [url.lastPathComponent])
        let writer = try AudioFileWriter(url, sampleRate: 48_000, channelCount: 2)
        try writer.append(Self.audio.channels)
        writer.abort()
        writer.abort()
        #expect(try scratch.names == [url.lastPathComponent])
        expectError(.internal, "given up") { try writer.append(Self.audio.channels) }
        expectError(.internal, "given up") { try writer.finish() }
        #expect(try Data(contentsOf: url) == Self.old)
    }

    @Test(arguments: AudioFormat.allCases)
    func cancelledTasksLeaveNothing(_ format: AudioFormat) async throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        try await Task {
            try Self.expectFailure(url, in: scratch, .cancelled, url.lastPathComponent) {
                let writer = try AudioFileWriter(url, sampleRate: 48_000, channelCount: 2)
                try writer.append(Self.audio.channels)
                withUnsafeCurrentTask { $0?.cancel() }
                try writer.append(Self.audio.channels)
            }
            try Self.expectFailure(url, in: scratch, .cancelled, url.lastPathComponent) {
                let writer = try AudioFileWriter(url, sampleRate: 48_000, channelCount: 2)
                try writer.finish()
            }
        }.value
    }

    /// The process may write files of a certain size only: the first blocks fit, then the header, the last block or the
    /// tags don't.
    @Test func fileSizeLimit() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            var limit = rlimit()
            #expect(getrlimit(fileSizeResource, &limit) == 0)
            let whole = limit
            for format in AudioFormat.allCases {
                let url = scratch.file(format.name("a"))
                let options = WriteOptions(tags: fullTags)
                try AudioFile.write(WriterTests.audio, to: url, options: options)
                let size = try Data(contentsOf: url).count
                for bytes in [0, 30, 1000, size / 2, size - 40_000, size - 5000, size - 1] where bytes >= 0 {
                    try WriterTests.old.write(to: url)
                    limit.rlim_cur = rlim_t(bytes)
                    setrlimit(fileSizeResource, &limit)
                    expectError(.unwritableOutput, "size limit", "ulimit") {
                        try AudioFile.write(WriterTests.audio, to: url, options: options)
                    }
                    setrlimit(fileSizeResource, [whole])
                    #expect(try Data(contentsOf: url) == WriterTests.old, "\(format) \(bytes)")
                    #expect(try scratch.names == [url.lastPathComponent], "\(format) \(bytes)")
                }
                limit.rlim_cur = rlim_t(size)
                setrlimit(fileSizeResource, &limit)
                try AudioFile.write(WriterTests.audio, to: url, options: options)
                setrlimit(fileSizeResource, [whole])
                #expect(try Data(contentsOf: url).count == size)
                try FileManager.default.removeItem(at: url)
            }
        }
    }

    @Test(.enabled("needs leave to mount a file system") { SmallDisk.isPossible })
    func fullDisk() throws {
        let disk = try SmallDisk(kibibytes: 128)
        let scratch = try Scratch(in: disk.directory)
        let long = AudioBuffer(sampleRate: 48_000, channels: [1, 2].map { Signal.noise(seed: $0, count: 480_000) })
        for format in AudioFormat.allCases {
            let url = scratch.file(format.name("a"))
            try Self.expectFailure(url, in: scratch, .unwritableOutput, "disk is full") {
                try AudioFile.write(long, to: url)
            }
            // The audio fits, the tags don't.
            let short = AudioBuffer(sampleRate: 48_000, channels: [Signal.noise(seed: 1, count: 1000)])
            let tags = AudioTags(recipe: String(repeating: "x", count: 200_000))
            try Self.expectFailure(url, in: scratch, .unwritableOutput, "disk is full") {
                try AudioFile.write(short, to: url, options: WriteOptions(tags: tags))
            }
            try AudioFile.write(short, to: url)
            #expect(try AudioFile.read(url).frameCount == 1000)
            try FileManager.default.removeItem(at: url)
        }
    }

    @Test func wavFilesEndAtFourGibibytes() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        let options = WriteOptions(bitDepth: .float32)
        // 64 channels of 32 bits: 256 bytes a frame, most of which is never written.
        try Self.expectFailure(url, in: scratch, .unwritableOutput, "4 GiB") {
            let writer = try AudioFileWriter(url, sampleRate: 48_000, channelCount: 64, options: options)
            let block = [Float](repeating: 0, count: 17_000_000)
            try writer.append([[Float]](repeating: block, count: 64))
        }
    }

    // MARK: - Leftovers of killed processes

    @Test func killedProcess() async throws {
        let scratch = try Scratch()
        let url = scratch.file("a.flac")
        try Self.old.write(to: url)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = url.path as String] in
            let writer = try AudioFileWriter(URL(fileURLWithPath: path), sampleRate: 48_000, channelCount: 2)
            try writer.append(WriterTests.audio.channels)
            kill(getpid(), SIGKILL)
        }
        #expect(try Data(contentsOf: url) == Self.old)
        let leftover = try #require(try scratch.names.first { $0.hasPrefix(".vivace-part-") })
        #expect(try scratch.names == [leftover, "a.flac"])
        // Another target's writer leaves it alone, this target's takes it away.
        try AudioFile.write(Self.audio, to: scratch.file("b.flac"))
        #expect(try scratch.names == [leftover, "a.flac", "b.flac"])
        try AudioFile.write(Self.audio, to: url)
        #expect(try scratch.names == ["a.flac", "b.flac"])
    }

    @Test func writersOfOneTargetDoNotDisturbEachOther() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        let (first, second) = (Signal.noise(seed: 1, count: 5000), Signal.noise(seed: 2, count: 7000))
        let slow = try AudioFileWriter(url, sampleRate: 48_000, channelCount: 1)
        try slow.append([first])
        try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [second]), to: url)
        #expect(try AudioFile.read(url).frameCount == 7000)
        #expect(try scratch.names.count == 2)
        try slow.finish()
        #expect(try AudioFile.read(url).frameCount == 5000)
        #expect(try scratch.names == ["a.wav"])
    }

    @Test func manyWritersOfOneTarget() async throws {
        let scratch = try Scratch()
        let url = scratch.file("a.wav")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let samples = [Float](repeating: 0.5, count: 1000 + index)
                    try AudioFile.write(AudioBuffer(sampleRate: 48_000, channels: [samples]), to: url)
                }
            }
            try await group.waitForAll()
        }
        #expect((1000..<1040).contains(try AudioFile.read(url).frameCount))
        #expect(try scratch.names == ["a.wav"])
    }
}

#if canImport(Glibc)
    private let fileSizeResource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
    private let fileSizeResource = RLIMIT_FSIZE
#endif

/// A file system in memory, where one can be mounted.
private final class SmallDisk {
    let directory: URL

    static var isPossible: Bool { (try? SmallDisk(kibibytes: 64)) != nil }

    init(kibibytes: Int) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "audio-file-disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let status = try Self.run(["mount", "-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", directory.path])
        guard status == 0 else {
            try FileManager.default.removeItem(at: directory)
            throw MusicError(.unsupported, "mounting failed with status \(status)")
        }
    }

    deinit {
        _ = try? Self.run(["umount", directory.path])
        try? FileManager.default.removeItem(at: directory)
    }

    private static func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
