public import Foundation
import MusicCore

/// Files that are no audio, written like it: complete or not at all, and with names that are taken as they are found
/// free.
public enum NewFile {
    /// Writes a file, in place of the one that has the name.
    ///
    /// - Throws: ``MusicError`` with code `unwritableOutput`; a file that was there before is unchanged then.
    public static func replace(_ url: URL, with contents: Data) throws {
        let file = try AtomicFile(url)
        try contents.withUnsafeBytes { try file.write($0, at: 0) }
        try file.commit()
    }

    /// Writes a file under the first of some names that nobody has, whoever else writes at the same time.
    ///
    /// - Parameters:
    ///   - names: places in one directory; endless, or as many as may be tried. See ``FileNames``.
    ///   - contents: of the file.
    /// - Returns: the name that it has got.
    /// - Throws: ``MusicError`` with code `unwritableOutput`; nothing is left then.
    public static func write(_ contents: Data, names: some Sequence<URL>) throws -> URL {
        try write(contents, names: names, link: makeLink)
    }

    /// - Parameter link: makes a second name for a file, as `link(2)` does.
    package static func write(
        _ contents: Data, names: some Sequence<URL>, link: (String, String) -> Int32
    ) throws -> URL {
        let file = try AtomicFile(newFileBeside: firstName(of: names))
        try contents.withUnsafeBytes { try file.write($0, at: 0) }
        return try file.commit(underFirstFreeOf: names, link: link)
    }

    static func firstName(of names: some Sequence<URL>) throws -> URL {
        for name in names { return name }
        throw MusicError(.internal, "no name was given for a file")
    }
}

/// Names for a new file, one after the other: `song.wav`, `song-2.wav`, `song-3.wav` and so on without end, or, where
/// there are several of a kind, `song-1.wav`, `song-2.wav` and so on.
public struct FileNames: Sequence, Sendable {
    /// What stands before the name, as it was given: nothing, or a folder and a slash.
    private let prefix: String
    /// What a relative path is relative to; `nil` for the current folder.
    private let base: URL?
    private let stem: String
    private let ending: String
    private let first: Int?

    /// - Parameters:
    ///   - stem: the name before numbers and extension.
    ///   - ending: the extension.
    ///   - folder: where; `nil` for the current folder.
    ///   - number: the number of the first name; `nil` for a first name without a number, after which the second is 2.
    public init(_ stem: String, ending: String, in folder: URL? = nil, from number: Int? = nil) {
        prefix = folder.map { $0.relativePath.hasSuffix("/") ? $0.relativePath : $0.relativePath + "/" } ?? ""
        base = folder?.baseURL
        self.stem = stem
        self.ending = ending
        first = number
    }

    /// The names that begin with that of a file.
    ///
    /// - Parameter number: as above.
    public init(_ url: URL, from number: Int? = nil) {
        let path = url.relativePath
        prefix = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        base = url.baseURL
        stem = url.deletingPathExtension().lastPathComponent
        ending = url.pathExtension
        first = number
    }

    public func makeIterator() -> AnyIterator<URL> {
        var number = first ?? 1
        let hasPlainName = first == nil
        return AnyIterator {
            defer { number += 1 }
            let name = hasPlainName && number == 1 ? stem : "\(stem)-\(number)"
            return URL(
                fileURLWithPath: prefix + (ending.isEmpty ? name : "\(name).\(ending)"), isDirectory: false,
                relativeTo: base)
        }
    }
}
