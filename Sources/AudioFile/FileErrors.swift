import Foundation
import MusicCore

/// The name of a file as messages show it: as the user gave it, on one line.
func displayName(_ url: URL) -> String { PlainText.shown(url.isFileURL ? url.relativePath : url.absoluteString) }

/// A file's path for system calls.
func systemPath(_ url: URL) -> String { url.isFileURL ? url.path : "" }

/// What the system says about an error number, without capital or full stop.
func systemMessage(_ code: Int32) -> String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
}

/// Errors of files that are read.
enum InputError {
    /// - Parameter problem: what is wrong with the file, as the end of a sentence.
    static func make(_ url: URL, _ problem: String, advice: String) -> MusicError {
        MusicError(.unreadableInput, "can't read \(displayName(url)): \(problem)", advice: advice)
    }

    /// The error of a failed system call.
    static func system(_ url: URL, _ code: Int32) -> MusicError {
        switch code {
        case ENOENT, ENOTDIR: make(url, "there is no such file", advice: "check the path")
        case EACCES, EPERM:
            make(url, "its permissions forbid it", advice: "run chmod +r on it, or copy it to a place of your own")
        case EISDIR: make(url, "it is a directory", advice: "name a file in it")
        case ENAMETOOLONG: make(url, "its path is too long", advice: "move the file to a shorter path")
        case EMFILE, ENFILE, ENOMEM: SystemFault(code, path: displayName(url)).error()
        default:
            make(url, systemMessage(code), advice: "check the path and the disk that holds it")
        }
    }

    /// Advice for a file that is not what it claims to be.
    static let damaged = "get the file again from its source, or repair it, for example: ffmpeg -i FILE repaired.flac"

    /// Advice for a file of a kind that can't be read.
    static let convert = "convert it to wav, flac, mp3, ogg, opus or aiff, for example: ffmpeg -i FILE converted.flac"
}

/// Errors of files that are written.
enum OutputError {
    /// - Parameter problem: what is wrong, as the end of a sentence.
    static func make(_ url: URL, _ problem: String, advice: String) -> MusicError {
        MusicError(.unwritableOutput, "can't write \(displayName(url)): \(problem)", advice: advice)
    }

    /// The error of a failed system call.
    static func system(_ url: URL, _ code: Int32) -> MusicError {
        if let (reason, advice) = SystemFault(code, path: url.path).writingAdvice {
            return make(url, reason, advice: advice)
        }
        switch code {
        case ENOENT:
            let directory = displayName(url.deletingLastPathComponent())
            return make(url, "the directory \(directory) doesn't exist", advice: "create it first, with mkdir -p")
        case ENOTDIR: return make(url, "a part of its path is not a directory", advice: "check the path")
        case EACCES, EPERM:
            return make(
                url, "permissions forbid it", advice: "choose another place, or make the directory and file writable")
        case ENAMETOOLONG: return make(url, "its path is too long", advice: "choose a shorter path")
        case EEXIST: return make(url, "there is a file of that name, which stays", advice: "choose another name")
        case EMFILE, ENFILE, ENOMEM: return SystemFault(code, path: displayName(url)).error()
        default: return make(url, systemMessage(code), advice: "check the path and the disk that holds it")
        }
    }
}
