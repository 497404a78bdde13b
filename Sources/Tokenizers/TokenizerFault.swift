import Foundation
import MusicCore
import StreamingJSON

/// Why a tokenizer's files were refused; the loader adds the name of the file.
struct TokenizerFault: Error {
    var reason: String
    var advice: String

    init(_ reason: String, advice: String = "download the file again, or use the model's own tokenizer") {
        self.reason = reason
        self.advice = advice
    }

    /// A file that is not JSON, or holds something else than what is expected.
    init(_ fault: JSONFault) {
        self.init(fault.reason)
    }

    /// A component that is of an unknown type.
    static func unsupported(_ component: String, _ type: String??) -> TokenizerFault {
        TokenizerFault(
            "its \(component) is of the type \((type ?? nil) ?? "(none)"), which isn't supported",
            advice: "use a checkpoint with a byte-level BPE tokenizer such as Qwen's")
    }

    /// The error for the user.
    func error(in file: URL) -> MusicError {
        MusicError(
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
