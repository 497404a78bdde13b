import CSndfile
import Foundation
import MusicCore

/// An encoder of libsndfile whose output goes through a ``Container`` into an ``AtomicFile``.
final class SoundFileEncoder {
    private let output: EncoderOutput
    private var handle: OpaquePointer?

    /// - Parameter format: libsndfile's code of major format and subtype.
    init(format: Int, sampleRate: Int, channelCount: Int, container: any Container, file: AtomicFile) throws {
        output = EncoderOutput(container: container, file: file)
        var callbacks = SF_VIRTUAL_IO(
            get_filelen: { sf_count_t(EncoderOutput.of($0)?.length ?? 0) },
            seek: { offset, whence, user in EncoderOutput.of(user)?.seek(Int(offset), whence) ?? -1 },
            read: { _, _, _ in 0 },
            write: { bytes, count, user in
                EncoderOutput.of(user)?.write(UnsafeRawBufferPointer(start: bytes, count: Int(count))) ?? 0
            },
            tell: { sf_count_t(EncoderOutput.of($0)?.position ?? 0) })
        var description = SF_INFO()
        description.samplerate = Int32(sampleRate)
        description.channels = Int32(channelCount)
        description.format = Int32(format)
        handle = sf_open_virtual(
            &callbacks, Int32(SFM_WRITE), &description, Unmanaged.passUnretained(output).toOpaque())
        guard handle != nil else { throw output.failure ?? fault(sf_error(nil)) }
        // The chunk with the peak holds the time of writing.
        sf_command(handle, SFC_SET_ADD_PEAK_CHUNK.int32, nil, SF_FALSE.int32)
    }

    deinit {
        if let handle { sf_close(handle) }
    }

    /// Passes a number to one of libsndfile's commands.
    func set<Value: BitwiseCopyable>(_ command: Int, _ value: Value) throws {
        var value = value
        guard sf_command(handle, command.int32, &value, Int32(MemoryLayout<Value>.size)) == SF_TRUE.int32 else {
            throw encoderFault("refused the setting \(value)")
        }
    }

    /// Writes frames of interleaved integers, left-justified in 32 bits.
    func write(_ samples: UnsafeBufferPointer<Int32>, frameCount: Int) throws {
        try check(sf_writef_int(handle, samples.baseAddress, sf_count_t(frameCount)), frameCount)
    }

    /// Writes frames of interleaved samples, full scale at ±1.
    func write(_ samples: UnsafeBufferPointer<Float>, frameCount: Int) throws {
        try check(sf_writef_float(handle, samples.baseAddress, sf_count_t(frameCount)), frameCount)
    }

    /// Writes what the encoder still holds and completes the container.
    func finish() throws {
        let code = sf_close(handle)
        handle = nil
        if let failure = output.failure { throw failure }
        guard code == 0 else { throw fault(code) }
        try output.finish()
    }

    private func check(_ written: sf_count_t, _ frameCount: Int) throws {
        if let failure = output.failure { throw failure }
        guard written == sf_count_t(frameCount), sf_error(handle) == 0 else { throw fault(sf_error(handle)) }
    }

    private func fault(_ code: Int32) -> MusicError {
        encoderFault("failed: " + (sf_error_number(code).map { String(cString: $0) } ?? "error \(code)"))
    }
}

/// What an encoder takes for its file.
private final class EncoderOutput {
    private var container: any Container
    private let file: AtomicFile
    private(set) var position = 0
    private(set) var length = 0
    /// The first thing that went wrong; nothing is written after it.
    private(set) var failure: MusicError?

    init(container: any Container, file: AtomicFile) {
        self.container = container
        self.file = file
    }

    static func of(_ user: UnsafeMutableRawPointer?) -> EncoderOutput? {
        user.map { Unmanaged<EncoderOutput>.fromOpaque($0).takeUnretainedValue() }
    }

    func seek(_ offset: Int, _ whence: Int32) -> sf_count_t {
        switch whence {
        case SEEK_SET: position = offset
        case SEEK_CUR: position += offset
        default: position = length + offset
        }
        return sf_count_t(position)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> sf_count_t {
        guard failure == nil else { return 0 }
        do {
            try container.write(bytes, at: position, to: file)
        } catch {
            failure = error as? MusicError ?? MusicError(.internal, "\(error)")
            return 0
        }
        position += bytes.count
        length = max(length, position)
        return sf_count_t(bytes.count)
    }

    func finish() throws { try container.finish(length: length, in: file) }
}
