/// Status and headers of an answer.
package struct HTTPHead: Sendable {
    package var status: Int
    /// By lower-case name; of a name that comes twice, the last.
    package var headers: [String: String]
    /// The address that answered, after redirects.
    package var url: WebURL

    /// The body's length in bytes as announced, if it is.
    package var contentLength: Int64? { headers["content-length"].flatMap { Int64($0) } }
}

/// Puts header lines together to the head of an answer.
package struct HeadParser {
    private let url: WebURL
    /// The final head, once its empty line came.
    package private(set) var head: HTTPHead?
    private var status = 0
    private var headers: [String: String] = [:]
    private var size = 0

    /// - Parameter url: the address that answers.
    package init(url: WebURL) {
        self.url = url
    }

    /// Takes a line, without its end.
    ///
    /// - Returns: the head, when the line completes one that is not interim (1xx).
    /// - Throws: ``TransferError/tooLarge(host:limit:)`` for more than a mebibyte of lines.
    package mutating func take(_ line: String) throws -> HTTPHead? {
        size += line.utf8.count
        if size > 1 << 20 { throw TransferError.tooLarge(host: url.origin.host, limit: 1 << 20) }
        if line.hasPrefix("HTTP/") {
            let words = line.split(separator: " ", maxSplits: 2)
            status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            headers = [:]
        } else if line.isEmpty {
            guard head == nil, status >= 200 else { return nil }
            head = HTTPHead(status: status, headers: headers, url: url)
            return head
        } else if let colon = line.firstIndex(of: ":") {
            let name = line[..<colon].lowercased()
            headers[name] = String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
        }
        return nil
    }
}
