import Foundation
import MusicCore
import StreamingJSON

/// Why a tokenizer's files were refused; the loader adds the name of the file.
struct TokenizerFault: Error {
    var reason: String
    var advice: String

    init(_ reason: String, advice: String = "use the tokenizer that came with the model") {
        self.reason = reason
        self.advice = advice
    }

    /// A file that is not JSON, or holds something else than what is expected.
    init(_ fault: JSONFault) {
        self.init(fault.reason, advice: "download the file again, or use the tokenizer that came with the model")
    }

    /// A component that is of an unknown type.
    static func unsupported(_ component: String, _ type: String??) -> TokenizerFault {
        TokenizerFault(
            "its \(component) is of the type \((type ?? nil) ?? "(none)"), which isn't supported",
            advice: "use a checkpoint with a byte-level BPE tokenizer such as Qwen's")
    }

    /// The error for the user; of a file that is something else altogether it says what that is.
    func error(in file: URL) -> MusicError {
        let isText = file.pathExtension == "txt"
        if let content = FileContent(fileAt: file), content.kind != .json, !isText || content.kind != .text {
            return content.error(
                .invalidCheckpoint, "the tokenizer file \(file.path(percentEncoded: false))",
                wanted: isText ? "a list of merges" : "a JSON document")
        }
        return MusicError(
            .invalidCheckpoint, "can't use the tokenizer \(file.path(percentEncoded: false)): \(reason)", advice: advice
        )
    }
}

extension JSONReader {
    /// Reads a whole number from 0 to 2³¹ - 1.
    @inline(__always)
    mutating func tokenID() throws -> Int32 {
        Int32(try wholeNumber("a token's number", upTo: Int(Int32.max)))
    }
}
