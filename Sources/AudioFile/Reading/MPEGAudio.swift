/// What an MP3 file says about its length, put right where that is missing or wrong.
///
/// Encoders put the number of frames into the first frame, which is silent and carries the letters `Xing` or `Info`.
/// Without it, decoders guess the length from the bit rate of the first frame and stop there, which cuts files of
/// variable bit rate short. Such a file gets that frame here, in front of what the decoder sees: libsndfile has no
/// setting for it, and tag libraries read the same frame.
struct MPEGAudio {
    /// Whether the file itself counts its frames.
    let hasFrameCount: Bool
    /// How many bytes the file lacks of the length that it states.
    let missingBytes: Int
    /// What the decoder is to see of the file's start, in place of its first ``startLength`` bytes.
    let start: [UInt8]
    let startLength: Int

    /// The file as the decoder is to see it.
    func pieces(of file: InputFile) -> [DecoderInput.Piece] {
        [.bytes(start), .file(min(startLength, file.length)..<file.length)]
    }

    /// - Returns: `nil` if the file doesn't begin with frames of MPEG layer III.
    init?(_ file: InputFile) {
        let firstFrame = file.soundStart
        var frame = file.bytes(at: firstFrame, count: 2048)
        guard let header = Header(frame), header.length <= frame.count else { return nil }
        frame.removeLast(frame.count - header.length)
        let letters = 4 + header.sideInformationLength
        let side = frame.dropFirst(letters)
        let isXing = side.hasBytes(of: "Xing") || side.hasBytes(of: "Info")
        hasFrameCount = isXing || frame.hasBytes(of: "VBRI", at: 36)
        guard hasFrameCount else {
            missingBytes = 0
            start = Self.emptyTag + header.countFrame(Self.countFrames(file, from: firstFrame, like: header))
            startLength = firstFrame
            return
        }
        // The length in bytes follows the number of frames; each is there if its bit is set.
        guard isXing, side.bigEndian(at: 4) & 3 == 3, side.count >= 16 else {
            missingBytes = 0
            start = Self.emptyTag
            startLength = firstFrame
            return
        }
        let stated = side.bigEndian(at: 12)
        let present = file.length - firstFrame
        // Not all encoders count the same bytes.
        missingBytes = stated - present > stated / 100 ? stated - present : 0
        startLength = firstFrame + frame.count
        if present - stated > stated / 100 {
            // Tags at the end, or another stream that was joined to this one.
            let frames = Self.countFrames(file, from: startLength, like: header)
            if frames > side.bigEndian(at: 8) + 4 {
                start = Self.emptyTag + header.countFrame(frames)
                return
            }
        }
        // The decoder would print a warning about any other number.
        frame.replaceSubrange(letters + 12..<letters + 16, with: Text.bigEndian(present))
        start = Self.emptyTag + frame
    }

    /// Without an ID3 tag at the start, libsndfile looks for parts of the file elsewhere before it takes it for an MP3.
    ///
    /// It doesn't find its way out of tags of less than 12 bytes, so there is some padding in this one.
    private static let emptyTag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 32] + [UInt8](repeating: 0, count: 32)

    /// Walks from header to header through the file; where one is missing, looks for the next.
    private static func countFrames(_ file: InputFile, from start: Int, like first: Header) -> Int {
        let blockSize = 1 << 20
        var count = 0
        var offset = start
        var blockStart = start
        var block = file.bytes(at: start, count: blockSize)
        while offset + 4 <= file.length {
            if offset + 4 > blockStart + block.count {
                blockStart = offset
                block = file.bytes(at: offset, count: blockSize)
                guard block.count >= 4 else { break }
            }
            let candidate = block[(offset - blockStart)...]
            if candidate.first == 0xFF, let header = Header(candidate), header.isCompatible(with: first) {
                guard offset + header.length <= file.length else { break }
                count += 1
                offset += header.length
            } else {
                offset += 1
            }
        }
        return count
    }

    /// The four bytes at the start of a frame (ISO/IEC 11172-3, section 2.4.1.3, and 13818-3).
    private struct Header {
        private let bytes: ArraySlice<UInt8>
        private let isVersion1: Bool
        private let sampleRate: Int
        private let isMono: Bool
        /// Bytes of the whole frame.
        let length: Int

        /// Kilobits per second by index, for version 1 and for versions 2 and 2.5.
        private static let rates = [
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ]

        init?(_ bytes: some Collection<UInt8>) {
            let bytes = Array(bytes.prefix(4))
            guard bytes.count == 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return nil }
            let version = bytes[1] >> 3 & 3
            let layer = bytes[1] >> 1 & 3
            let rateIndex = Int(bytes[2] >> 4)
            let frequencyIndex = Int(bytes[2] >> 2 & 3)
            // Version 1 is reserved; layer 1 stands for layer III; rates 0 and 15 are "free" and invalid.
            guard version != 1, layer == 1, (1...14).contains(rateIndex), frequencyIndex < 3 else { return nil }
            self.bytes = bytes[...]
            isVersion1 = version == 3
            sampleRate = [44_100, 48_000, 32_000][frequencyIndex] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
            isMono = bytes[3] >> 6 == 3
            let rate = Self.rates[isVersion1 ? 0 : 1][rateIndex - 1]
            length = Self.length(rate, sampleRate, isVersion1) + Int(bytes[2] >> 1 & 1)
        }

        /// Bytes between the header and the sound, where the letters of the first frame lie.
        var sideInformationLength: Int { isVersion1 ? (isMono ? 17 : 32) : (isMono ? 9 : 17) }

        /// Whether both are frames of one stream.
        func isCompatible(with other: Header) -> Bool {
            isVersion1 == other.isVersion1 && sampleRate == other.sampleRate
        }

        /// A silent frame of this stream that states how many others there are.
        func countFrame(_ count: Int) -> [UInt8] {
            let rateIndex = isVersion1 ? 5 : 8
            let length = Self.length(Self.rates[isVersion1 ? 0 : 1][rateIndex - 1], sampleRate, isVersion1)
            // No checksum, no padding.
            var frame = [0xFF, bytes[1] | 1, UInt8(rateIndex) << 4 | bytes[2] & 0x0C, bytes[3]]
            frame += [UInt8](repeating: 0, count: sideInformationLength)
            frame += Array("Xing".utf8) + Text.bigEndian(1) + Text.bigEndian(count)
            return frame + [UInt8](repeating: 0, count: length - frame.count)
        }

        private static func length(_ rate: Int, _ sampleRate: Int, _ isVersion1: Bool) -> Int {
            (isVersion1 ? 144_000 : 72_000) * rate / sampleRate
        }
    }
}
