import Foundation
import MusicCore
import Testing

/// Files are told by what is in them.
struct FileContentTests {
    private static let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 6300000000\n"

    /// What files begin with, as one byte for each character, then what they are.
    private static let binary: [(start: String, kind: FileContent.Kind, name: String)] = [
        ("\u{1F}\u{8B}\u{8}\u{0}", .archive, "gzip"), ("PK\u{3}\u{4}\u{14}\u{0}", .archive, "ZIP"),
        ("7z\u{BC}\u{AF}\u{27}\u{1C}", .archive, "7-Zip"), ("\u{FD}7zXZ\u{0}", .archive, "xz"),
        ("\u{28}\u{B5}\u{2F}\u{FD}\u{0}", .archive, "Zstandard"), ("GGUF\u{3}\u{0}", .weights, "GGUF"),
        ("\u{80}\u{2}\u{8A}\u{A}", .weights, "pickle"), ("\u{89}HDF\u{D}\u{A}\u{1A}", .weights, "HDF5"),
        ("\u{93}NUMPY\u{1}\u{0}", .weights, "NumPy"),
        ("\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}{}", .safetensors, "safetensors"),
        ("RIFF\u{24}\u{0}\u{0}\u{0}WAVEfmt ", .audio, "WAV"), ("FORM\u{0}\u{0}\u{0}\u{24}AIFF", .audio, "AIFF"),
        ("fLaC\u{0}", .audio, "FLAC"), ("caff\u{0}\u{1}", .audio, "CAF"), (".snd\u{0}", .audio, "AU"),
        ("RIFF\u{24}\u{0}\u{0}\u{0}AVI LIST", .foreignAudio, "AVI"),
        ("\u{0}\u{0}\u{0}\u{20}ftypM4A ", .foreignAudio, "m4a"),
        ("\u{0}\u{0}\u{0}\u{20}ftypqt  ", .foreignAudio, "mov"),
        ("\u{0}\u{0}\u{0}\u{20}ftypisom", .foreignAudio, "mp4"), ("\u{0}\u{0}\u{0}\u{8}wide", .foreignAudio, "mov"),
        ("\u{1A}\u{45}\u{DF}\u{A3}\u{9F}\u{42}\u{82}\u{84}webm", .foreignAudio, "WebM"),
        ("\u{1A}\u{45}\u{DF}\u{A3}\u{A3}\u{42}\u{82}\u{88}matroska", .foreignAudio, "Matroska"),
        ("\u{B}\u{77}\u{8B}\u{45}\u{0}\u{40}", .foreignAudio, "an AC-3"),
        ("\u{B}\u{77}\u{2}\u{FF}\u{3F}\u{86}", .foreignAudio, "E-AC-3"), ("TTA1\u{1}", .foreignAudio, "True Audio"),
        ("DSD \u{1C}", .foreignAudio, "dsf"), ("FRM8\u{0}", .foreignAudio, "dff"), ("#!AMR\n", .foreignAudio, "AMR"),
        ("MThd\u{0}\u{0}\u{0}\u{6}", .foreignAudio, "MIDI"), ("wvpk\u{0}", .foreignAudio, "WavPack"),
        ("MAC \u{96}", .foreignAudio, "ape"), ("MPCK\u{0}", .foreignAudio, "Musepack"),
        ("MP+\u{7}", .foreignAudio, "Musepack"),
        ("\u{30}\u{26}\u{B2}\u{75}\u{8E}", .foreignAudio, "wma"), ("\u{FF}\u{F1}\u{50}\u{80}", .foreignAudio, "AAC"),
        ("\u{F0}\u{7E}\u{0}\u{1}", .foreignAudio, "sds"), ("\u{56}\u{E1}\u{0}", .foreignAudio, "AAC"),
        ("\u{89}PNG\u{D}\u{A}", .document, "PNG"),
        ("%PDF-1.7", .document, "PDF"),
    ]

    @Test(arguments: binary) func signatures(_ file: (start: String, kind: FileContent.Kind, name: String)) {
        let bytes = file.start.unicodeScalars.map { UInt8($0.value) } + [UInt8](repeating: 0, count: 100)
        let content = FileContent(bytes)
        #expect(
            content?.kind == file.kind && content?.name.contains(file.name) == true, "\(String(describing: content))")
    }

    private static let texts: [(text: String, kind: FileContent.Kind, name: String)] = [
        (pointer, .pointer, "a Git LFS pointer to a file of 6.30 GB"), ("# xet version 0\n", .pointer, "a Xet pointer"),
        ("<!DOCTYPE html><html><head><title>Sign in</title>", .page, "a web page"),
        ("\u{FEFF}\n  <HTML lang=en>", .page, "a web page"), ("<!-- a --><html>", .page, "a web page"),
        ("<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>", .page, "an error message of a web server"),
        ("<?xml version='1.0'?><svg/>", .document, "an XML document"),
        (#"{"error": "gated"}"#, .json, "a JSON document"),
        (" [1, 2]", .json, "a JSON document"), ("Not found", .text, "a text"),
        ("Entrée non trouvée 曲", .text, "a text"),
        ("#EXTM3U\na.mp3\n", .text, "a playlist"), ("", .empty, "empty (0 bytes)"),
    ]

    @Test(arguments: texts) func textFiles(_ file: (text: String, kind: FileContent.Kind, name: String)) {
        let content = FileContent(Array(file.text.utf8))
        #expect(content?.kind == file.kind && content?.name == file.name)
    }

    @Test func otherBytes() {
        #expect(FileContent([UInt8](repeating: 0, count: 5000))?.kind == .zeros)
        #expect(FileContent([0xFF, 0xFE] + "hello".utf8.flatMap { [$0, 0] })?.name == "a text in UTF-16")
        // Control characters, and bytes that are no UTF-8.
        #expect(FileContent([0x01, 0x41, 0x42, 0x43]) == nil)
        #expect(FileContent([0x41, 0xC3, 0x28, 0x41]) == nil)
        // A sample that ends within a character is a text all the same.
        let long = String(repeating: "日", count: 2000)
        #expect(FileContent(Array(long.utf8))?.kind == .text)
    }

    @Test func aPyTorchArchiveIsNoPlainArchive() {
        let start = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 26) + Array("archive/data.pkl".utf8)
        #expect(FileContent(start)?.kind == .weights)
    }

    @Test func errorsSayWhatIsThereAndWhatToDo() throws {
        let content = try #require(FileContent(Array(Self.pointer.utf8)))
        let error = content.error(.invalidCheckpoint, "vae/model.safetensors", wanted: "weights")
        #expect(error.message == "vae/model.safetensors is a Git LFS pointer to a file of 6.30 GB, not weights")
        #expect(error.advice.contains("git lfs pull"))
        let own = content.error(.invalidCheckpoint, "a", wanted: "weights", advice: "look")
        #expect(own.advice == "look")
    }

    @Test func filesThatCanNotBeReadAreNotGuessedAt() {
        #expect(FileContent(fileAt: URL(fileURLWithPath: "/nonexistent/file")) == nil)
    }
}
