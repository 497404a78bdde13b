import Crypto
import Foundation

/// The keys that clients show; kept as digests, and compared in a time that doesn't depend on what was shown.
public struct AccessKeys: Sendable {
    private struct Key: Sendable {
        var owner: String
        var digest: SHA256.Digest
    }

    private var keys: [Key] = []

    public init() {}

    /// - Parameter key: the only key, whose owner has no name; an empty one is none.
    public init(single key: String?) {
        guard let key, !key.isEmpty else { return }
        add(key, owner: "")
    }

    public var isEmpty: Bool { keys.isEmpty }

    /// Adds a key.
    ///
    /// - Parameter owner: name under which its jobs and songs are kept.
    public mutating func add(_ key: String, owner: String) {
        keys.append(Key(owner: owner, digest: SHA256.hash(data: Data(key.utf8))))
    }

    /// Whose key it is; `nil` if it is nobody's. All keys are compared, each in constant time.
    public func owner(of key: String) -> String? {
        let shown = SHA256.hash(data: Data(key.utf8))
        var owner: String?
        for key in keys {
            var difference: UInt8 = 0
            for (a, b) in zip(key.digest, shown) { difference |= a ^ b }
            if difference == 0 { owner = key.owner }
        }
        return owner
    }
}
