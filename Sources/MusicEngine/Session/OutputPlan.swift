public import AudioFile
public import Foundation
public import MusicCore

/// Where songs will be written and in what form; made and checked before the work starts.
public struct OutputPlan: Sendable {
    /// How the files are named.
    public enum Place: Sendable, Equatable {
        /// By the seed, in the current folder; nothing is replaced.
        case automatic
        /// As the user named it; one song replaces a file of that name, several get a number before the extension.
        case file(URL)
        /// By the key of what made it, in a folder, which is made if need be; nothing is replaced.
        case keyed(folder: URL)
    }

    public let place: Place
    public let format: AudioFormat
    /// Bits per sample; `nil` takes the format's usual ones.
    public var bitDepth: BitDepth?
    /// Whether the folder is made, when the first song is written, if it isn't there.
    public var makesFolder = false
    /// Whether the file of one song may take the place of another of the same name: only where a user named it.
    public var replacesFile: Bool

    /// - Parameters:
    ///   - place: how the files are named.
    ///   - bitDepth: `nil` takes the format's usual one.
    ///   - usualFormat: extension of the file if the place names none: `flac` unless given; `wav32` is WAV in 32 bits.
    /// - Throws: ``MusicError`` `invalidRequest` for an unknown extension or a bit depth that the format lacks.
    public init(_ place: Place, bitDepth: BitDepth? = nil, usualFormat: String? = nil) throws {
        self.place = place
        replacesFile = if case .file = place { true } else { false }
        if case .keyed = place { makesFolder = true }
        let usualFormat = usualFormat?.lowercased().trimmingPrefix(".").description
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
            let reason = SystemFault(error, path: folder.path).map { $0.writingAdvice?.reason ?? $0.reason }
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) can't be made: \(reason ?? error.localizedDescription)",
                advice: "choose another folder")
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
        if try isFolder(url) {
            throw MusicError(.unwritableOutput, "\(url.path) is a folder", advice: "name a file in it")
        }
        let folder = url.deletingLastPathComponent()
        guard try isFolder(folder) else {
            if try SystemFile.exists(folder) {
                throw MusicError(
                    .unwritableOutput, "\(folder.path) is a file, and a folder is needed there",
                    advice: "choose another place")
            }
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) does not exist",
                advice: "make it first, or choose another")
        }
        guard access(folder.path, W_OK) == 0 else { throw unwritable(SystemFault(errno, path: folder.path)) }
    }

    private static func isFolder(_ url: URL) throws -> Bool {
        do {
            return try SystemFile.status(of: url).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
        } catch {
            throw unwritable(error)
        }
    }

    private static func unwritable(_ fault: SystemFault) -> MusicError {
        MusicError(
            .unwritableOutput, "\(fault.path) can't be written to: \(fault.reason)", advice: "choose another folder")
    }

    /// Writes a song of a result.
    ///
    /// A name that was not the user's own is taken in the moment of writing, and never from another file.
    ///
    /// - Returns: the file.
    func write(
        song index: Int, of result: MusicResult, _ family: any MusicFamily, options: WriteOptions
    ) throws -> URL {
        let song = result.songs[index]
        if case .file(let url) = place, replacesFile, result.songs.count == 1 {
            try AudioFile.write(song.audio, to: url, options: options)
            return url
        }
        return try AudioFile.writeNew(
            song.audio, names: names(ofSong: index, of: result, family), options: options)
    }

    /// Names for the file of a song, the first free of which is taken.
    private func names(ofSong index: Int, of result: MusicResult, _ family: any MusicFamily) -> FileNames {
        let ending = format.fileExtension
        switch place {
        case .file(let url): return FileNames(url, from: result.songs.count == 1 ? nil : index + 1)
        case .keyed(let folder):
            let parameters = family.parameters(of: result.request(ofSong: index), plan: result.plan)
            return FileNames(GenerationResult.key(of: parameters), ending: ending, in: folder)
        case .automatic: return FileNames("song-\(result.songs[index].seed)", ending: ending)
        }
    }
}
