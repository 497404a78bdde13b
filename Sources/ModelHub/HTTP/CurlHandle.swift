import CCurl
import Synchronization

/// libcurl as a whole.
enum Curl {
    /// Opens and initialises libcurl; costs nothing after the first call.
    static func load() throws {
        if let reason = ccurl_load() { throw TransferError.noLibrary(String(cString: reason)) }
    }
}

/// One libcurl transfer handle with its connections, used by one transfer at a time.
///
/// It is driven through libcurl's multi interface, whose wait another thread can end: cancellation takes effect at
/// once, even while the server is silent.
final class CurlHandle: @unchecked Sendable {
    // Unchecked: `cancel` touches the atomic flag and `ccurl_multi_wakeup`, which is made for other threads; the rest
    // belongs to whoever took the handle out of the client's pool.
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let isCancelled = Atomic(false)

    /// Bytes a second below which a transfer is as good as none: a gigabyte would take twelve days.
    static let slowest = 1024

    /// What goes over the wire, and how long to wait.
    struct Exchange {
        var url: WebURL
        var headers: [String]
        /// What is posted; `nil` for a GET.
        var body: String?
        /// Milliseconds until the connection must stand.
        var connectTimeout: Int
        /// Seconds of less than ``slowest`` bytes each after which the server counts as gone.
        var stallTimeout: Int
        /// Bytes a second.
        var slowest: Int
        /// Milliseconds for the whole exchange; 0 for no limit.
        var totalTimeout: Int
        /// File of trusted certificates; `nil` for libcurl's own.
        var certificates: String?
    }

    /// What comes back, called on the thread that runs ``run(_:receiver:)``.
    final class Receiver {
        /// A header line without its line end; empty after the last one.
        let onHeaderLine: (String) throws -> Void
        let onBody: (UnsafeRawBufferPointer) throws -> Void
        fileprivate var failure: (any Error)?

        init(
            onHeaderLine: @escaping (String) throws -> Void, onBody: @escaping (UnsafeRawBufferPointer) throws -> Void
        ) {
            self.onHeaderLine = onHeaderLine
            self.onBody = onBody
        }
    }

    init() throws {
        try Curl.load()
        guard let easy = ccurl_easy_init() else { throw TransferError.noLibrary("curl_easy_init failed") }
        guard let multi = ccurl_multi_init() else {
            ccurl_easy_cleanup(easy)
            throw TransferError.noLibrary("curl_multi_init failed")
        }
        self.easy = easy
        self.multi = multi
    }

    deinit {
        ccurl_easy_cleanup(easy)
        ccurl_multi_cleanup(multi)
    }

    /// Ends the running transfer; callable from any thread.
    func cancel() {
        isCancelled.store(true, ordering: .releasing)
        _ = ccurl_multi_wakeup(multi)
    }

    /// Makes the handle, which was not cancelled, fit for another transfer.
    func prepareForReuse() {
        ccurl_easy_reset(easy)
    }

    /// Runs one exchange to its end, blocking the calling thread.
    ///
    /// - Throws: ``TransferError``, or what the receiver threw.
    func run(_ exchange: Exchange, receiver: Receiver) throws {
        var list: UnsafeMutablePointer<curl_slist>?
        for header in exchange.headers { list = ccurl_slist_append(list, header) }
        defer { ccurl_slist_free_all(list) }
        configure(exchange, headers: list, receiver: receiver)

        guard ccurl_multi_add(multi, easy) == CURLM_OK else {
            throw TransferError.unexpectedAnswer(host: exchange.url.origin.host, "libcurl refused the transfer")
        }
        defer { _ = ccurl_multi_remove(multi, easy) }

        var running: Int32 = 1
        while running > 0 {
            if isCancelled.load(ordering: .acquiring) { throw TransferError.cancelled }
            guard ccurl_multi_perform(multi, &running) == CURLM_OK else { break }
            if running > 0 { _ = ccurl_multi_poll(multi, 1000) }
        }
        if let failure = receiver.failure { throw failure }
        var found: Int32 = 0
        let result = ccurl_multi_result(multi, &found)
        if found == 0 { throw TransferError.dropped(host: exchange.url.origin.host, "the transfer broke off") }
        if result != CURLE_OK { throw error(for: result, of: exchange.url) }
    }

    private func configure(
        _ exchange: Exchange, headers: UnsafeMutablePointer<curl_slist>?, receiver: Receiver
    ) {
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        _ = ccurl_set_string(easy, CURLOPT_URL, exchange.url.text)
        _ = ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers)
        if let body = exchange.body {
            _ = ccurl_set_long(easy, CURLOPT_POSTFIELDSIZE, body.utf8.count)
            _ = ccurl_set_string(easy, CURLOPT_COPYPOSTFIELDS, body)
        }
        _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        _ = ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        _ = ccurl_set_long(easy, CURLOPT_PROTOCOLS, 3)  // http and https
        _ = ccurl_set_long(easy, CURLOPT_HTTP_VERSION, 2)  // 1.1
        _ = ccurl_set_long(easy, CURLOPT_BUFFERSIZE, 256 * 1024)
        _ = ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, exchange.connectTimeout)
        _ = ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, exchange.totalTimeout)
        _ = ccurl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, exchange.slowest)
        _ = ccurl_set_long(easy, CURLOPT_LOW_SPEED_TIME, exchange.stallTimeout)
        if let certificates = exchange.certificates { _ = ccurl_set_string(easy, CURLOPT_CAINFO, certificates) }
        _ = ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        _ = ccurl_set_write_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlHandle.deliver(bytes, size * count, context) { receiver, bytes in
                var line = bytes[...]
                while let last = line.last, last == 10 || last == 13 { line = line.dropLast() }
                try receiver.onHeaderLine(String(decoding: line, as: UTF8.self))
            }
        }
        _ = ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        _ = ccurl_set_write_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlHandle.deliver(bytes, size * count, context) { receiver, bytes in try receiver.onBody(bytes) }
        }
    }

    /// Hands bytes to the receiver; a number other than `count` tells libcurl to stop.
    private static func deliver(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        to body: (Receiver, UnsafeRawBufferPointer) throws -> Void
    ) -> Int {
        guard let context else { return 0 }
        let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
        do {
            try body(receiver, UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        } catch {
            receiver.failure = error
            return count == 0 ? 1 : 0
        }
    }

    private func error(for code: CURLcode, of url: WebURL) -> TransferError {
        let host = url.origin.host
        let text = String(cString: ccurl_easy_strerror(code))
        if let proxy = Proxy.used(for: url) {
            let status = ccurl_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
            if status >= 300 { return .proxy(proxy, "it answers with status \(status)") }
            // The site's own name and address are the proxy's business.
            let failures = [
                CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_PROXY,
            ]
            if failures.contains(code) { return .proxy(proxy, text) }
        }
        return switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .unresolved(host: host)
        case CURLE_COULDNT_CONNECT: .unreachable(host: host, text)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .unreachable(host: host, text)
        case CURLE_OPERATION_TIMEDOUT: .timedOut(host: host)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CERTPROBLEM:
            .certificate(host: host, text)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badAddress(host)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SSL_CONNECT_ERROR:
            .dropped(host: host, text)
        default: .unexpectedAnswer(host: host, text)
        }
    }
}
