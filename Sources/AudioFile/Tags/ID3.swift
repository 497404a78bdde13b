/// ID3v2 tags: written as version 2.4 in UTF-8, read in versions 2.2 to 2.4 (id3.org, "ID3 tag version 2.4.0").
///
/// Of our own, as the other tags and the containers are: libsndfile can't put all fields where players look for them,
/// and a tag library would write into the finished file, in a second pass, where ours is complete or not there at all,
/// with equal bytes for equal input.
enum ID3 {
    /// The frame that holds a field: identifier, and the description for those that need one.
    private static func frame(of field: AudioTags.Field) -> (id: String, description: String?) {
        switch field.path {
        case \.comment: ("COMM", "")
        case \.lyrics: ("USLT", "")
        case \.recipe: ("TXXX", AudioTags.recipeField)
        case \.cueSheet: ("TXXX", AudioTags.cueSheetField)
        default: (field.id3 ?? "TXXX", nil)
        }
    }

    /// A whole tag; empty if no field is set.
    static func encode(_ tags: AudioTags) -> [UInt8] {
        var frames = [UInt8]()
        for field in AudioTags.fields {
            guard let text = tags[keyPath: field.path] else { continue }
            let (id, description) = frame(of: field)
            let utf8: UInt8 = 3
            var body = [utf8]
            // "XXX" is the standard's code for a language that isn't known.
            if id == "COMM" || id == "USLT" { body += Array("XXX".utf8) }
            if let description { body += Array(description.utf8) + [0] }
            body += Array(text.utf8)
            frames += Array(id.utf8) + synchsafe(body.count) + [0, 0] + body
        }
        for frame in tags.chapters.map(ID3Chapters.frames) ?? [] {
            frames += Array(frame.id.utf8) + synchsafe(frame.content.count) + [0, 0] + frame.content
        }
        frames += timed(tags.timedLyrics)
        guard !frames.isEmpty else { return [] }
        // Some programs look for a frame's header after each frame, the last one too: padding keeps them quiet.
        frames += [UInt8](repeating: 0, count: 10)
        return Array("ID3".utf8) + [4, 0, 0] + synchsafe(frames.count) + frames
    }

    /// The frame of timed lyrics: UTF-8, language not known, times in milliseconds, lyrics, no description; then each
    /// line, which a zero ends, and its time.
    private static func timed(_ lines: [AudioTags.TimedLine]) -> [UInt8] {
        guard !lines.isEmpty else { return [] }
        var body: [UInt8] = [3] + Array("XXX".utf8) + [2, 1, 0]
        for line in lines {
            body += Array(line.text.utf8) + [0]
            body += Text.bigEndian(Int((line.start * 1000).rounded()))
        }
        return Array("SYLT".utf8) + synchsafe(body.count) + [0, 0] + body
    }

    /// The lines of a frame of timed lyrics in milliseconds and one byte a character or UTF-8; none of other ones.
    private static func timed(_ content: ArraySlice<UInt8>) -> [AudioTags.TimedLine] {
        let header = Array(content.prefix(6))
        guard header.count == 6, [0, 3].contains(header[0]), header[4] == 2 else { return [] }
        var rest = content.dropFirst(6)
        // A description.
        rest = rest.drop { $0 != 0 }.dropFirst()
        var lines: [AudioTags.TimedLine] = []
        while let end = rest.firstIndex(of: 0), rest.endIndex - end > 4 {
            let milliseconds = Array(rest[(end + 1)..<(end + 5)]).bigEndian(at: 0)
            let text = Text.decode(rest[..<end])
            lines.append(.init(start: Double(milliseconds) / 1000, text: text.trimmingPrefix("\n").description))
            rest = rest[(end + 5)...]
        }
        return lines
    }

    /// Length of the tag that begins with these ten bytes, those included; `nil` if they begin none.
    static func length(_ start: some Collection<UInt8>) -> Int? {
        let header = Array(start.prefix(10))
        guard header.count == 10, header.hasBytes(of: "ID3"), header[3] < 0xFF, header[6...].allSatisfy({ $0 < 0x80 })
        else { return nil }
        let footer = header[5] & 0x10 != 0 ? 10 : 0
        return 10 + synchsafe(header[6...]) + footer
    }

