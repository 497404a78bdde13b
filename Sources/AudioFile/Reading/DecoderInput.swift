import CSndfile
import Foundation

/// What libsndfile takes for the file: parts of the file, with bytes of ours between them.
final class DecoderInput {
    /// A stretch of it.
    enum Piece {
        /// Bytes of ours.
        case bytes([UInt8])
        /// Bytes of the file, by their offsets.
        case file(Range<Int>)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(let range): range.count
            }
        }
    }

    private let file: InputFile
    private let pieces: [Piece]
    /// Where each piece begins, and where the last one ends.
    private let starts: [Int]
    /// The piece that was read last.
    private var current = 0
    private var position = 0

    init(_ file: InputFile, _ pieces: [Piece]) {
        self.file = file
        self.pieces = pieces.filter { $0.count > 0 }
        starts = self.pieces.reduce(into: [0]) { starts, piece in starts.append(starts[starts.count - 1] + piece.count)
        }
    }

    private var length: Int { starts[starts.count - 1] }

    /// Opens the decoder.
    ///
    /// This object must outlive it.
    func open(_ description: inout SF_INFO) -> OpaquePointer? {
        var callbacks = SF_VIRTUAL_IO(
            get_filelen: { sf_count_t(DecoderInput.of($0)?.length ?? 0) },
            seek: { offset, whence, user in DecoderInput.of(user)?.seek(Int(offset), whence) ?? -1 },
            read: { bytes, count, user in
                DecoderInput.of(user)?.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))) ?? 0
            },
            write: { _, _, _ in 0 },
            tell: { sf_count_t(DecoderInput.of($0)?.position ?? 0) })
        return sf_open_virtual(&callbacks, Int32(SFM_READ), &description, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> DecoderInput? {
        user.map { Unmanaged<DecoderInput>.fromOpaque($0).takeUnretainedValue() }
    }

    private func seek(_ offset: Int, _ whence: Int32) -> sf_count_t {
        let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : length
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0 else { return -1 }
        position = target
        return sf_count_t(position)
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> sf_count_t {
        var filled = 0
        while filled < buffer.count, position < length {
            findPiece()
            let within = position - starts[current]
            let wanted = min(buffer.count - filled, pieces[current].count - within)
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + wanted])
            switch pieces[current] {
            case .bytes(let bytes):
                target.copyBytes(from: bytes[within..<within + wanted])
                filled += wanted
                position += wanted
            case .file(let range):
                let count = file.fill(target, from: range.lowerBound + within)
                filled += count
                position += count
                if count < wanted { return sf_count_t(filled) }
            }
        }
        return sf_count_t(filled)
    }

    /// Makes the piece at the position, which is before the end, the current one.
    private func findPiece() {
        if position >= starts[current], position < starts[current + 1] { return }
        var (low, high) = (0, pieces.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= position { low = middle } else { high = middle }
        }
        current = low
    }
}
