/// What the header of a file says of the length of its samples, beside the length that the file has.
///
/// Programs that write to a pipe, and recorders that were cut off, leave placeholders: zeros, the length of the header
/// alone, or the largest numbers that the fields hold. They are no statement: the samples go on to the end of the file,
/// and the decoder is given a header that says so.
struct StatedLength {
    /// Bytes in place of others of the file.
    struct Patch {
        var offset: Int
        var bytes: [UInt8]
    }

    /// How many bytes are missing at the end of the file, at least.
    private(set) var missingBytes = 0
    /// What the decoder is to see otherwise.
    private(set) var patches: [Patch] = []

    init(_ file: InputFile) {
        let start = file.bytes(at: 0, count: 40)
        if start.hasBytes(of: "WAVE", at: 8) {
            if start.hasBytes(of: "RIFF") { readSamples(of: file, in: "data", empty: 0, .riff) }
            if start.hasBytes(of: "RIFX") { readSamples(of: file, in: "data", empty: 0, .iff) }
            if start.hasBytes(of: "RF64") || start.hasBytes(of: "BW64") { readRF64(file) }
        } else if start.hasBytes(of: "FORM"), start.hasBytes(of: "AIF", at: 8) {
            // An offset and a block size come before the samples.
            readSamples(of: file, in: "SSND", empty: 8, .iff)
        } else if start.hasBytes(of: ".snd") || start.hasBytes(of: "dns.") {
            readAU(file, start)
        } else if start.hasBytes(of: "riff"), start.hasBytes(of: "wave", at: 24) {
            readW64(file)
        } else if start.hasBytes(of: "caff") {
            readCAF(file)
        } else if start.hasBytes(of: "OggS") {
            missingBytes = Self.missingBytesOfLastPage(file)
        }
    }

    /// The file with the patches, for the decoder.
    func pieces(of file: InputFile) -> [DecoderInput.Piece] {
        var pieces: [DecoderInput.Piece] = []
        var position = 0
        for patch in patches.sorted(by: { $0.offset < $1.offset }) where patch.offset >= position {
            pieces += [.file(position..<patch.offset), .bytes(patch.bytes)]
            position = patch.offset + patch.bytes.count
        }
        return pieces + [.file(position..<max(position, file.length))]
    }

    // MARK: Formats

    /// WAV and AIFF: one chunk of samples in a file whose own length stands at its beginning.
    ///
    /// - Parameters:
    ///   - name: of the chunk.
    ///   - empty: bytes that it has before the samples.
    private mutating func readSamples(
        of file: InputFile, in name: StaticString, empty: Int, _ layout: ChunkLayout
    ) {
        guard let samples = layout.chunk(name, in: file, from: 12) else { return }
        let present = file.length - samples.offset
        guard layout.isUnfinished(samples, empty: empty, in: file) else {
            missingBytes = Self.isPlaceholder(samples.length) ? 0 : max(0, samples.length - present)
            return
        }
        patches = [
            Patch(offset: 4, bytes: layout.number(min(file.length - 8, 0xFFFF_FFFF))),
            Patch(offset: samples.offset - 4, bytes: layout.number(min(present, 0xFFFF_FFFF))),
        ]
    }

    /// RF64 (EBU Tech 3306) and its successor BW64 (ITU-R BS.2088), which libsndfile knows under the older name.
    private mutating func readRF64(_ file: InputFile) {
        let layout = ChunkLayout.riff
        let large = 0xFFFF_FFFF
        guard let sizes = layout.chunk("ds64", in: file, from: 12), sizes.length >= 24,
            let data = layout.chunk("data", in: file, from: 12)
        else { return }
        let fields = file.bytes(at: sizes.offset, count: 24)
        let stated = data.length == large || data.length == 0 ? fields.littleEndian(at: 8, size: 8) : data.length
        let present = file.length - data.offset
        let isKnown = stated > 0 && stated < 1 << 62
        missingBytes = isKnown ? max(0, stated - present) : 0
        let format = layout.chunk("fmt ", in: file, from: 12).map { file.bytes(at: $0.offset, count: 16) } ?? []
        let length = isKnown ? stated : present
        let frames = length / max(1, format.littleEndian(at: 12, size: 2))
        patches = [
            Patch(offset: 0, bytes: Array("RF64".utf8) + layout.number(large)),
            Patch(
                offset: sizes.offset,
                bytes: [file.length - 8, length, frames].flatMap { Text.littleEndian($0) + Text.littleEndian($0 >> 32) }
            ),
            Patch(offset: data.offset - 4, bytes: layout.number(large)),
        ]
    }

    private mutating func readAU(_ file: InputFile, _ start: [UInt8]) {
        let isBigEndian = start.hasBytes(of: ".snd")
        func number(_ offset: Int) -> Int {
            isBigEndian ? start.bigEndian(at: offset) : start.littleEndian(at: offset)
        }
        let (stated, present) = (number(8), file.length - number(4))
        if stated == 0, present > 0 {
            patches = [Patch(offset: 8, bytes: [0xFF, 0xFF, 0xFF, 0xFF])]
        } else if !Self.isPlaceholder(stated) {
            missingBytes = max(0, stated - max(0, present))
        }
    }

    /// libsndfile reads this format to the end of the file whatever it states.
    private mutating func readW64(_ file: InputFile) {
        guard let data = ChunkLayout.w64.chunk("data", in: file, from: 40) else { return }
        if data.length > 0, data.length < 1 << 62 { missingBytes = max(0, data.length - (file.length - data.offset)) }
    }

