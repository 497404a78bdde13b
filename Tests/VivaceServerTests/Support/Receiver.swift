import Foundation
import LoopbackClient
import Synchronization

/// Takes requests at a port of this machine and answers each with the next status of a list, or the last one.
final class Receiver: Sendable {
    let port: Int
    /// Head and body of each request.
    let requests: AsyncStream<(head: String, body: Data)>
    private let descriptor: Int32

    init(statuses: [Int]) throws {
        let descriptor = socket(AF_INET, numericCast(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = numericCast(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isListening else { throw LoopbackFailure.noConnection }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        let (requests, feed) = AsyncStream<(head: String, body: Data)>.makeStream()
        self.requests = requests
        let thread = Thread {
            var rest = statuses[...]
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                let status = rest.count > 1 ? rest.removeFirst() : rest.first ?? 200
                if let request = Self.read(connection) { feed.yield(request) }
                let answer = Data("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
                _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, answer.count, Int32(MSG_NOSIGNAL)) }
                close(connection)
            }
            feed.finish()
        }
        thread.start()
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    private static func read(_ connection: Int32) -> (head: String, body: Data)? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let end = data.range(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: data[..<end.lowerBound], as: UTF8.self)
                let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
                let body = data[end.upperBound...]
                if body.count >= length ?? 0 { return (head, Data(body)) }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: buffer[..<count])
        }
    }
}
