import Foundation
import MusicCore

/// A regular file that is open for reading, with access to any part of it.
final class InputFile {
    let url: URL
    /// The descriptor, which this object closes.
    let descriptor: Int32
    /// Length in bytes when the file was opened.
    let length: Int

    /// - Throws: ``MusicError`` with code `unreadableInput` if there is no such file, it is not a regular file, or it
    ///   may not be read.
    init(_ url: URL) throws {
        guard url.isFileURL else {
            throw InputError.make(url, "it is not a file on this machine", advice: "download it first")
        }
        self.url = url
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

    /// The bytes at an offset, fewer than `count` where the file ends or the disk fails.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < length, count > 0 else { return [] }
        let wanted = min(count, length - offset)
        return [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            filled = 0
            while filled < wanted {
                let count = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, wanted - filled, off_t(offset + filled))
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { break }
                filled += count
            }
        }
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
