import CCurl

/// An absolute `http` or `https` address.
///
/// libcurl's own parser takes it apart, so that the host which is compared before a token is sent is the host which
/// libcurl talks to.
package struct WebURL: Sendable, Hashable {
    /// Scheme, host and port: what decides whether two addresses belong to one server.
    package struct Origin: Sendable, Hashable {
        package let scheme: String
        package let host: String
        package let port: Int

        package init(scheme: String, host: String, port: Int) {
            self.scheme = scheme
            self.host = host
            self.port = port
        }
    }

    /// The address in libcurl's normal form.
    package let text: String

    package let origin: Origin

    /// The address without its query, which may hold a signature, for messages.
    package var shown: String { text.split(separator: "?", maxSplits: 1).first.map(String.init) ?? text }

    /// - Parameter text: an absolute address without user name and password.
    /// - Throws: ``TransferError/badAddress(_:)`` if it is no such address, ``TransferError/noLibrary(_:)``.
    package init(_ text: String) throws {
        try self.init(parts: [text], shown: text)
    }

    /// The address that a `Location` or `Link` header of this address's answer means.
    ///
    /// - Parameter reference: an absolute or relative address.
    package func resolving(_ reference: String) throws -> WebURL {
        try WebURL(parts: [text, reference], shown: reference)
    }

    private init(parts: [String], shown: String) throws {
        try Curl.load()
        guard let handle = ccurl_url() else { throw TransferError.badAddress(shown) }
        defer { ccurl_url_cleanup(handle) }
        for part in parts where ccurl_url_set(handle, CURLUPART_URL, part, Self.disallowUser) != CURLUE_OK {
            throw TransferError.badAddress(shown)
        }
        guard let text = Self.part(handle, CURLUPART_URL),
            let scheme = Self.part(handle, CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
            let host = Self.part(handle, CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = Self.part(handle, CURLUPART_PORT, Self.defaultPort).flatMap({ Int($0) })
        else { throw TransferError.badAddress(shown) }
        self.text = text
        self.origin = Origin(scheme: scheme, host: host, port: port)
    }

    // libcurl's CURLU_DEFAULT_PORT and CURLU_DISALLOW_USER, macros that Swift does not see.
    private static let defaultPort: UInt32 = 1 << 0
    private static let disallowUser: UInt32 = 1 << 5

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard ccurl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { ccurl_free(text) }
        return String(cString: text)
    }

    /// Percent-encodes everything but letters, digits, `-._~` and `keeping`.
    package static func encode(_ text: some StringProtocol, keeping: String = "") -> String {
        let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8).union(keeping.utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if kept.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
