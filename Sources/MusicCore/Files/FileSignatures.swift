/// The bytes by which kinds of binary files are known.
extension FileContent {
    /// Bytes at a place in a file.
    private struct Signature {
        let bytes: [UInt8]
        let offset: Int
        let content: FileContent

        /// - Parameter text: each character stands for the byte of its number.
        init(_ text: String, at offset: Int = 0, _ kind: Kind, _ name: String, advice: String? = nil) {
            bytes = text.unicodeScalars.map { UInt8($0.value) }
            self.offset = offset
            content = FileContent(kind, name, advice: advice)
        }

        func matches(_ file: [UInt8]) -> Bool { file.dropFirst(offset).starts(with: bytes) }
    }

    /// Recognises binary files.
    static func signature(of bytes: [UInt8]) -> FileContent? {
        func has(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
        if has("RIFF") || has("RIFX") || has("RF64") || has("BW64") { return riff(bytes.dropFirst(8).prefix(4)) }
        if has("OggS") { return ogg(bytes) }
        if has("FORM") { return form(bytes.dropFirst(8).prefix(4)) }
        if has("ftyp", at: 4) { return mpeg4(brand: bytes.dropFirst(8).prefix(4)) }
        if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            let header = String(decoding: bytes.prefix(64), as: UTF8.self)
            let name = header.contains("webm") ? "a WebM file" : "a Matroska file (mkv, mka)"
            return FileContent(.foreignAudio, name)
        }
        if bytes.count > 5, bytes[0] == 0x0B, bytes[1] == 0x77 {
            // The number of the syntax: above 10 it is the enhanced one.
            return FileContent(.foreignAudio, bytes[5] >> 3 > 10 ? "an E-AC-3 stream" : "an AC-3 stream")
        }
        // Layer 0 of an MPEG audio header is reserved; AAC streams use it.
        if bytes.count > 1, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 {
            return FileContent(.foreignAudio, "an AAC stream")
        }
        // The same in another wrapping, LATM, which begins with eleven bits.
        if bytes.count > 1, bytes[0] == 0x56, bytes[1] & 0xE0 == 0xE0 {
            return FileContent(.foreignAudio, "an AAC stream")
        }
        if has("PK\u{3}\u{4}") {
            let isTorch = String(decoding: bytes.dropFirst(30).prefix(200), as: UTF8.self).contains("data.pkl")
            return isTorch
                ? FileContent(.weights, "a PyTorch archive") : FileContent(.archive, "a ZIP archive")
        }
        // Packets of 188 bytes, each with the same first one.
        if bytes.count > 376, [0, 188, 376].allSatisfy({ bytes[$0] == 0x47 }) {
            return FileContent(.foreignAudio, "an MPEG transport stream (ts)")
        }
        if isSafetensors(bytes) { return FileContent(.safetensors, "a safetensors file") }
        return table.first { $0.matches(bytes) }?.content
    }

    private static let table = archives + weights + sounds + documents

    private static let archives = [
        Signature("\u{1F}\u{8B}", .archive, "a gzip archive"), Signature("PK\u{5}\u{6}", .archive, "a ZIP archive"),
        Signature("7z\u{BC}\u{AF}\u{27}\u{1C}", .archive, "a 7-Zip archive"),
        Signature("\u{FD}7zXZ\u{0}", .archive, "an xz archive"), Signature("BZh", .archive, "a bzip2 archive"),
        Signature("\u{28}\u{B5}\u{2F}\u{FD}", .archive, "a Zstandard archive"),
        Signature("\u{4}\u{22}\u{4D}\u{18}", .archive, "an LZ4 archive"),
        Signature("Rar!\u{1A}\u{7}", .archive, "a RAR archive"), Signature("ustar", at: 257, .archive, "a tar archive"),
    ]

    private static let weights = [
        Signature("GGUF", .weights, "a GGUF file of llama.cpp"),
        Signature("tjgg", .weights, "a GGML file of llama.cpp"),
        Signature("\u{80}\u{2}", .weights, "a Python pickle"), Signature("\u{80}\u{3}", .weights, "a Python pickle"),
        Signature("\u{80}\u{4}", .weights, "a Python pickle"), Signature("\u{80}\u{5}", .weights, "a Python pickle"),
        Signature("\u{89}HDF\u{D}\u{A}", .weights, "an HDF5 file"),
        Signature("\u{93}NUMPY", .weights, "a NumPy file"),
        Signature("TFL3", at: 4, .weights, "a TensorFlow Lite file"),
    ]

    private static let render = "play it with a synthesizer into a file, for example: fluidsynth -F song.wav FONT FILE"

