import AudioFile
import Foundation
import MusicCore

/// Where songs will be written and in what form; made and checked before the work starts.
struct OutputPlan: Sendable {
    let url: URL?
    let format: AudioFormat
    /// Bits per sample; `nil` takes the format's usual ones.
    var bitDepth: BitDepth?

    /// - Parameters:
    ///   - output: the file that the user named; `nil` chooses a name by the seed in the current folder.
    ///   - bitDepth: `nil` takes the format's usual one.
    ///   - usualFormat: extension of the file if the user named none: `flac` unless given; `wav32` is WAV in 32 bits.
    /// - Throws: ``MusicError`` `invalidRequest` for an unknown extension or a bit depth that the format lacks.
    init(output: String?, bitDepth: BitDepth?, usualFormat: String? = nil) throws {
        url = output.map { URL(fileURLWithPath: $0) }
        let isFloat = usualFormat == "wav32"
        let usual = URL(fileURLWithPath: "song.\(isFloat ? "wav" : usualFormat ?? "flac")")
        do {
            self.format = try AudioFormat(fileAt: url ?? usual)
        } catch let error as MusicError {
            let field = url == nil ? "audio_format" : "--output"
            throw MusicError(.invalidRequest, "\(field): \(error.message)", advice: error.advice)
        }
        let bitDepth = bitDepth ?? (isFloat && url == nil ? .float32 : nil)
        self.bitDepth = bitDepth
        if let bitDepth, !self.format.bitDepths.contains(bitDepth) {
            let depths = self.format.bitDepths.map(\.rawValue).joined(separator: " or ")
            throw MusicError(
                .invalidRequest, "--bit-depth: .\(self.format.fileExtension) files can't hold \(bitDepth.rawValue)",
                advice: depths.isEmpty
                    ? "leave the option out, or write .wav or .flac" : "choose \(depths), or write .wav")
        }
    }

    /// Fails now, rather than after minutes of work, if nothing can be written there.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput` or `invalidRequest`.
    func checkWritable(saveLatents: URL?) throws {
        try Self.checkTarget(url ?? URL(fileURLWithPath: "song.flac"))
        if let saveLatents {
            try LatentsFile.checkFormat(saveLatents)
            try Self.checkTarget(saveLatents)
        }
    }

    static func checkTarget(_ url: URL) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory), isDirectory.boolValue {
            throw MusicError(.unwritableOutput, "\(url.path) is a folder", advice: "name a file in it")
        }
        let folder = url.deletingLastPathComponent()
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory), isDirectory.boolValue
        else {
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) does not exist",
                advice: "make it first, or choose another")
        }
        guard access(folder.path, W_OK) == 0 else {
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) can't be written to",
                advice: "choose another with --output")
        }
    }

    /// The files for songs with these seeds, in their order.
    func files(seeds: [UInt64]) -> [URL] {
        guard let url else {
            var taken = Set<String>()
            return seeds.map { seed in
                var name = "song-\(seed)"
                var number = 2
                while taken.contains(name) || FileManager.default.fileExists(atPath: "\(name).\(format.fileExtension)")
                {
                    name = "song-\(seed)-\(number)"
                    number += 1
                }
                taken.insert(name)
                return URL(fileURLWithPath: "\(name).\(format.fileExtension)")
            }
        }
        return Self.numbered(url, count: seeds.count)
    }

    /// One name as it is; for several files, `name-1.ext`, `name-2.ext` and so on.
    static func numbered(_ url: URL, count: Int) -> [URL] {
        guard count > 1 else { return [url] }
        let stem = url.deletingPathExtension().lastPathComponent
        let folder = url.deletingLastPathComponent()
        return (1...count).map { folder.appendingPathComponent("\(stem)-\($0).\(url.pathExtension)") }
    }
}
