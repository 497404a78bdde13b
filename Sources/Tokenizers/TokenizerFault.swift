import Foundation
import MusicCore

/// Why a tokenizer's files were refused; the loader adds the name of the file.
struct TokenizerFault: Error {
    var reason: String
    var advice: String

    init(_ reason: String, advice: String = "download the file again, or use the model's own tokenizer") {
        self.reason = reason
        self.advice = advice
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
