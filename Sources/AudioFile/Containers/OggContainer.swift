/// Ogg: the encoder's comment packet makes way for one with the tags, and its random stream number for one that follows
/// from the tags.
///
/// Pages after the headers get new numbers and checksums.
struct OggContainer: Container {
    private let codec: OggCodec
    private let tags: AudioTags
    /// Bytes of the encoder that are not a whole page yet.
    private var pending: [UInt8] = []
    /// How many bytes the encoder has written.
    private var received = 0
    private var headers: OggPackets? = OggPackets()
    private var serial: UInt32 = 0
    private var sequence: UInt32 = 0
    private var written = 0

    init(codec: OggCodec, tags: AudioTags) {
        self.codec = codec
        self.tags = tags
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, to file: AtomicFile) throws {
        guard offset == received else { throw encoderFault("wrote its pages out of order") }
        received += bytes.count
        pending += bytes
        var output = [UInt8]()
        var rest = pending[...]
        while let length = OggPage.length(of: rest), length <= rest.count {
            var page = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            if headers == nil {
                OggPage.renumber(&page, serial: serial, sequence: sequence)
                sequence += 1
                output += page
            } else {
                output += try takeHeader(page)
            }
        }
        pending = Array(rest)
        try file.write(output, at: written)
        written += output.count
    }

    func finish(length: Int, in file: AtomicFile) throws {
        guard pending.isEmpty, headers == nil else { throw encoderFault("left its last page unfinished") }
    }

    /// - Returns: all pages before the audio, once they are complete.
    private mutating func takeHeader(_ page: [UInt8]) throws -> [UInt8] {
        headers?.append(page: page[...])
        guard var packets = headers?.complete, packets.count >= codec.headerCount else { return [] }
        let signature = codec.commentSignature
        guard packets.count == codec.headerCount, headers?.partial.isEmpty == true, packets[1].starts(with: signature)
        else { throw encoderFault("wrote headers of another codec") }
        let vendor = VorbisComment(packets[1].dropFirst(signature.count)).vendor
        packets[1] = signature + VorbisComment(vendor: vendor, tags: tags).encoded + codec.commentEnd
        serial = UInt32(truncatingIfNeeded: fingerprint(packets[1]))
        var pages = OggPage.pages(of: [packets[0]], serial: serial, firstSequence: 0, flags: OggPage.isFirst)
        pages += OggPage.pages(of: Array(packets[1...]), serial: serial, firstSequence: 1)
        sequence = UInt32(pages.count)
        headers = nil
        return Array(pages.joined())
    }
}

/// FNV-1a, 64 bits: a number that follows from some bytes alone.
func fingerprint(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
