import AudioFile
import Foundation
import MusicCore
import Testing

/// What other programs make of our files, where they are installed.
@Suite struct OtherSoftwareTests {
    /// Runs a program that is found by its name; `nil` if there is none.
    static func run(_ arguments: [String]) throws -> (status: Int32, output: Data)? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let candidates = path.split(separator: ":").map { "\($0)/\(arguments[0])" }
        guard let program = candidates.first(where: FileManager.default.isExecutableFile) else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = Array(arguments.dropFirst())
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    static func has(_ program: String) -> Bool { (try? run([program, "-version"])) != nil }

    @Test(.enabled("needs ffmpeg") { has("ffmpeg") }, arguments: AudioFormat.allCases)
    func decodesTheSame(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        let channels = Signal.music(channels: 2, rate: 48_000, count: 50_001)
        try AudioFile.write(
            AudioBuffer(sampleRate: 48_000, channels: channels), to: url, options: WriteOptions(tags: fullTags))
        let arguments = ["ffmpeg", "-v", "error", "-i", url.path, "-f", "f32le", "-ac", "2", "-"]
        let (status, output) = try #require(try Self.run(arguments))
        #expect(status == 0)
        let decoded = output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        // Its decoder leaves the encoder's padding at the end of some files.
        #expect(decoded.count >= 2 * 50_001 && decoded.count < 2 * (50_001 + 2000))
        let ours = try AudioFile.read(url)
        for channel in 0..<2 {
            let theirs = (0..<50_001).map { decoded[2 * $0 + channel] }
            #expect(signalToNoise(theirs, ours.channels[channel]) > 60)
        }
    }

    @Test(.enabled("needs ffprobe") { has("ffprobe") }, arguments: AudioFormat.allCases)
    func showsTheTags(_ format: AudioFormat) throws {
        let scratch = try Scratch()
        let url = scratch.file(format.name("a"))
        try AudioFile.write(TagTests.buffer, to: url, options: WriteOptions(tags: fullTags))
        let arguments = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", url.path]
        let (status, output) = try #require(try Self.run(arguments))
        #expect(status == 0)
        struct Report: Decodable {
            struct Part: Decodable {
                var tags: [String: String]?
            }
            var format: Part
            var streams: [Part]
        }
        let report = try JSONDecoder().decode(Report.self, from: output)
        var tags = [String: String]()
        for part in [report.format] + report.streams {
            for (name, text) in part.tags ?? [:] where tags[name.lowercased()] == nil { tags[name.lowercased()] = text }
        }
        #expect(tags["title"] == fullTags.title)
        #expect(tags["artist"] == fullTags.artist)
        #expect(tags["album"] == fullTags.album)
        #expect(tags["date"] == fullTags.date)
        #expect(tags["genre"] == fullTags.genre)
        #expect(tags["comment"] == fullTags.comment)
        // Of a WAV file with an INFO list, it shows that alone.
        if format != .wav { #expect(tags["vivace_recipe"] == fullTags.recipe) }
    }

    @Test(.enabled("needs flac") { has("flac") })
    func referenceDecoderAcceptsFLAC() throws {
        let scratch = try Scratch()
        let url = scratch.file("a.flac")
        for depth in [BitDepth.int16, .int24] {
            let options = WriteOptions(bitDepth: depth, tags: fullTags)
            try AudioFile.write(TagTests.buffer, to: url, options: options)
            let (status, _) = try #require(try Self.run(["flac", "--test", "--warnings-as-errors", url.path]))
            #expect(status == 0)
        }
    }
}
