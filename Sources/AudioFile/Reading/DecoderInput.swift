import CSndfile
import Foundation

/// What libsndfile takes for the file: some bytes of ours in place of the file's first, then the rest of the file.
final class DecoderInput {
    private let file: InputFile
    private let prefix: [UInt8]
    private let start: Int
    private var position = 0
    /// The first error that the system reported.
    private(set) var systemError: Int32?

    init(_ file: InputFile, prefix: [UInt8], start: Int) {
        self.file = file
        self.prefix = prefix
        self.start = start
    }

    private var length: Int { prefix.count + file.length - start }

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
        if position < prefix.count {
            filled = min(buffer.count, prefix.count - position)
            buffer.copyBytes(from: prefix[position..<position + filled])
        }
        while filled < buffer.count {
            let offset = position + filled - prefix.count + start
            guard let base = buffer.baseAddress, offset < file.length else { break }
            let count = pread(file.descriptor, base + filled, buffer.count - filled, off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                systemError = systemError ?? errno
            }
            if count <= 0 { break }
            filled += count
        }
        position += filled
        return sf_count_t(filled)
    }
}
