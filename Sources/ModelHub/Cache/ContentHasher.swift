import Crypto
import Foundation
import MusicCore
import Synchronization

extension Digest {
    /// The digest in lower-case hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// The two hashes that name blobs: SHA-256, and git's own of a blob, which is the SHA-1 of `blob LENGTH`, a zero byte
/// and the contents.
struct ContentHasher {
    /// Hashes of complete contents in hexadecimal digits; `nil` where it was not wanted.
    struct Result: Equatable {
        var sha256: String?
        var gitHash: String?
    }

    private var sha256: SHA256?
    private var git: Insecure.SHA1?

    /// - Parameters:
    ///   - size: the length of the contents, which git's hash begins with.
    init(size: Int64, wantsSHA256: Bool, wantsGitHash: Bool) {
        if wantsSHA256 { sha256 = SHA256() }
        if wantsGitHash {
            git = Insecure.SHA1()
            git?.update(data: Data("blob \(size)\0".utf8))
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256?.update(bufferPointer: bytes)
        git?.update(bufferPointer: bytes)
    }

    /// The hashes of everything so far.
    func finish() -> Result {
        Result(sha256: sha256?.finalize().hexadecimal, gitHash: git?.finalize().hexadecimal)
    }

    /// Hashes a file.
    ///
    /// - Parameters:
    ///   - onBytes: told the number of bytes after each part.
    ///   - isCancelled: asked before each part.
    static func hash(
        _ url: URL, wantsSHA256: Bool, wantsGitHash: Bool, onBytes: (Int) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws -> Result {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(url) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw unreadable(url) }
        var hasher = ContentHasher(
            size: Int64(information.st_size), wantsSHA256: wantsSHA256, wantsGitHash: wantsGitHash)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            if isCancelled() { throw CancellationError() }
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { return hasher.finish() }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw unreadable(url)
            }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            onBytes(count)
        }
    }

    private static func unreadable(_ url: URL) -> MusicError {
        MusicError(
            .unreadableInput, "can't read \(url.path): \(String(cString: strerror(errno)))",
            advice: "check its permissions and the disk")
    }
}

/// Long work on a thread of its own, so that it holds up no other task.
enum Offload {
    private static let queue = DispatchQueue(label: "vivace.files", attributes: .concurrent)

    /// - Parameter body: the work; it asks its argument now and then whether the task was cancelled.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable (_ isCancelled: () -> Bool) throws -> Value
    ) async throws -> Value {
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    continuation.resume(with: Swift.Result { try body { flag.isSet } })
                }
            }
        } onCancel: {
            flag.set()
        }
    }

    private final class CancellationFlag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }
}