    private mutating func readCAF(_ file: InputFile) {
        let layout = ChunkLayout.caf
        guard let data = layout.chunk("data", in: file, from: 8) else { return }
        let present = file.length - data.offset
        // The format's own word for "unknown" is -1; a number of edits comes before the samples.
        if data.length < 0 || data.length >= 1 << 62 || layout.isUnfinished(data, empty: 4, in: file) {
            patches = [Patch(offset: data.offset - 8, bytes: Text.bigEndian(present >> 32) + Text.bigEndian(present))]
        } else {
            missingBytes = max(0, data.length - present)
        }
    }

    /// The last page of a whole Ogg file ends with the file, or before it.
    private static func missingBytesOfLastPage(_ file: InputFile) -> Int {
        let tail = file.bytes(at: max(0, file.length - OggPage.maximumLength), count: OggPage.maximumLength)
        guard let start = tail.indices.last(where: { tail[$0...].hasBytes(of: "OggS") }) else { return 0 }
        let page = tail[start...]
        // The shortest page has a header of 27 bytes and one segment length.
        return max(0, (OggPage.length(of: page) ?? 28) - page.count)
    }

    /// Whether a length of 32 bits stands for "unknown".
    ///
    /// In use are 0x7FFFF000, 0x7FFFFFFF, 0x80000000 and 0xFFFFFFFF, all of them with and without the length of the
    /// header.
    private static func isPlaceholder(_ length: Int) -> Bool {
        (0x7FFF_0000...0x8001_0000).contains(length) || length >= 0xFFFF_0000
    }
}

/// How the chunks of a kind of file are laid out.
struct ChunkLayout {
    /// A chunk's content.
    struct Chunk {
        /// Where it begins in the file.
        var offset: Int
        /// Its length in bytes as the header states it; negative if the field is of 64 bits and the number is too large.
        var length: Int
    }

    /// Bytes of the name, of which the first four are letters.
    let nameLength: Int
    /// Bytes of the length.
    let sizeLength: Int
    let isBigEndian: Bool
    /// Chunks begin at multiples of this, counted from the file's start.
    let alignment: Int
    /// Whether a length counts the header of its chunk.
    let countsHeader: Bool

    static let riff = ChunkLayout(nameLength: 4, sizeLength: 4, isBigEndian: false, alignment: 2, countsHeader: false)
    static let iff = ChunkLayout(nameLength: 4, sizeLength: 4, isBigEndian: true, alignment: 2, countsHeader: false)
    static let caf = ChunkLayout(nameLength: 4, sizeLength: 8, isBigEndian: true, alignment: 1, countsHeader: false)
    static let w64 = ChunkLayout(nameLength: 16, sizeLength: 8, isBigEndian: false, alignment: 8, countsHeader: true)

    /// Real files have a few dozen chunks; more are an attempt to keep the reader busy.
    private static let mostChunks = 10_000

    private var headerLength: Int { nameLength + sizeLength }

    /// Four bytes in the order of the format.
    func number(_ value: Int) -> [UInt8] { isBigEndian ? Text.bigEndian(value) : Text.littleEndian(value) }

    /// The first chunk of a name.
    func chunk(_ name: StaticString, in file: InputFile, from start: Int) -> Chunk? {
        var result: Chunk?
        walk(file, from: start) { header, chunk in
            if header.hasBytes(of: name) { result = chunk }
            return result == nil
        }
        return result
    }

    /// Whether a chunk states that it is empty, though what follows in the file is no chunks: it is samples.
    ///
    /// - Parameter empty: bytes that belong to the chunk without any samples.
    func isUnfinished(_ chunk: Chunk, empty: Int, in file: InputFile) -> Bool {
        guard chunk.length <= empty, chunk.length >= 0, file.length > chunk.offset + empty else { return false }
        var isChunks = true
        let end = walk(file, from: chunk.offset + chunk.length) { header, _ in
            isChunks = header.prefix(4).allSatisfy { (0x20...0x7E).contains($0) }
            return isChunks
        }
        return !isChunks || abs(end - file.length) >= alignment
    }

    /// Goes from header to header.
    ///
    /// - Parameter visit: returns whether to go on.
    /// - Returns: where the next header would begin.
    @discardableResult
    private func walk(
        _ file: InputFile, from start: Int, _ visit: (_ header: [UInt8], _ chunk: Chunk) -> Bool
    ) -> Int {
        var offset = start
        for _ in 0..<Self.mostChunks where offset >= start && offset + headerLength <= file.length {
            let header = file.bytes(at: offset, count: headerLength)
            guard header.count == headerLength else { break }
            let stated =
                isBigEndian
                ? header.bigEndian(at: nameLength, size: sizeLength)
                : header.littleEndian(at: nameLength, size: sizeLength)
            // A number beyond the range of `Int` is negative, and stays as it is.
            let length = stated - (countsHeader && stated > 0 ? headerLength : 0)
            let content = offset + headerLength
            guard visit(header, Chunk(offset: content, length: length)) else { break }
            let (end, overflow) = content.addingReportingOverflow(length)
            guard length >= 0, !overflow, end < .max - alignment else { break }
            offset = (end + alignment - 1) / alignment * alignment
        }
        return offset
    }
}
