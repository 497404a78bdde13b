import AudioFile
import CSndfile
import Foundation
import MusicCore
import Testing

/// Files on a disk that fails, or that somebody shortens meanwhile: never taken for shorter ones.
@Suite struct FailingDiskTests {
    /// How a kind of file is made: by this library, or by libsndfile under its own number.
    enum Kind: Sendable, CaseIterable {
        case wav, flac, mp3, ogg, opus, aiff, au, caf, w64, rf64

        var format: Int? {
            switch self {
            case .wav, .flac, .mp3, .ogg, .opus: nil
            case .aiff: SF_FORMAT_AIFF | SF_FORMAT_PCM_16
            case .au: SF_FORMAT_AU | SF_FORMAT_PCM_16
            case .caf: SF_FORMAT_CAF | SF_FORMAT_PCM_16
            case .w64: SF_FORMAT_W64 | SF_FORMAT_PCM_16
            case .rf64: SF_FORMAT_RF64 | SF_FORMAT_PCM_16
            }
        }

        /// Three seconds of stereo in a file of this kind.
        func file(in scratch: Scratch) throws -> URL {
            let url = scratch.file("a.\(self)")
            let channels = Signal.music(channels: 2, rate: 48_000, count: 144_000)
            guard let format else {
                try AudioFile.write(
                    AudioBuffer(sampleRate: 48_000, channels: channels), to: url,
                    options: WriteOptions(tags: AudioTags(title: "A title")))
                return url
            }
            var description = SF_INFO()
            description.samplerate = 48_000
            description.channels = 2
            description.format = Int32(format)
            let handle = try #require(sf_open(url.path, Int32(SFM_WRITE), &description))
            let frames = channels[0].indices.flatMap { [channels[0][$0], channels[1][$0]] }
            sf_writef_float(handle, frames, 144_000)
            sf_close(handle)
            return url
        }
    }

    /// How the disk fails.
    enum Failure: Sendable, CaseIterable {
        case error, end

        /// A read that fails for bytes from an offset on.
        func read(from bad: Int) -> PositionedRead {
            { descriptor, buffer, count, offset in
                if offset < bad { return pread(descriptor, buffer, min(count, bad - offset), off_t(offset)) }
                if self == .end { return 0 }
                errno = EIO
                return -1
            }
        }

        var words: String { self == .end ? "it became shorter while it was read" : "input/output error" }
    }

    private static func samples(_ reader: AudioFileReader) throws -> Int {
        var count = 0
        while case let block = try reader.read(4096)[0].count, block > 0 { count += block }
        return count
    }

    @Test(arguments: Kind.allCases, Failure.allCases)
    func whatCannotBeReadIsAnError(_ kind: Kind, _ failure: Failure) throws {
        let scratch = try Scratch()
        let url = try kind.file(in: scratch)
        let length = try #require(try url.resourceValues(forKeys: [.fileSizeKey]).fileSize)
        #expect(try Self.samples(AudioFileReader(url, read: failure.read(from: length))) >= 144_000)
        // In the signature, the header, at a quarter, the half, near the end, and at the last byte.
        for bad in [0, 3, 20, 60, length / 4, length / 2, length * 9 / 10, length - 600, length - 1] {
            let error = #expect(throws: MusicError.self, "from byte \(bad) of \(length)") {
                let reader = try AudioFileReader(url, read: failure.read(from: bad))
                _ = try Self.samples(reader)
                // Tags behind the samples are no part of reading them.
                _ = try AudioFile.info(url, read: failure.read(from: bad))
            }
            #expect(error?.code == .unreadableInput)
            #expect(error?.message.contains(failure.words) == true, "from byte \(bad): \(error?.message ?? "")")
        }
    }

    @Test func aPlaceThatCannotBeReadIsNotPassedOver() throws {
        let scratch = try Scratch()
        let url = try Kind.wav.file(in: scratch)
        // Two bad sectors in the middle; what is behind them could be read.
        let read: PositionedRead = { descriptor, buffer, count, offset in
            guard offset + count > 300_000, offset < 301_024 else {
                return pread(descriptor, buffer, count, off_t(offset))
            }
            errno = EIO
            return -1
        }
        let reader = try AudioFileReader(url, read: read)
        try reader.seek(to: 100_000)
        #expect(try reader.read(100)[0].count == 100)
        try reader.seek(to: 75_100)
        #expect(throws: MusicError.self) { try reader.read(4096) }
    }
}
