import Foundation

/// Sockets on the loopback interface.
enum Loopback {
    /// A TCP socket with a port of its own, which no child process inherits; the caller closes it.
    static func boundSocket() throws -> (descriptor: Int32, port: UInt16) {
        #if canImport(Darwin)
            let kind = SOCK_STREAM
        #else
            let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

/// A site that is down: its port is taken, so that no other server can get it, and nobody listens on it.
final class DownSite: Sendable {
    private let descriptor: Int32
    let address: String

    init() throws {
        let (descriptor, port) = try Loopback.boundSocket()
        self.descriptor = descriptor
        address = "http://127.0.0.1:\(port)"
    }

    deinit { close(descriptor) }
}