    /// Reads a tag; takes what is there of a damaged one.
    static func decode(_ bytes: [UInt8]) -> AudioTags {
        guard length(bytes) != nil, (2...4).contains(bytes[3]) else { return AudioTags() }
        let version = bytes[3]
        let flags = bytes[5]
        var body = bytes[10...].prefix(synchsafe(bytes[6..<10]))
        if flags & 0x80 != 0 && version < 4 { body = synchronised(body)[...] }
        if flags & 0x40 != 0 && version > 2 {
            // The extended header; its size counts itself from version 2.4 on.
            let size = version == 4 ? synchsafe(body.prefix(4)) : body.bigEndian(at: 0) + 4
            body = body.dropFirst(size)
        }
        var tags = AudioTags()
        let idLength = version == 2 ? 3 : 4
        let headerLength = version == 2 ? 6 : 10
        while body.count > headerLength, body.first != 0 {
            let id = Text.decode(body.prefix(idLength))
            let sizeBytes = body.dropFirst(idLength).prefix(version == 2 ? 3 : 4)
            let size = version == 4 ? synchsafe(sizeBytes) : sizeBytes.bigEndian(at: 0, size: sizeBytes.count)
            let format = version == 2 ? 0 : body.bigEndian(at: 9, size: 1)
            guard size > 0, size <= body.count - headerLength else { break }
            var content = body.dropFirst(headerLength).prefix(size)
            body = body.dropFirst(headerLength + size)
            // Compressed or encrypted frames stay unread.
            if version == 4 {
                if format & 0x0C != 0 { continue }
                if format & 0x01 != 0 { content = content.dropFirst(4) }
                if format & 0x02 != 0 || flags & 0x80 != 0 { content = synchronised(content)[...] }
            } else if format & 0xC0 != 0 {
                continue
            }
            if id == "CHAP", version == 4 {
                if let chapter = ID3Chapters.decode(content) { tags.chapters = (tags.chapters ?? []) + [chapter] }
            } else if id == "SYLT" {
                if tags.timedLyrics.isEmpty { tags.timedLyrics = timed(content) }
            } else {
                take(id, content, into: &tags)
            }
        }
        return tags
    }

    // MARK: - Frames

    /// Frames of other versions under their names in version 2.4.
    private static let aliases = [
        "TT2": "TIT2", "TP1": "TPE1", "TAL": "TALB", "TYE": "TDRC", "TYER": "TDRC", "TCO": "TCON", "TSS": "TSSE",
        "COM": "COMM", "ULT": "USLT", "TXX": "TXXX",
    ]

    private static func take(_ id: String, _ content: ArraySlice<UInt8>, into tags: inout AudioTags) {
        let id = aliases[id] ?? id
        guard let encoding = content.first, encoding <= 3 else { return }
        var rest = content.dropFirst()
        if id == "COMM" || id == "USLT" { rest = rest.dropFirst(3) }
        let texts = split(rest, encoding: encoding)
        for field in AudioTags.fields {
            let wanted = frame(of: field)
            guard wanted.id == id, tags[keyPath: field.path] == nil else { continue }
            guard let description = wanted.description else {
                // Several values of one text frame are separated by zeros.
                let values = texts.filter { !$0.isEmpty }
                if !values.isEmpty { tags[keyPath: field.path] = values.joined(separator: ", ") }
                continue
            }
            if texts.count > 1, texts[0] == description { tags[keyPath: field.path] = texts[1] }
        }
    }

    /// The texts of a frame, which zeros separate.
    private static func split(_ bytes: ArraySlice<UInt8>, encoding: UInt8) -> [String] {
        guard encoding == 1 || encoding == 2 else {
            return bytes.split(separator: 0, omittingEmptySubsequences: false).map { part in
                encoding == 3 ? Text.decode(part) : String(String.UnicodeScalarView(part.map { Unicode.Scalar($0) }))
            }
        }
        var isBigEndian = true
        var units = [UInt16]()
        var texts = [[UInt16]]()
        var offset = bytes.startIndex
        while offset + 1 < bytes.endIndex {
            let (first, second) = (UInt16(bytes[offset]), UInt16(bytes[offset + 1]))
            let unit = isBigEndian ? first << 8 | second : second << 8 | first
            offset += 2
            switch unit {
            case 0xFEFF where units.isEmpty: break
            case 0xFFFE where units.isEmpty: isBigEndian.toggle()
            case 0:
                texts.append(units)
                units = []
            default: units.append(unit)
            }
        }
        texts.append(units)
        return texts.map { String(decoding: $0, as: UTF16.self) }
    }

    // MARK: - Numbers

    /// Undoes unsynchronisation: a zero after each 0xFF.
    private static func synchronised(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(bytes.count)
        var previous: UInt8 = 0
        for byte in bytes {
            if previous == 0xFF && byte == 0 {
                previous = 0
            } else {
                result.append(byte)
                previous = byte
            }
        }
        return result
    }

    /// Four bytes of seven bits each, the most significant first.
    static func synchsafe(_ value: Int) -> [UInt8] {
        [21, 14, 7, 0].map { UInt8(value >> $0 & 0x7F) }
    }

    static func synchsafe(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }
}
