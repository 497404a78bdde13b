/// A name or address of a machine, as it stands in `Host` and in origins.
struct HostName: Equatable {
    /// In lower case, without brackets and port.
    let name: String
    /// After a colon; `nil` without one.
    let port: Int?

    /// - Returns: `nil` for what is neither a name nor an address, with or without a port.
    init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 261 else { return nil }
        let host: Substring
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.first == ":" else { return nil }
                port = rest.dropFirst()
            }
        } else if text.count(where: { $0 == ":" }) > 1 {
            host = text[...]
        } else {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts[0]
            port = parts.count > 1 ? parts[1] : nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy(Self.isNamePart) else { return nil }
        if let port {
            guard let number = Int(port), (0...65_535).contains(number), port.utf8.allSatisfy(\.isDigit) else {
                return nil
            }
            self.port = number
        } else {
            self.port = nil
        }
        let lower = host.lowercased()
        name = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"): true
        case UInt8(ascii: "_"), UInt8(ascii: "%"): true
        default: false
        }
    }

    /// Four numbers with points between, or an IPv6 address: names that nobody can point elsewhere.
    var isAddress: Bool { isIPv4 || name.contains(":") }

    private var isIPv4: Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.utf8.allSatisfy(\.isDigit) && Int(part).map { $0 < 256 } == true
            }
    }

    /// Whether it is this machine, whatever names others give to it.
    var isLoopback: Bool {
        name == "localhost" || name.hasSuffix(".localhost") || name == "::1" || (isIPv4 && name.hasPrefix("127."))
            || name == "::ffff:127.0.0.1"
    }
}

extension UInt8 {
    /// Whether it is one of `0` to `9` in ASCII.
    var isDigit: Bool { (48...57).contains(self) }
}
