import Crypto
import Foundation
import MusicCore

/// What the holder of a key may do.
public enum AccessScope: String, Sendable, CaseIterable, Codable {
    /// See its own jobs, songs and uploads, and the models.
    case read
    /// Have songs made, cancel jobs, change and remove what is its own.
    case generate
    /// Load models, and see the server's measurements.
    case admin
}

/// The keys that clients show; kept as digests, and compared in a time that doesn't depend on what was shown.
public struct AccessKeys: Sendable {
    /// Whose a request is, and what it may do.
    public struct Holder: Sendable, Equatable {
        /// Under which its jobs and songs are kept; empty on a server without names.
        public var name: String
        public var scopes: Set<AccessScope>
        /// Jobs of its own that may wait; `nil` for no limit but the queue's.
        public var waiting: Int?

        public init(_ name: String, scopes: Set<AccessScope> = Set(AccessScope.allCases), waiting: Int? = nil) {
            self.name = name
            self.scopes = scopes
            self.waiting = waiting
        }

        /// Who uses a server that asks for no key.
        public static let everybody = Holder("")
    }

    private struct Key: Sendable {
        var holder: Holder
        var digest: [UInt8]
    }

    private var keys: [Key] = []

    public init() {}

    /// - Parameter key: the only key, whose holder has no name; an empty one is none.
    public init(single key: String?) {
        guard let key, !key.isEmpty else { return }
        add(key, .everybody)
    }

    public var isEmpty: Bool { keys.isEmpty }

    /// Adds a key.
    public mutating func add(_ key: String, _ holder: Holder) {
        keys.append(Key(holder: holder, digest: Self.digest(key)))
    }

    /// Adds a key of which only the digest is known.
    ///
    /// - Parameter digest: SHA-256 of the key in UTF-8, 64 hexadecimal digits.
    /// - Throws: ``MusicError`` `invalidRequest`.
    public mutating func add(digest: String, _ holder: Holder) throws {
        let digits = Array(digest.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
        }
        guard digits.count == 64, bytes.count == 32 else {
            throw MusicError(
                .invalidRequest, "The digest of the key \(holder.name) is not one of SHA-256",
                advice: "give 64 hexadecimal digits", field: "sha256")
        }
        keys.append(Key(holder: holder, digest: bytes))
    }

    /// Whose key it is; `nil` if it is nobody's. All keys are compared, each in constant time.
    public func holder(of key: String) -> Holder? {
        let shown = Self.digest(key)
        var holder: Holder?
        for key in keys {
            var difference: UInt8 = 0
            for (a, b) in zip(key.digest, shown) { difference |= a ^ b }
            if difference == 0 { holder = key.holder }
        }
        return holder
    }

    private static func digest(_ key: String) -> [UInt8] { Array(SHA256.hash(data: Data(key.utf8))) }

    /// SHA-256 of a key, in hexadecimal digits.
    public static func hexDigest(of key: String) -> String {
        digest(key).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A new key of 160 random bits.
    public static func newKey() -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return "vk_" + String((0..<32).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] })
    }
}
