/// Latents that a request works on: where they lie, and their values once they are read.
///
/// In JSON it is its path alone, such as `noise.npy`, or `noise.npy#2` for the second song of a file that holds
/// several.
public struct LatentsInput: Sendable, Equatable {
    /// The file as the user named it; empty if there is none.
    public var path: String
    /// Which song of the file, from 1; `nil` for all of them.
    public var song: Int?
    /// (frames, channels) for one song, or (songs, frames, channels); `nil` before the file is read.
    public var latents: Latents?

    public init(path: String = "", song: Int? = nil, latents: Latents? = nil) {
        self.path = path
        self.song = song
        self.latents = latents
    }

    /// The input of a path, perhaps with the number of a song; `nil` for an empty text.
    public init?(named text: String) {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        if parts.count > 1, let last = parts.last, let song = Int(last), song > 0 {
            self.init(path: String(text.dropLast(last.utf8.count + 1)), song: song)
        } else {
            self.init(path: text)
        }
    }

    /// The input as it is written; empty if there is no file.
    public var text: String { path.isEmpty ? "" : path + (song.map { "#\($0)" } ?? "") }
}

extension LatentsInput {
    /// What it is called in messages.
    var name: String { path.isEmpty ? "The noise" : "The noise of \(path)" }

    /// Makes sure of finite numbers for as many songs as are made, before the number of their frames is known.
    ///
    /// - Parameter songs: number of songs.
    /// - Throws: ``MusicError`` `invalidRequest`.
    public func check(songs: Int) throws {
        guard let latents else { return }
        let shape = latents.shape
        guard (2...3).contains(shape.count), shape.allSatisfy({ $0 > 0 }), latents.isWhole else {
            throw failure(
                "has the shape \(shape)",
                expected: "frames x channels for one song, or songs x frames x channels")
        }
        let count = shape.count == 3 ? shape[0] : 1
        guard count == songs else {
            throw failure(
                "is for \(count) song\(count == 1 ? "" : "s"), and batch_size is \(songs)",
                expected: "noise for each song")
        }
        guard latents.values.allSatisfy(\.isFinite) else {
            throw failure("holds values that are no numbers", expected: "finite numbers")
        }
    }

    /// Makes sure of the size of a song.
    ///
    /// - Throws: ``MusicError`` `invalidRequest`.
    public func check(frames: Int, channels: Int) throws {
        guard let shape = latents?.shape.suffix(2), Array(shape) != [frames, channels] else { return }
        throw failure(
            "has \(shape[shape.startIndex]) frames of \(shape[shape.startIndex + 1]) channels",
            expected: "\(frames) frames of \(channels) channels, as the song has")
    }

    /// The latents of one song; `nil` before the file is read.
    ///
    /// - Parameter index: of the song, from 0.
    public func latents(ofSong index: Int) -> Latents? {
        guard let latents, latents.shape.count == 3, (0..<latents.shape[0]).contains(index), latents.isWhole else {
            return latents
        }
        let size = latents.shape[1] * latents.shape[2]
        return Latents(
            values: Array(latents.values[(index * size)..<((index + 1) * size)]), shape: Array(latents.shape[1...]))
    }

    /// The input of one song.
    ///
    /// - Parameter index: of the song, from 0.
    public func ofSong(_ index: Int) -> LatentsInput {
        guard latents?.shape.count == 3 else { return self }
        return LatentsInput(path: path, song: index + 1, latents: latents(ofSong: index))
    }

    /// The input with what its file holds.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` if the file has no such song.
    public func reading(_ contents: Latents) throws -> LatentsInput {
        var input = self
        input.latents = contents
        guard let song else { return input }
        let count = contents.shape.count == 3 ? contents.shape[0] : 1
        guard song <= count else {
            throw MusicError(
                .invalidRequest, "\(name) is for \(count) song\(count == 1 ? "" : "s"), not for a song \(song)",
                advice: "name one of its songs, from 1 to \(count)", field: "latents", value: text)
        }
        input.latents = input.latents(ofSong: song - 1)
        return input
    }

    private func failure(_ what: String, expected: String) -> MusicError {
        MusicError(
            .invalidRequest, "\(name) \(what)", advice: "give \(expected)", field: "latents",
            value: latents.map { "\($0.shape)" }, expected: expected)
    }
}

extension Latents {
    /// Whether there are as many values as the shape says.
    public var isWhole: Bool {
        var count = 1
        for size in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            if overflows { return false }
            count = product
        }
        return count == values.count
    }
}
