import CSndfile

/// Finds the tags of a file of any kind.
enum TagReader {
    /// The most bytes that are read of one block of tags: enough for cover pictures beside the texts.
    private static let maximumLength = 32 << 20

    /// - Parameters:
    ///   - file: an open file.
    ///   - fallback: libsndfile's view of it, for the kinds that are not looked into here.
    static func read(_ file: InputFile, fallback: AudioFileReader) -> AudioTags {
        var tags = AudioTags()
        var start = file.bytes(at: 0, count: 12)
        var offset = 0
        if let length = ID3.length(start) {
            tags = ID3.decode(file.bytes(at: 0, count: min(length, maximumLength)))
            offset = length
            start = file.bytes(at: offset, count: 12)
        }
        if start.hasBytes(of: "fLaC") {
            tags = flac(file, from: offset + 4).merged(with: tags)
        } else if start.hasBytes(of: "OggS") {
            tags = ogg(file, from: offset).merged(with: tags)
        } else if start.hasBytes(of: "WAVE", at: 8),
            ["RIFF", "RF64", "BW64"].contains(where: { start.starts(with: $0.utf8) })
        {
            tags = riff(file, from: offset + 12).merged(with: tags)
        }
        return tags.withoutEmptyFields.merged(with: strings(fallback).withoutEmptyFields)
    }

    private static func flac(_ file: InputFile, from start: Int) -> AudioTags {
        var offset = start
        while offset + 4 <= file.length {
            let header = file.bytes(at: offset, count: 4)
            let length = header.bigEndian(at: 1, size: 3)
            let vorbisComment: UInt8 = 4
            if header[0] & 0x7F == vorbisComment {
                return VorbisComment(file.bytes(at: offset + 4, count: length)).tags
            }
            if header[0] & 0x80 != 0 { break }
            offset += 4 + length
        }
        return AudioTags()
    }

    /// The second packet of an Ogg stream holds the comments.
    private static func ogg(_ file: InputFile, from start: Int) -> AudioTags {
        var packets = OggPackets()
        var offset = start
        while packets.complete.count < 2, offset - start < maximumLength {
            let page = file.bytes(at: offset, count: OggPage.maximumLength)
            guard let length = OggPage.length(of: page), length <= page.count else { break }
            packets.append(page: page[..<length])
            offset += length
        }
        guard packets.complete.count >= 2 else { return AudioTags() }
        let packet = packets.complete[1]
        for signature in OggCodec.allCases.map(\.commentSignature) where packet.starts(with: signature) {
            return VorbisComment(packet.dropFirst(signature.count)).tags
        }
        // FLAC has a block of metadata in the packet: a type, a length of three bytes, the comments.
        let isFLAC = packets.complete[0].hasBytes(of: "\u{7F}FLAC")
        return isFLAC && packet.first.map { $0 & 0x7F } == 4 ? VorbisComment(packet.dropFirst(4)).tags : AudioTags()
    }

    /// `LIST` chunks of type `INFO`, and an ID3 tag in a chunk of its own.
    private static func riff(_ file: InputFile, from start: Int) -> AudioTags {
        var id3 = AudioTags()
        var info = AudioTags()
        for chunk in RIFFChunk.all(in: file, from: start) {
            let length = min(chunk.length, maximumLength)
            if chunk.header.hasBytes(of: "id3 ") || chunk.header.hasBytes(of: "ID3 ") {
                id3 = ID3.decode(file.bytes(at: chunk.offset, count: length)).merged(with: id3)
            } else if chunk.header.hasBytes(of: "LIST") {
                let list = file.bytes(at: chunk.offset, count: length)
                if list.hasBytes(of: "INFO") { info = RIFFInfo.decode(Array(list[4...])).merged(with: info) }
            }
        }
        return id3.merged(with: info)
    }

    private static func strings(_ reader: AudioFileReader) -> AudioTags {
        AudioTags(
            title: reader.string(SF_STR_TITLE), artist: reader.string(SF_STR_ARTIST),
            album: reader.string(SF_STR_ALBUM), date: reader.string(SF_STR_DATE), genre: reader.string(SF_STR_GENRE),
            comment: reader.string(SF_STR_COMMENT), software: reader.string(SF_STR_SOFTWARE))
    }
}
