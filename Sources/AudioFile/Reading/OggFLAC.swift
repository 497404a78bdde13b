/// FLAC in Ogg, as xiph.org's "Ogg FLAC mapping" has it.
///
/// libsndfile takes it for damaged where another program than libFLAC wrote it. The pages without their headers are a
/// FLAC file: that is what the decoder gets.
enum OggFLAC {
    /// What the first packet begins with: a signature, a version of two bytes, and the number of further headers.
    private static let signature: StaticString = "\u{7F}FLAC"
    private static let prefixLength = 9

    /// The parts of a file that make up a FLAC file; `nil` if it is something else.
    static func pieces(of file: InputFile) -> [DecoderInput.Piece]? {
        let longestHeader = 27 + 255
        let first = file.bytes(at: 0, count: longestHeader)
        guard first.hasBytes(of: "OggS"), let content = contentStart(first), first.hasBytes(of: signature, at: content)
        else { return nil }
        let serial = first[14..<18]
        var pieces: [DecoderInput.Piece] = []
        var offset = 0
        while offset < file.length {
            let header = file.bytes(at: offset, count: longestHeader)
            guard let length = OggPage.length(of: header), let start = contentStart(header) else { break }
            let end = min(offset + length, file.length)
            if header[14..<18].elementsEqual(serial) {
                let content = offset + start + (offset == 0 ? prefixLength : 0)
                pieces.append(.file(content..<max(content, end)))
            }
            offset += length
        }
        return pieces
    }

    /// Where the content of a page begins, counted from its start.
    private static func contentStart(_ page: [UInt8]) -> Int? { page.count >= 27 ? 27 + Int(page[26]) : nil }
}
