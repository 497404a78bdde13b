public import AudioFile
public import Foundation
public import MusicCore

/// Where songs will be written and in what form; made and checked before the work starts.
public struct OutputPlan: Sendable {
    /// How the files are named.
    public enum Place: Sendable, Equatable {
        /// By the seed, in the current folder; nothing is replaced.
        case automatic
        /// As the user named it; several songs get a number before the extension.
        case file(URL)
        /// By the key of what made it, in a folder, which is made if need be.
        case keyed(folder: URL)
    }

    public let place: Place
    public let format: AudioFormat
    /// Bits per sample; `nil` takes the format's usual ones.
    public var bitDepth: BitDepth?
    /// Whether the folder is made, when the first song is written, if it isn't there.
    public var makesFolder = false

    /// - Parameters:
    ///   - place: how the files are named.
    ///   - bitDepth: `nil` takes the format's usual one.
    ///   - usualFormat: extension of the file if the place names none: `flac` unless given; `wav32` is WAV in 32 bits.
    /// - Throws: ``MusicError`` `invalidRequest` for an unknown extension or a bit depth that the format lacks.
    public init(_ place: Place, bitDepth: BitDepth? = nil, usualFormat: String? = nil) throws {
        self.place = place
        if case .keyed = place { makesFolder = true }
        let isFloat = usualFormat == "wav32"
        let named: URL? = if case .file(let url) = place { url } else { nil }
        let usual = URL(fileURLWithPath: "song.\(isFloat ? "wav" : usualFormat ?? "flac")")
        do {
            format = try AudioFormat(fileAt: named ?? usual)
        } catch let error as MusicError {
            let field = named == nil ? "audio_format" : "output"
            throw MusicError(.invalidRequest, "\(field): \(error.message)", advice: error.advice)
        }
        self.bitDepth = bitDepth ?? (isFloat && named == nil ? .float32 : nil)
        if let bitDepth = self.bitDepth, !format.bitDepths.contains(bitDepth) {
            let depths = format.bitDepths.map(\.rawValue).joined(separator: " or ")
            throw MusicError(
                .invalidRequest, "the bit depth \(bitDepth.rawValue) does not go with .\(format.fileExtension) files",
                advice: depths.isEmpty
                    ? "leave the bit depth out, or write .wav or .flac" : "choose \(depths), or write .wav")
        }
    }

    /// The file that the user named, if one was named.
    public var namedFile: URL? {
        if case .file(let url) = place { url } else { nil }
    }

    /// The plan for a request: a repainted song that keeps its source is written with the source's bit depth, unless
    /// another is chosen.
    ///
    /// - Parameter source: the audio that is kept; `nil` if none is.
    public func keeping(_ source: AudioInput?) -> OutputPlan {
        guard bitDepth == nil, let source else { return self }
        var plan = self
        plan.bitDepth = AudioInputs.bitDepth(of: source, in: format)
        return plan
    }

    /// Fails now, rather than after minutes of work, if nothing can be written there.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput`.
    public func checkWritable() throws {
        var target = target
        if makesFolder {
            // What can be made is not there yet: the nearest folder that is has to be writable.
            var folder = target.deletingLastPathComponent()
            while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
                folder.deleteLastPathComponent()
            }
            target = folder.appendingPathComponent(target.lastPathComponent)
        }
        try Self.checkTarget(target)
    }

    /// Makes the folder, if it is to be made.
    ///
    /// - Throws: ``MusicError`` `unwritableOutput`.
    func prepareFolder() throws {
        guard makesFolder else { return }
        let folder = target.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) can't be made", advice: "choose another folder")
        }
    }

    /// A file in the folder where the songs go.
    private var target: URL {
        switch place {
        case .automatic: URL(fileURLWithPath: "song.\(format.fileExtension)")
        case .file(let url): url
        case .keyed(let folder): folder.appendingPathComponent("song.\(format.fileExtension)")
        }
    }

    /// - Throws: ``MusicError`` `unwritableOutput` if no file of that name can be written.
    public static func checkTarget(_ url: URL) throws {
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
                .unwritableOutput, "the folder \(folder.path) can't be written to", advice: "choose another folder")
        }
    }

    /// The files for the songs of a result, in their order.
    func files(of result: MusicResult, _ family: any MusicFamily) throws -> [URL] {
        let ending = format.fileExtension
        switch place {
        case .file(let url): return Self.numbered(url, count: result.songs.count)
        case .keyed(let folder):
            return result.songs.indices.map { index in
                let parameters = family.parameters(of: result.request(ofSong: index), plan: result.plan)
                return folder.appendingPathComponent("\(GenerationResult.key(of: parameters)).\(ending)")
            }
        case .automatic:
            var taken = Set<String>()
            return result.songs.map { song in
                var name = "song-\(song.seed)"
                var number = 2
                while taken.contains(name) || FileManager.default.fileExists(atPath: "\(name).\(ending)") {
                    name = "song-\(song.seed)-\(number)"
                    number += 1
                }
                taken.insert(name)
                return URL(fileURLWithPath: "\(name).\(ending)")
            }
        }
    }

    /// One name as it is; for several files, `name-1.ext`, `name-2.ext` and so on.
    public static func numbered(_ url: URL, count: Int) -> [URL] {
        guard count > 1 else { return [url] }
        let stem = url.deletingPathExtension().lastPathComponent
        let folder = url.deletingLastPathComponent()
        return (1...count).map { folder.appendingPathComponent("\(stem)-\($0).\(url.pathExtension)") }
    }
}
