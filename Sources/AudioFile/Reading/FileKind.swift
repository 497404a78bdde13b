import CSndfile
import Foundation
import MusicCore

/// Tells files that are read from all others, before any library looks into them.
///
/// libsndfile knows two dozen kinds more, which nobody keeps music in; each would be another reader of foreign bytes
/// to trust, and one of them prints to standard output.
enum FileKind {
    /// libsndfile's numbers of the kinds that are read.
    private static let read = [
        SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64, SF_FORMAT_W64, SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_CAF,
        SF_FORMAT_FLAC, SF_FORMAT_OGG, SF_FORMAT_MPEG,
    ].map(\.int32)

    /// Makes sure that a file is of a kind that is read.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput` that says what it is instead.
    static func check(_ file: InputFile) throws {
        let start = file.bytes(at: file.soundStart, count: FileContent.sampleLength)
        if let content = FileContent(start) {
            guard content.kind != .audio else { return }
            let advice =
                switch content.kind {
                case .foreignAudio: content.ownAdvice ?? InputError.convert
                case .safetensors, .weights, .document, .json, .text: content.ownAdvice ?? "choose a sound file"
                case .empty, .zeros, .pointer, .page, .archive, .audio: content.advice
                }
            throw InputError.make(
                file.url, "it is \(content.name)" + (content.kind == .foreignAudio ? "" : ", not audio"),
                advice: advice)
        }
        // MPEG audio has no signature beside eleven set bits.
        guard start.count > 1, start[0] == 0xFF, start[1] & 0xE0 == 0xE0 else {
            throw InputError.make(file.url, "it is not audio of a known kind", advice: InputError.convert)
        }
    }

    /// Whether libsndfile took the file for a kind that is read.
    static func isRead(_ format: Int32) -> Bool { read.contains(format & SF_FORMAT_TYPEMASK.int32) }

    /// What the samples of a WAV or CAF file are coded with, such as `AAC`; `nil` if libsndfile decodes that.
    ///
    /// - Parameter isUnsupported: libsndfile says that it doesn't decode this, though it decodes others of the name.
    static func codec(_ file: InputFile, isUnsupported: Bool) -> String? {
        let start = file.bytes(at: 0, count: 64)
        if start.hasBytes(of: "caff"), start.hasBytes(of: "desc", at: 8), start.count >= 32 {
            let codec = String(decoding: start[28..<32], as: UTF8.self)
            if isUnsupported, codec == "alac" { return "ALAC in a form that isn't read" }
            guard !["lpcm", "ulaw", "alaw", "alac"].contains(codec) else { return nil }
            return cafCodecs[codec] ?? "'\(codec)', which isn't known"
        }
        let isBigEndian = start.hasBytes(of: "RIFX")
        guard start.hasBytes(of: "WAVE", at: 8),
            let format = (isBigEndian ? ChunkLayout.iff : .riff).chunk("fmt ", in: file, from: 12)
        else { return nil }
        let fields = file.bytes(at: format.offset, count: 2)
        let number = isBigEndian ? fields.bigEndian(at: 0, size: 2) : fields.littleEndian(at: 0, size: 2)
        // PCM, floats, companded, four kinds of ADPCM, GSM, and what says more behind.
        guard ![0x01, 0x02, 0x03, 0x06, 0x07, 0x11, 0x14, 0x31, 0x40, 0x45, 0xFFFE].contains(number) else { return nil }
        return wavCodecs[number] ?? String(format: "format 0x%04x, which isn't known", number)
    }

    private static let cafCodecs = [
        "aac ": "AAC", "aach": "HE-AAC", "aacp": "HE-AAC", ".mp3": "MP3", "opus": "Opus", "flac": "FLAC",
        "ac-3": "AC-3", "ec-3": "E-AC-3", "ilbc": "iLBC", "samr": "AMR",
    ]

    /// Numbers of the registry of WAVE format tags (RFC 2361, and Microsoft's `mmreg.h`).
    private static let wavCodecs = [
        0x0050: "MPEG audio", 0x0055: "MP3", 0x0092: "AC-3", 0x00FF: "AAC", 0x0160: "WMA", 0x0161: "WMA",
        0x0162: "WMA Pro", 0x0163: "WMA Lossless", 0x1600: "AAC", 0x1610: "HE-AAC", 0x2000: "AC-3", 0x2001: "DTS",
        0x674F: "Vorbis", 0x6750: "Vorbis", 0x6751: "Vorbis", 0x704F: "Opus", 0xA106: "AAC", 0xF1AC: "FLAC",
    ]
}
