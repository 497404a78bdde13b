/// FLAC: the encoder's comment block makes way for one with the tags.
///
/// A file starts with `fLaC` and the metadata blocks: the stream's properties, which the encoder comes back to, then
/// the comments. Each block has a header of four bytes: a mark for the last block, its type, its length.
struct FLACContainer: Container {
    private let tags: AudioTags
    /// The encoder's metadata as far as it is written; empty once the audio began.
    private var header: [UInt8] = []
    /// Where the encoder's audio begins.
    private var audioStart: Int?
    /// Where it begins in the finished file.
    private var newAudioStart = 0

    private static let propertiesEnd = 4 + 4 + 34
    private static let isLast: UInt8 = 0x80
    private static let vorbisComment: UInt8 = 4

    init(tags: AudioTags) { self.tags = tags }

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, to file: AtomicFile) throws {
        guard let audioStart else {
            guard offset == header.count else { throw encoderFault("wrote its header out of order") }
            header += bytes
            try completeHeader(in: file)
            return
        }
        if offset >= audioStart {
            try file.write(bytes, at: offset - audioStart + newAudioStart)
        } else if offset + bytes.count <= Self.propertiesEnd {
            try file.write(bytes, at: offset)
        } else {
            throw encoderFault("rewrote its metadata")
        }
    }

    func finish(length: Int, in file: AtomicFile) throws {
        guard audioStart != nil else { throw encoderFault("left its header unfinished") }
    }

    /// Writes the new metadata once the encoder's is complete, with any audio that came in the same piece.
    private mutating func completeHeader(in file: AtomicFile) throws {
        var offset = 4
        var vendor: [UInt8] = []
        while true {
            guard header.count >= offset + 4 else { return }
            let end = offset + 4 + header.bigEndian(at: offset + 1, size: 3)
            guard header.count >= end else { return }
            let type = header[offset]
            if type & ~Self.isLast == Self.vorbisComment { vendor = VorbisComment(header[(offset + 4)..<end]).vendor }
            offset = end
            if type & Self.isLast != 0 { break }
        }
        guard offset >= Self.propertiesEnd else { throw encoderFault("left its header unfinished") }
        let comment = VorbisComment(vendor: vendor, tags: tags).encoded
        var metadata = Array(header[..<Self.propertiesEnd])
        metadata[4] &= ~Self.isLast
        metadata += [Self.isLast | Self.vorbisComment] + Text.bigEndian(comment.count).dropFirst() + comment
        audioStart = offset
        newAudioStart = metadata.count
        metadata += header[offset...]
        try file.write(metadata, at: 0)
        header = []
    }
}
