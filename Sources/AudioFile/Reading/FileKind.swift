import Foundation
import MusicCore

/// Recognises files that libsndfile can't read, or would read although part of them is missing.
enum FileKind {
    /// The name of a kind of file that can't be read, judged by its first bytes; `nil` if it may be readable.
    static func unreadable(_ file: InputFile) -> String? {
        let tag = ID3.length(file.bytes(at: 0, count: 10)) ?? 0
        let start = file.bytes(at: tag, count: 64)
        if start.hasBytes(of: "ftyp", at: 4) { return "MPEG-4 (m4a, AAC, ALAC)" }
        // Layer 0 of an MPEG audio header is reserved; AAC streams use it.
        if start.count > 1, start[0] == 0xFF, start[1] & 0xF6 == 0xF0 { return "AAC" }
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "Matroska or WebM" }
        if start.starts(with: [0x30, 0x26, 0xB2, 0x75]) { return "Windows Media (wma)" }
        if start.hasBytes(of: "wvpk") { return "WavPack" }
        if start.hasBytes(of: "MAC ") { return "Monkey's Audio (ape)" }
        if start.hasBytes(of: "MThd") { return "MIDI, which holds notes and no sound" }
        if start.hasBytes(of: "DSD ") || start.hasBytes(of: "FRM8") { return "DSD" }
        if start.hasBytes(of: "#!AMR") { return "AMR" }
        if start.hasBytes(of: "OggS"), start.hasBytes(of: "Speex", at: 28) { return "Speex" }
        if start.hasBytes(of: "OggS"), start.hasBytes(of: "theora", at: 29) { return "Ogg video" }
        return nil
    }

    /// How many bytes are missing at the end of a file, at least, judged by the lengths that its container states.
    ///
    /// Files that were written to a pipe carry a placeholder for the length and are taken as they are.
    static func missingBytes(_ file: InputFile) -> Int {
        let start = file.bytes(at: 0, count: 32)
        if start.hasBytes(of: "RIFF"), start.hasBytes(of: "WAVE", at: 8) {
            return missingBytes(file, ofChunk: "data", isBigEndian: false)
        }
        if start.hasBytes(of: "FORM"), start.hasBytes(of: "AIF", at: 8) {
            return missingBytes(file, ofChunk: "SSND", isBigEndian: true)
        }
        if start.hasBytes(of: ".snd") {
            return missingBytes(stated: start.bigEndian(at: 8), present: file.length - start.bigEndian(at: 4))
        }
        if start.hasBytes(of: "OggS") { return missingBytesOfLastPage(file) }
        return 0
    }

    private static func missingBytes(_ file: InputFile, ofChunk id: StaticString, isBigEndian: Bool) -> Int {
        let chunk = RIFFChunk.all(in: file, from: 12, isBigEndian: isBigEndian).first { $0.header.hasBytes(of: id) }
        return chunk.map { missingBytes(stated: $0.length, present: file.length - $0.offset) } ?? 0
    }

    private static func missingBytes(stated: Int, present: Int) -> Int {
        // From here on, a length stands for "unknown": 0x7FFFF000 and 0xFFFFFFFF are in use.
        let placeholder = 0x7FFF_0000
        return stated < placeholder ? max(0, stated - max(0, present)) : 0
    }

    /// The last page of a whole Ogg file ends with the file, or before it.
    private static func missingBytesOfLastPage(_ file: InputFile) -> Int {
        let tail = file.bytes(at: max(0, file.length - OggPage.maximumLength), count: OggPage.maximumLength)
        guard let start = tail.indices.last(where: { tail[$0...].hasBytes(of: "OggS") }) else { return 0 }
        let page = tail[start...]
        // The shortest page has a header of 27 bytes and one segment length.
        return max(0, (OggPage.length(of: page) ?? 28) - page.count)
    }
}
