import CZlib
import Foundation
import MusicCore

/// A ZIP archive of files as they are, without compression: songs are compressed already.
///
/// As PKWARE's APPNOTE 6.3 has it; 4 GiB at most, since its sizes are of 32 bits.
struct StoredArchive: Sendable {
    /// A file and what it is called in the archive.
    struct Member: Sendable {
        var name: String
        var file: URL
        var size: Int
        var checksum: UInt32
        /// Where its header begins.
        var offset = 0

        /// - Throws: ``MusicError`` `unreadableInput`.
        init(_ name: String, file: URL) throws {
            self.name = name
            self.file = file
            var (size, checksum) = (0, crc32(0, nil, 0))
            try FileParts.read(file) { part in
                size += part.count
                checksum = part.withUnsafeBytes {
                    crc32(checksum, $0.bindMemory(to: UInt8.self).baseAddress, uInt($0.count))
                }
            }
            self.size = size
            self.checksum = UInt32(truncatingIfNeeded: checksum)
        }
    }

    private let members: [Member]
    /// Bytes of the archive.
    let size: Int

    /// - Throws: ``ServerFailure`` 413 for more than an archive can hold.
    init(_ members: [Member]) throws {
        var (offset, directory) = (0, 0)
        var placed: [Member] = []
        for var member in members {
            member.offset = offset
            offset += 30 + member.name.utf8.count + member.size
            directory += 46 + member.name.utf8.count
            placed.append(member)
        }
        size = offset + directory + 22
        self.members = placed
        guard size <= UInt32.max, members.count <= UInt16.max else {
            throw ServerFailure(413, "The songs are larger than a ZIP archive can be; load them one by one")
        }
    }

    /// Hands the archive over piece by piece.
    func write(_ take: (Data) async throws -> Void) async throws {
        for member in members {
            try await take(local(member))
            var offset = 0
            while offset < member.size {
                let part = try FileParts.part(of: member.file, at: offset)
                guard !part.isEmpty else { throw MusicError(.unreadableInput, "a song became shorter") }
                try await take(part)
                offset += part.count
            }
        }
        var directory = Data()
        for member in members { directory.append(central(member)) }
        let start = size - directory.count - 22
        directory.append(Self.words(0x0605_4b50))
        directory.append(Self.halves(0, 0, members.count, members.count))
        directory.append(Self.words(directory.count - 12, start))
        directory.append(Self.halves(0))
        try await take(directory)
    }

    /// Version 2.0, names in UTF-8, stored, on 1 January 1980, and the sizes.
    private func common(_ member: Member) -> Data {
        Self.halves(20, 0x0800, 0, 0, 0x0021) + Self.words(Int(member.checksum), member.size, member.size)
            + Self.halves(member.name.utf8.count, 0)
    }

    private func local(_ member: Member) -> Data {
        Self.words(0x0403_4b50) + common(member) + Data(member.name.utf8)
    }

    private func central(_ member: Member) -> Data {
        Self.words(0x0201_4b50) + Self.halves(20) + common(member) + Self.halves(0, 0, 0)
            + Self.words(0, member.offset) + Data(member.name.utf8)
    }

    private static func halves(_ numbers: Int...) -> Data {
        Data(numbers.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] })
    }

    private static func words(_ numbers: Int...) -> Data {
        Data(numbers.flatMap { number in (0..<4).map { UInt8(number >> ($0 * 8) & 255) } })
    }
}

/// Files in pieces.
enum FileParts {
    private static let bytes = 256 << 10

    /// All pieces of a file.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    static func read(_ file: URL, _ take: (Data) throws -> Void) throws {
        var offset = 0
        while true {
            let part = try part(of: file, at: offset)
            guard !part.isEmpty else { return }
            try take(part)
            offset += part.count
        }
    }

    /// The piece that begins somewhere; empty at the end.
    static func part(of file: URL, at offset: Int) throws -> Data {
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(offset))
            return try handle.read(upToCount: bytes) ?? Data()
        } catch {
            throw MusicError(.unreadableInput, "A song can't be read: \(error.localizedDescription)")
        }
    }
}
