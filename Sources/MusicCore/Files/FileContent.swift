public import Foundation

/// What a file really is, told by its first bytes, whatever its name says.
///
/// A checkpoint that was cloned without Git LFS, a page that a site showed in place of a download, a file that is still
/// packed: readers that find something else than they read ask here, so that a message says what is there and not what
/// a parser made of its first bytes.
public struct FileContent: Sendable, Equatable {
    /// What can be done with it.
    public enum Kind: Sendable, Equatable {
        /// No bytes at all.
        case empty
        /// Zeros, which a download that has not arrived leaves.
        case zeros
        /// A note of a version control system in place of a large file.
        case pointer
        /// What a site shows to people.
        case page
        /// Something packed or compressed.
        case archive
        /// Weights in the format that is read here.
        case safetensors
        /// Arrays of numbers in other formats.
        case weights
        /// Sound of a kind that is read here.
        case audio
        /// Sound, or notes, of a kind that is not.
        case foreignAudio
        /// Pictures and documents.
        case document
        /// JSON.
        case json
        /// Text of any other kind.
        case text
    }

    /// What can be done with it.
    public let kind: Kind
    /// What it is, with an article, such as `a web page`.
    public let name: String
    /// What to do about it, where there is more to say than about others of its kind.
    package let ownAdvice: String?

    init(_ kind: Kind, _ name: String, advice: String? = nil) {
        self.kind = kind
        self.name = name
        ownAdvice = advice
    }

    /// How many bytes from the start of a file are enough to tell.
    public static let sampleLength = 4096

    /// Recognises the content of a file by its first ``sampleLength`` bytes, or by all of a shorter one.
    ///
    /// - Returns: `nil` if it is nothing that is known.
    public init?(_ start: some Collection<UInt8>) {
        let bytes = Array(start.prefix(Self.sampleLength))
        if bytes.isEmpty {
            self.init(.empty, "empty (0 bytes)")
        } else if bytes.allSatisfy({ $0 == 0 }) {
            self.init(.zeros, "filled with zeros")
        } else if let found = Self.signature(of: bytes) ?? Self.text(bytes) {
            self = found
        } else {
            return nil
        }
    }

    /// Recognises the content of a file.
    ///
    /// - Returns: `nil` if it is nothing that is known, or if the file can't be read.
    public init?(fileAt url: URL) {
        guard let file = try? FileHandle(forReadingFrom: url) else { return nil }
        defer { try? file.close() }
        guard let start = try? file.read(upToCount: Self.sampleLength) ?? Data() else { return nil }
        self.init(start)
    }

    /// What to do about such a file in place of another, in the imperative.
    public var advice: String {
        if let ownAdvice { return ownAdvice }
        return switch kind {
        case .empty: "copy or download it again"
        case .zeros: "its download did not come to its end: download it again"
        case .pointer: "fetch the file that it stands for: run 'git lfs pull' in its folder, or download it"
        case .page: "a site showed this in place of the file, as before signing in: download the file itself"
        case .archive: "unpack it, and use the file that it holds"
        case .safetensors, .weights, .audio, .foreignAudio, .document, .json, .text:
            "use the file that belongs in its place"
        }
    }

    /// The error of a reader that was given this.
    ///
    /// - Parameters:
    ///   - code: of the error.
    ///   - file: what messages call the file.
    ///   - wanted: what the reader reads, such as `weights in the format safetensors`.
    ///   - advice: what to do; `nil` is the general ``advice-swift.property``.
    public func error(
        _ code: MusicError.Code, _ file: String, wanted: String, advice: String? = nil
    ) -> MusicError {
        MusicError(code, "\(file) is \(name), not \(wanted)", advice: advice ?? self.advice)
    }
}

// MARK: - Text

extension FileContent {
    /// Recognises kinds of text.
    private static func text(_ bytes: [UInt8]) -> FileContent? {
        if isUTF16(bytes) { return FileContent(.text, "a text in UTF-16") }
        guard let text = printable(bytes) else { return nil }
        let content = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if content.hasPrefix("version https://git-lfs") {
            let size = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("size ") }
                .flatMap { Int64($0.dropFirst("size ".count)) }
            return FileContent(
                .pointer, "a Git LFS pointer" + (size.map { " to a file of \(ByteCount.text($0))" } ?? ""))
        }
        if content.hasPrefix("# xet version") { return FileContent(.pointer, "a Xet pointer") }
        if content.hasPrefix("/annex/objects/") || content.hasPrefix("../.git/annex/objects/") {
            return FileContent(
                .pointer, "a git-annex pointer", advice: "run 'git annex get' on it, or download the file")
        }
        if content.first == "<" { return markup(content.lowercased()) }
        if content.hasPrefix("#EXTM3U") || content.lowercased().hasPrefix("[playlist]") {
            return FileContent(
                .text, "a playlist", advice: "give one of the files that it names")
        }
        if content.first == "{" || content.first == "[" { return FileContent(.json, "a JSON document") }
        return FileContent(.text, "a text")
    }

    /// Recognises what begins with an angle bracket, in lower case.
    private static func markup(_ text: String) -> FileContent {
        if ["<!doctype html", "<html", "<head", "<body", "<script"].contains(where: text.hasPrefix) {
            return FileContent(.page, "a web page")
        }
        if text.hasPrefix("<?xml") || text.hasPrefix("<!--") {
            if text.contains("<html") { return FileContent(.page, "a web page") }
            if text.contains("<error>") { return FileContent(.page, "an error message of a web server") }
        }
        return text.hasPrefix("<?xml") ? FileContent(.document, "an XML document") : FileContent(.text, "a text")
    }

    /// The text that bytes are, if there are no control characters in it beside those that lay text out.
    private static func printable(_ bytes: [UInt8]) -> String? {
        // The sample may end within a character.
        let ends = bytes.count == sampleLength ? 0...3 : 0...0
        guard let text = ends.lazy.compactMap({ String(validating: bytes.dropLast($0), as: UTF8.self) }).first else {
            return nil
        }
        let layout: Set<UInt8> = [0x09, 0x0A, 0x0C, 0x0D, 0x1B]
        return text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || layout.contains($0) } ? text : nil
    }

    /// Whether bytes begin with the mark of UTF-16 and go on with Latin letters.
    private static func isUTF16(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8, bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) else {
            return false
        }
        let high = bytes[0] == 0xFF ? 1 : 0
        return stride(from: 2, to: 8, by: 2).allSatisfy { bytes[$0 + high] == 0 && bytes[$0 + 1 - high] >= 0x09 }
    }
}
