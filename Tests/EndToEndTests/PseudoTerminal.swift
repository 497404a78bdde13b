import Foundation

#if os(Linux)

    /// The program at a terminal of its own, as a person has it: keys go in, and what it shows comes out.
    final class PseudoTerminal {
        private let primary: Int32
        private let process = Process()
        /// What was shown and has not been waited for.
        private var shown = ""

        /// Whether the system has any: some containers have none.
        static var isThere: Bool { access("/dev/ptmx", R_OK | W_OK) == 0 && access("/dev/pts", X_OK) == 0 }

        struct Failure: Error, CustomStringConvertible {
            let description: String
        }

        init(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws {
            primary = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
            var (number, isLocked) = (CUnsignedInt(0), CInt(0))
            // Linux' TIOCSPTLCK and TIOCGPTN, macros that Swift does not see.
            guard primary >= 0, ioctl(primary, 0x4004_5431, &isLocked) == 0, ioctl(primary, 0x8004_5430, &number) == 0
            else { throw Failure(description: "there is no pseudo-terminal") }
            let secondary = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            guard secondary >= 0 else { throw Failure(description: "the pseudo-terminal can't be opened") }
            // A session of its own, whose terminal it is: Ctrl-C reaches it as it would from a keyboard.
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
            process.arguments = ["--ctty", "--wait", Vivace.binary.path] + arguments
            process.currentDirectoryURL = folder
            let own = ["TERM": "xterm", "XDG_STATE_HOME": folder.appendingPathComponent("state").path]
            process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
            let handle = FileHandle(fileDescriptor: secondary, closeOnDealloc: true)
            process.standardInput = handle
            process.standardOutput = handle
            process.standardError = handle
            try process.run()
        }

        deinit {
            process.terminate()
            close(primary)
        }

        func type(_ keys: String) {
            let bytes = Array(keys.utf8)
            _ = write(primary, bytes, bytes.count)
        }

        /// Waits until a text is shown, and takes away what comes to its end.
        ///
        /// - Returns: what was shown before it.
        @discardableResult
        func wait(for text: String) throws -> String {
            var rounds = 0
            while true {
                if let range = shown.range(of: text) {
                    let before = String(shown[..<range.lowerBound])
                    shown = String(shown[range.upperBound...])
                    return before
                }
                var watched = pollfd(fd: primary, events: Int16(POLLIN), revents: 0)
                rounds += 1
                guard rounds < 120 else { throw Failure(description: "'\(text)' did not come; there is: \(shown)") }
                guard poll(&watched, 1, 1000) > 0 else { continue }
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = read(primary, &buffer, buffer.count)
                guard count > 0 else { throw Failure(description: "it ended before '\(text)'; there is: \(shown)") }
                rounds = 0
                shown += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }

        /// Waits for the end.
        ///
        /// - Returns: the exit status.
        func end() -> Int32 {
            process.waitUntilExit()
            return process.terminationStatus
        }
    }
#endif
