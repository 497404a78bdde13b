import Foundation
import MusicCore

/// Reads bytes at an offset, as `pread(2)` does.
package typealias PositionedRead = (
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int, _ offset: Int
) -> Int

/// A regular file that is open for reading, with access to any part of it.
///
/// What can't be read is missing from the bytes, and ``failure`` says why: whoever looked at them asks ``checked(_:)``.
final class InputFile {
    let url: URL
    /// The descriptor, which this object closes.
    let descriptor: Int32
    /// Length in bytes when the file was opened.
    let length: Int
    /// Why bytes before the file's end could not be read; the first reason, if there are several.
    private(set) var failure: MusicError?
    private let read: PositionedRead

    /// - Parameters:
    ///   - url: of the file.
    ///   - read: the system's call.
    /// - Throws: ``MusicError`` with code `unreadableInput` if there is no such file, it is not a regular file, or it
    ///   may not be read.
    init(_ url: URL, read: @escaping PositionedRead = { pread($0, $1, $2, off_t($3)) }) throws {
        guard url.isFileURL else {
            throw InputError.make(url, "it is not a file on this machine", advice: "download it first")
        }
        self.url = url
        self.read = read
        // Without O_NONBLOCK, opening a named pipe would wait for its writer.
        let descriptor = open(systemPath(url), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw InputError.system(url, errno) }
        var status = stat()
        let failure: MusicError? =
            if fstat(descriptor, &status) != 0 {
                InputError.system(url, errno)
            } else if status.st_mode & S_IFMT == S_IFDIR {
                InputError.system(url, EISDIR)
            } else if status.st_mode & S_IFMT != S_IFREG {
                InputError.make(url, "it is not a regular file", advice: "save its content as a file first")
            } else {
                nil
            }
        if let failure {
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        length = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// The bytes at an offset, fewer than `count` where the file ends or can't be read.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < length, count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: min(count, length - offset)) { buffer, filled in
            filled = fill(UnsafeMutableRawBufferPointer(buffer), from: offset)
        }
    }

    /// Reads bytes at an offset.
    ///
    /// - Returns: how many; fewer than the buffer takes where the file ends or can't be read.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        let wanted = min(buffer.count, max(0, length - offset))
        var filled = 0
        while filled < wanted {
            let count = read(descriptor, base + filled, wanted - filled, offset + filled)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                failure = failure ?? (count < 0 ? InputError.system(url, errno) : Self.shortened(url))
                break
            }
            filled += count
        }
        return filled
    }

    /// What a look at the file finds.
    ///
    /// - Throws: ``failure``, whatever was made of the bytes that are missing; else what `look` throws.
    func checked<Found>(_ look: () throws -> Found) throws -> Found {
        let found = Result(catching: look)
        if let failure { throw failure }
        return try found.get()
    }

    private static func shortened(_ url: URL) -> MusicError {
        InputError.make(
            url, "it became shorter while it was read", advice: "try again when no program writes to it any more")
    }

    /// Where the file begins behind ID3 tags, of which there may be several, and behind zeros, which some programs put
    /// before MP3 frames.
    var soundStart: Int {
        var offset = 0
        for _ in 0..<Self.mostTags {
            let start = bytes(at: offset, count: 10)
            if let tag = ID3.length(start) {
                offset += tag
            } else if start.first == 0 {
                let zeros = zeroCount(from: offset)
                if offset + zeros >= length { return offset }
                // Other kinds of file begin with a few zeros of their own.
                guard bytes(at: offset + zeros, count: 1) == [0xFF] || zeros >= 16 else { return offset }
                offset += zeros
            } else {
                break
            }
        }
        return offset
    }

    private static let mostTags = 16
    /// The most zeros that are passed over, in bytes.
    private static let mostZeros = 16 << 20

    private func zeroCount(from start: Int) -> Int {
        var count = 0
        while count < Self.mostZeros {
            let block = bytes(at: start + count, count: 65_536)
            if let end = block.firstIndex(where: { $0 != 0 }) { return count + end }
            if block.isEmpty { break }
            count += block.count
        }
        return count
    }
}

extension Collection<UInt8> where Index == Int {
    /// Whether the bytes at an offset from the start are those of a text.
    func hasBytes(of text: StaticString, at offset: Int = 0) -> Bool {
        guard count >= offset + text.utf8CodeUnitCount else { return false }
        for position in 0..<text.utf8CodeUnitCount
        where self[startIndex + offset + position] != text.utf8Start[position] {
            return false
        }
        return true
    }

    /// The unsigned integer of `size` bytes at an offset, the least significant byte first; 0 past the end.
    func littleEndian(at offset: Int, size: Int = 4) -> Int {
        bigEndian(of: (0..<size).reversed().map { offset + $0 })
    }

    /// The unsigned integer of `size` bytes at an offset, the most significant byte first; 0 past the end.
    func bigEndian(at offset: Int, size: Int = 4) -> Int {
        bigEndian(of: (0..<size).map { offset + $0 })
    }

    private func bigEndian(of offsets: [Int]) -> Int {
        guard offsets.allSatisfy({ $0 >= 0 && $0 < count }) else { return 0 }
        return offsets.reduce(0) { $0 << 8 | Int(self[startIndex + $1]) }
    }
}
