/// A chunk of a RIFF file: four letters, a length, the content, padded to an even length.
struct RIFFChunk {
    /// The eight bytes before the content.
    var header: [UInt8]
    /// Where the content begins in the file.
    var offset: Int
    /// Length of the content in bytes as the header states it.
    var length: Int

    /// The chunks from an offset on, whose headers lie within the file.
    static func all(in file: InputFile, from start: Int) -> [RIFFChunk] {
        var chunks = [RIFFChunk]()
        var offset = start
        // Real files have a few dozen; more are an attempt to keep the reader busy.
        while offset + 8 <= file.length, chunks.count < 10_000 {
            let header = file.bytes(at: offset, count: 8)
            let length = header.littleEndian(at: 4)
            chunks.append(RIFFChunk(header: header, offset: offset + 8, length: length))
            offset += 8 + length + length % 2
        }
        return chunks
    }

    /// A whole chunk.
    static func encode(_ id: String, _ content: [UInt8]) -> [UInt8] {
        Array(id.utf8) + Text.littleEndian(content.count) + content + (content.count % 2 == 0 ? [] : [0])
    }
}

/// The `INFO` list of a RIFF file: four-letter chunks of zero-terminated text, padded to an even length.
enum RIFFInfo {
    /// A whole `LIST` chunk; empty if no field is set that the list has a chunk for.
    static func encode(_ tags: AudioTags) -> [UInt8] {
        var chunks = [UInt8]()
        for field in AudioTags.fields {
            guard let id = field.info, let text = tags[keyPath: field.path] else { continue }
            chunks += RIFFChunk.encode(id, Array(text.utf8) + [0])
        }
        return chunks.isEmpty ? [] : RIFFChunk.encode("LIST", Array("INFO".utf8) + chunks)
    }

    /// Reads the content of a list, after the letters `INFO`; takes what is there of a damaged one.
    static func decode(_ list: [UInt8]) -> AudioTags {
        var tags = AudioTags()
        var offset = 0
        while offset + 8 <= list.count {
            let length = list.littleEndian(at: offset + 4)
            let content = list[(offset + 8)...].prefix(length)
            for field in AudioTags.fields where tags[keyPath: field.path] == nil {
                guard let id = field.info, list[offset..<offset + 4].elementsEqual(id.utf8) else { continue }
                let text = Text.zeroTerminated(content)
                if !text.isEmpty { tags[keyPath: field.path] = text }
            }
            offset += 8 + length + length % 2
        }
        return tags
    }
}
