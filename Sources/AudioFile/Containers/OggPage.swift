/// Pages of an Ogg stream (RFC 3533): a header of 27 bytes, a table of segment lengths, the segments.
enum OggPage {
    /// The most bytes that a page can have.
    static let maximumLength = 27 + 255 + 255 * 255

    static let isContinued: UInt8 = 1
    static let isFirst: UInt8 = 2

    /// Length of the page that starts here; `nil` if there is too little of its header.
    static func length<Bytes: Collection<UInt8>>(of page: Bytes) -> Int? where Bytes.Index == Int {
        guard page.count >= 27, page.hasBytes(of: "OggS") else { return nil }
        let segments = Int(page[page.startIndex + 26])
        guard page.count >= 27 + segments else { return nil }
        return page[(page.startIndex + 27)...].prefix(segments).reduce(27 + segments) { $0 + Int($1) }
    }

    /// Gives a whole page another stream number and place in the stream.
    static func renumber(_ page: inout [UInt8], serial: UInt32, sequence: UInt32) {
        page.replaceSubrange(14..<18, with: Text.littleEndian(Int(serial)))
        page.replaceSubrange(18..<22, with: Text.littleEndian(Int(sequence)))
        page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        page.replaceSubrange(22..<26, with: Text.littleEndian(Int(checksum(page))))
    }

    /// Lays packets out on pages of their own, as headers are.
    static func pages(
        of packets: [[UInt8]], serial: UInt32, firstSequence: UInt32, flags: UInt8 = 0
    ) -> [[UInt8]] {
        // A packet's last segment is shorter than 255 bytes; an empty one closes a packet of a multiple of 255.
        var segments: [(content: ArraySlice<UInt8>, endsPacket: Bool)] = []
        for packet in packets {
            var rest = packet[...]
            while rest.count >= 255 {
                segments.append((rest.prefix(255), false))
                rest = rest.dropFirst(255)
            }
            segments.append((rest, true))
        }
        var pages = [[UInt8]]()
        var continues = false
        while !segments.isEmpty {
            let own = segments.prefix(255)
            segments.removeFirst(own.count)
            // A page on which no packet ends has no position in time: all ones.
            let position: UInt8 = own.contains { $0.endsPacket } ? 0 : 0xFF
            var page = Array("OggS".utf8) + [0, flags | (continues ? isContinued : 0)]
            page += [UInt8](repeating: position, count: 8) + [UInt8](repeating: 0, count: 12)
            page.append(UInt8(own.count))
            page += own.map { UInt8($0.content.count) }
            for segment in own { page += segment.content }
            renumber(&page, serial: serial, sequence: firstSequence + UInt32(pages.count))
            continues = own.last?.endsPacket == false
            pages.append(page)
        }
        return pages
    }

    /// CRC-32 with polynomial 0x04C11DB7, bits in order, no inversion.
    private static func checksum(_ page: [UInt8]) -> UInt32 {
        page.withUnsafeBufferPointer { page in
            table.withUnsafeBufferPointer { table in
                page.reduce(0) { $0 << 8 ^ table[Int(UInt8(truncatingIfNeeded: $0 >> 24) ^ $1)] }
            }
        }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { value, _ in value << 1 ^ (value >> 31 == 1 ? 0x04C1_1DB7 : 0) }
    }
}

/// Puts the packets of a stream together from its pages.
struct OggPackets {
    private(set) var complete: [[UInt8]] = []
    /// What there is so far of the packet that goes on on the next page.
    private(set) var partial: [UInt8] = []

    /// - Parameter page: a whole page.
    mutating func append(page: ArraySlice<UInt8>) {
        let segments = page[(page.startIndex + 27)...].prefix(Int(page[page.startIndex + 26]))
        var offset = segments.endIndex
        for segment in segments {
            partial += page[offset..<offset + Int(segment)]
            offset += Int(segment)
            if segment < 255 {
                complete.append(partial)
                partial = []
            }
        }
    }
}

/// A codec that Ogg streams carry.
enum OggCodec: CaseIterable {
    case vorbis, opus

    /// What the comment packet starts with.
    var commentSignature: [UInt8] {
        switch self {
        case .vorbis: [3] + Array("vorbis".utf8)
        case .opus: Array("OpusTags".utf8)
        }
    }

    /// What follows the comments in their packet: Vorbis closes with a set bit.
    var commentEnd: [UInt8] { self == .vorbis ? [1] : [] }

    /// The number of packets before the first one with audio.
    var headerCount: Int { self == .vorbis ? 3 : 2 }
}
