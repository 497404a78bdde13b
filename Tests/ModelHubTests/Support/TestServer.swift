import Foundation
import Synchronization

/// A small HTTP server on the loopback interface whose answers can be as bad as a test needs them.
///
/// One request per connection; heads up to 16 KiB, at most 64 connections at a time. A connection ends when the
/// client ends it or the server is stopped: no answer depends on how fast the machine is.
final class TestServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// Path without query, percent-decoded.
        var path: String
        var query: [String: String]
        /// By lower-case name.
        var headers: [String: String]

        /// First byte that a `Range: bytes=N-` asks for.
        var rangeStart: Int? {
            guard let range = headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
            return Int(range.dropFirst(6).dropLast())
        }
    }

    struct Response: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// Announce this length instead of the body's; `nil` announces none.
        var announcedLength: Int?? = .none
        /// Close the connection after this many bytes of the body.
        var dropAfter: Int?
        /// Send the body in pieces of this many bytes, with this pause between them, in seconds.
        var pieces: (size: Int, pause: Double)?
        /// After this many bytes of the body, send nothing more until the client hangs up.
        var stallAfter: Int?
        /// Close the connection without any answer.
        var isSilent = false

        static func status(_ status: Int, _ headers: [String: String] = [:], _ text: String = "") -> Response {
            Response(status: status, headers: headers, body: Array(text.utf8))
        }

        static func json(_ text: String, _ headers: [String: String] = [:]) -> Response {
            Response(headers: headers.merging(["Content-Type": "application/json"]) { $1 }, body: Array(text.utf8))
        }

        static func redirect(to location: String, _ status: Int = 302) -> Response {
            Response(status: status, headers: ["Location": location])
        }
    }

    typealias Handler = @Sendable (Request) -> Response

    let port: UInt16
    private let listener: Int32
    /// A pipe whose writing end is closed to end the accepting thread.
    private let wake: (reading: Int32, writing: Int32)
    private let handler: Handler
    private let state = Mutex(State())

    private struct State {
        var requests: [Request] = []
        var connections: Set<Int32> = []
        var isStopped = false
    }

    var address: String { "http://127.0.0.1:\(port)" }

    /// All requests so far.
    var requests: [Request] { state.withLock { $0.requests } }

    func requests(_ path: String) -> [Request] { requests.filter { $0.path == path } }

    init(_ handler: @escaping Handler) throws {
        (listener, port) = try Loopback.boundSocket()
        guard listen(listener, 64) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = (ends[0], ends[1])
        self.handler = handler
        Thread.detachNewThread { [self] in accept() }
    }

    #if canImport(Darwin)
        private static let noSignal: Int32 = 0
    #else
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #endif

    /// Stops listening and ends all connections.
    ///
    /// The accepting thread alone closes the listening socket, and each connection's thread its own: a descriptor that
    /// one thread closes while another is about to use it can be somebody else's by then.
    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            close(wake.writing)
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        defer {
            close(listener)
            close(wake.reading)
        }
        while true {
            var watched = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&watched, 2, -1) < 0 { continue }
            if watched[1].revents != 0 { return }
            #if canImport(Darwin)
                let connection = Darwin.accept(listener, nil, nil)
            #else
                let connection = Glibc.accept(listener, nil, nil)
            #endif
            // A client that gave up meanwhile is no reason to end.
            guard connection >= 0 else { continue }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            let isWelcome = state.withLock { state in
                guard !state.isStopped, state.connections.count < 64 else { return false }
                state.connections.insert(connection)
                return true
            }
            guard isWelcome else {
                close(connection)
                continue
            }
            Thread.detachNewThread { [self] in
                serve(connection)
                state.withLock { _ = $0.connections.remove(connection) }
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        guard let request = readRequest(connection) else { return }
        state.withLock { $0.requests.append(request) }
        let response = handler(request)
        if response.isSilent { return }

        var head = "HTTP/1.1 \(response.status) Test\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        switch response.announcedLength {
        case .none: head += "Content-Length: \(response.body.count)\r\n"
        case .some(let length?): head += "Content-Length: \(length)\r\n"
        case .some(nil): break
        }
        guard send(connection, Array((head + "\r\n").utf8)[...]) else { return }
        var rest = response.body[...]
        if let limit = response.dropAfter ?? response.stallAfter { rest = rest.prefix(limit) }
        if request.method == "HEAD" { return }
        if let pieces = response.pieces {
            while !rest.isEmpty {
                guard send(connection, rest.prefix(pieces.size)) else { return }
                rest = rest.dropFirst(pieces.size)
                if !rest.isEmpty { Thread.sleep(forTimeInterval: pieces.pause) }
            }
        } else {
            _ = send(connection, rest)
        }
        // What was sent reaches the client before the end of the connection does.
        if response.stallAfter == nil { shutdown(connection, Int32(SHUT_WR)) }
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    private func send(_ connection: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.send(connection, buffer.baseAddress, buffer.count, Self.noSignal)
                #else
                    Glibc.send(connection, buffer.baseAddress, buffer.count, Self.noSignal)
                #endif
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func readRequest(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        let end = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: end) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0, bytes.count + count <= 16_384 else { return nil }
            bytes += buffer[..<count]
            // What comes is no HTTP, such as the greeting of a client that expects TLS.
            guard UInt8(ascii: "A")...UInt8(ascii: "Z") ~= bytes[0] else { return nil }
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        let target = words[1].split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for pair in (target.count > 1 ? target[1] : "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            query[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return Request(
            method: String(words[0]), path: String(target[0]).removingPercentEncoding ?? "", query: query,
            headers: headers)
    }
}