    private static let sounds = [
        Signature("fLaC", .audio, "a FLAC file"), Signature("ID3", .audio, "an MP3 file"),
        Signature("caff", .audio, "a CAF file"), Signature(".snd", .audio, "an AU file"),
        Signature("dns.", .audio, "an AU file"), Signature("riff\u{2E}\u{91}\u{CF}\u{11}", .audio, "a W64 file"),
        Signature("\u{30}\u{26}\u{B2}\u{75}", .foreignAudio, "a Windows Media file (wma)"),
        Signature("wvpk", .foreignAudio, "a WavPack file"),
        Signature("MAC ", .foreignAudio, "a Monkey's Audio file (ape)"),
        Signature("MPCK", .foreignAudio, "a Musepack file (mpc)"),
        Signature("MP+", .foreignAudio, "a Musepack file (mpc)"),
        Signature("TTA1", .foreignAudio, "a True Audio file (tta)"),
        Signature("TTA2", .foreignAudio, "a True Audio file (tta)"), Signature("tBaK", .foreignAudio, "a TAK file"),
        Signature("OFR ", .foreignAudio, "an OptimFROG file"), Signature("ajkg", .foreignAudio, "a Shorten file (shn)"),
        Signature("DSD ", .foreignAudio, "a DSD file (dsf)"), Signature("FRM8", .foreignAudio, "a DSD file (dff)"),
        Signature("#!AMR", .foreignAudio, "an AMR file"), Signature("#!SILK", .foreignAudio, "a SILK file"),
        Signature("MThd", .foreignAudio, "a MIDI file, which holds notes and no sound", advice: render),
        Signature("ADIF", .foreignAudio, "an AAC file"),
        Signature("\u{7F}\u{FE}\u{80}\u{1}", .foreignAudio, "a DTS stream"),
        Signature("DTSHDHDR", .foreignAudio, "a DTS file"), Signature(".ra\u{FD}", .foreignAudio, "a RealAudio file"),
        Signature(".RMF", .foreignAudio, "a RealMedia file"), Signature("FLV\u{1}", .foreignAudio, "a Flash video"),
        Signature("\u{0}\u{0}\u{1}\u{BA}", .foreignAudio, "an MPEG video"),
        Signature("Creative Voice File", .foreignAudio, "a Creative Voice file (voc)"),
        Signature("NIST_1A", .foreignAudio, "a NIST SPHERE file"),
        Signature("\u{F0}\u{7E}", .foreignAudio, "a MIDI sample dump (sds)"),
        Signature("\u{64}\u{A3}", .foreignAudio, "an IRCAM file"),
        Signature("Extended Module: ", .foreignAudio, "a tracker module (xm)"),
        Signature("IMPM", .foreignAudio, "a tracker module (it)"),
        Signature("SCRM", at: 44, .foreignAudio, "a tracker module (s3m)"),
        Signature("M.K.", at: 1080, .foreignAudio, "a tracker module (mod)"),
        Signature("moov", at: 4, .foreignAudio, "a QuickTime file (mov)"),
        Signature("mdat", at: 4, .foreignAudio, "a QuickTime file (mov)"),
        Signature("wide", at: 4, .foreignAudio, "a QuickTime file (mov)"),
    ]

    private static let documents = [
        Signature("%PDF", .document, "a PDF document"), Signature("\u{89}PNG", .document, "a PNG picture"),
        Signature("\u{FF}\u{D8}\u{FF}", .document, "a JPEG picture"), Signature("GIF8", .document, "a GIF picture"),
        Signature("{\\rtf", .document, "an RTF document"),
        Signature("SQLite format 3", .document, "an SQLite database"),
        Signature("MATLAB 5.0", .document, "a MATLAB file"), Signature("\u{7F}ELF", .document, "a program"),
        Signature("\u{D0}\u{CF}\u{11}\u{E0}", .document, "an Office document"),
    ]

    /// Files of chunks, by what they hold.
    private static func riff(_ type: ArraySlice<UInt8>) -> FileContent? {
        switch String(decoding: type, as: UTF8.self) {
        case "WAVE": FileContent(.audio, "a WAV file")
        case "AVI ": FileContent(.foreignAudio, "an AVI video")
        case "RMID": FileContent(.foreignAudio, "a MIDI file, which holds notes and no sound", advice: render)
        case "sfbk": FileContent(.foreignAudio, "a SoundFont, which holds instruments and no music", advice: render)
        case "WEBP": FileContent(.document, "a WebP picture")
        default: nil
        }
    }

    private static func form(_ type: ArraySlice<UInt8>) -> FileContent? {
        switch String(decoding: type, as: UTF8.self) {
        case "AIFF", "AIFC": FileContent(.audio, "an AIFF file")
        case "8SVX", "16SV": FileContent(.foreignAudio, "an Amiga sound file (8svx)")
        default: nil
        }
    }

    /// Ogg streams, by the first packet of the first one.
    private static func ogg(_ bytes: [UInt8]) -> FileContent {
        let packet = bytes.dropFirst(28)
        func begins(_ text: String) -> Bool { packet.starts(with: text.unicodeScalars.map { UInt8($0.value) }) }
        if begins("Speex   ") { return FileContent(.foreignAudio, "a Speex file") }
        if begins("\u{80}theora") || begins("\u{1}video") || begins("BBCD") {
            return FileContent(.foreignAudio, "an Ogg video")
        }
        if begins("CELT    ") { return FileContent(.foreignAudio, "a CELT file") }
        if begins("\u{7F}FLAC") { return FileContent(.audio, "a FLAC file in Ogg") }
        return FileContent(.audio, "an Ogg file")
    }

    /// The family of MPEG-4 files, by the brand that they name first.
    private static func mpeg4(brand: ArraySlice<UInt8>) -> FileContent {
        let brand = String(decoding: brand, as: UTF8.self)
        switch brand.prefix(3) {
        case "M4A", "M4B", "M4P": return FileContent(.foreignAudio, "an MPEG-4 file (m4a: AAC or ALAC)")
        case "qt ": return FileContent(.foreignAudio, "a QuickTime file (mov)")
        case "3gp", "3g2": return FileContent(.foreignAudio, "a 3GP file")
        case "hei", "mif", "avi": return FileContent(.document, "a HEIF picture")
        default: return FileContent(.foreignAudio, "an MPEG-4 file (mp4)")
        }
    }

    /// Eight bytes that give the length of a header, which is a JSON object.
    private static func isSafetensors(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 10, bytes[8] == UInt8(ascii: "{") else { return false }
        return bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } <= 100_000_000
    }
}
