/// The comment block that FLAC, Vorbis and Opus share: a vendor string and a list of `NAME=text` in UTF-8
/// (Vorbis I specification, section 5; lengths are 32-bit little-endian).
struct VorbisComment: Equatable {
    /// The encoder library that made the stream.
    var vendor: [UInt8]
    /// The entries in their order.
    var entries: [(name: String, text: String)]

    /// A block with the tags that are set.
    init(vendor: [UInt8], tags: AudioTags) {
        self.vendor = vendor
        entries = AudioTags.fields.compactMap { field in
            tags[keyPath: field.path].map { (field.vorbis[0], $0) }
        }
        entries += VorbisChapters.entries(tags.chapters ?? [])
    }

    /// Reads a block, without the signature that Ogg puts before it; takes what is there of a damaged one.
    init<Bytes: Collection<UInt8>>(_ bytes: Bytes) where Bytes.Index == Int {
        var offset = 0
        func next() -> ArraySlice<UInt8>? {
            guard bytes.count - offset >= 4 else { return nil }
            let length = bytes.littleEndian(at: offset)
            guard length <= bytes.count - offset - 4 else { return nil }
            let start = bytes.startIndex + offset + 4
            offset += 4 + length
            return Array(bytes[start..<start + length])[...]
        }
        vendor = next().map { Array($0) } ?? []
        let count = bytes.littleEndian(at: offset)
        offset += 4
        entries = []
        while entries.count < count, let entry = next() {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            entries.append((Text.decode(entry[..<equals]).uppercased(), Text.decode(entry[(equals + 1)...])))
        }
    }

    /// The block's bytes, without signature and without Vorbis's closing bit.
    var encoded: [UInt8] {
        var bytes = [UInt8]()
        func append(_ text: [UInt8]) {
            bytes += Text.littleEndian(text.count)
            bytes += text
        }
        append(vendor)
        bytes += Text.littleEndian(entries.count)
        for entry in entries { append(Array("\(entry.name)=\(entry.text)".utf8)) }
        return bytes
    }

    /// The fields that are known here; several entries of one name are joined by commas.
    var tags: AudioTags {
        var tags = AudioTags()
        for field in AudioTags.fields {
            for name in field.vorbis where tags[keyPath: field.path] == nil {
                let values = entries.filter { $0.name == name }.map(\.text)
                if !values.isEmpty { tags[keyPath: field.path] = values.joined(separator: ", ") }
            }
        }
        tags.chapters = VorbisChapters.decode(entries)
        return tags
    }

    static func == (left: Self, right: Self) -> Bool { left.vendor == right.vendor && left.encoded == right.encoded }
}

/// Text and numbers as tags store them.
enum Text {
    /// UTF-8 where the bytes are valid, Windows' Western code page otherwise.
    static func decode(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(bytes.map { windows1252($0) }))
    }

    /// The bytes up to the first zero.
    static func zeroTerminated(_ bytes: some Collection<UInt8>) -> String { decode(bytes.prefix { $0 != 0 }) }

    static func littleEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    static func bigEndian(_ value: Int) -> [UInt8] { littleEndian(value).reversed() }

    /// The characters at 0x80 to 0x9F of code page 1252; the rest is that of Latin-1.
    private static let windowsBlock: [Unicode.Scalar] = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)

    private static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        (0x80...0x9F).contains(byte) ? windowsBlock[Int(byte) - 0x80] : Unicode.Scalar(byte)
    }
}
