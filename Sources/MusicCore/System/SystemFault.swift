public import Foundation

/// Why the operating system doesn't open or read something: its error number, with the path.
///
/// ``error(_:advice:)`` makes of it what a user is told, so that each reason gets its own advice: only what isn't there
/// is called missing, and only contents that are wrong are to be downloaded again.
public struct SystemFault: Error, Sendable, Equatable {
    /// `errno` of the failed call.
    public let code: Int32
    /// What it was about.
    public let path: String

    public init(_ code: Int32, path: String) {
        self.code = code
        self.path = path
    }

    /// The system's reason that an error of Foundation holds; `nil` if it holds none.
    public init?(_ error: any Error, path: String) {
        var next: (any Error)? = error
        while let error = next {
            let details = error as NSError
            if details.domain == NSPOSIXErrorDomain {
                self.init(Int32(details.code), path: path)
                return
            }
            next = details.userInfo[NSUnderlyingErrorKey] as? any Error
        }
        return nil
    }

    /// Whether there is nothing at that path, rather than something that can't be reached.
    public var isAbsence: Bool { [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(code) }

    /// What the system says, without capital or full stop.
    public var reason: String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// Why nothing can be written, and what to do, where the reason is the disk or a limit and not the path.
    public var writingAdvice: (reason: String, advice: String)? {
        switch code {
        case ENOSPC: ("the disk is full", "free some space or choose another disk")
        case EDQUOT: ("the disk quota is used up", "free some space or choose another disk")
        case EROFS: ("the file system is read-only", "choose another place")
        case EFBIG:
            (
                "the file would exceed the size limit of the process or the disk",
                "raise the limit (ulimit -f) or choose a smaller format"
            )
        default: nil
        }
    }

    /// The error for a user who wanted to write there.
    public func writingError(advice: String) -> MusicError {
        let (reason, advice) = writingAdvice ?? (reason, advice)
        return MusicError(.unwritableOutput, "\(path) can't be written: \(reason)", advice: advice)
    }

    /// The error for a user.
    ///
    /// - Parameters:
    ///   - code: for what isn't there, and for what is something else than a file. Permissions give `unreadableInput`,
    ///     and what the process may have no more of `outOfMemory`.
    ///   - advice: what to do about something that isn't there.
    public func error(_ code: MusicError.Code = .unreadableInput, advice: String = "check the path") -> MusicError {
        switch self.code {
        case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG:
            MusicError(code, "\(path) can't be found (\(reason))", advice: advice)
        case EACCES, EPERM:
            MusicError(
                .unreadableInput, "\(path) may not be read (\(reason))",
                advice: "check its permissions and those of the folders that hold it")
        case EISDIR:
            MusicError(code, "\(path) is a folder, and a file belongs there", advice: "move it away")
        default:
            shortage ?? MusicError(.unreadableInput, "\(path) can't be read: \(reason)", advice: "check the disk")
        }
    }

    /// The error where the process may have no more of something: open files, memory, threads.
    private var shortage: MusicError? {
        switch code {
        case EMFILE:
            MusicError(
                .outOfMemory, "\(path) can't be opened: the process has as many files open as it may",
                advice: ProcessLimits.descriptorAdvice)
        case ENFILE:
            MusicError(
                .outOfMemory, "\(path) can't be opened: the system has as many files open as it can",
                advice: "end other programs, or raise the system's limit (fs.file-max)")
        case ENOMEM:
            MusicError(
                .outOfMemory, "\(path) can't be read: there is not enough memory", advice: ProcessLimits.memoryAdvice)
        case EAGAIN:
            MusicError(
                .outOfMemory, "\(path) can't be read: the process can't have another thread",
                advice: ProcessLimits.threadAdvice)
        default: nil
        }
    }
}

/// Files and folders as the system has them, with its reasons where it refuses.
public enum SystemFile {
    /// The contents of a regular file, or of what can be read like one.
    public static func contents(of url: URL) throws(SystemFault) -> Data {
        let path = path(of: url)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFault(errno, path: path) }
        defer { close(descriptor) }
        return try contents(of: descriptor, path: path)
    }

    /// What can be read from a descriptor until its end.
    ///
    /// - Parameters:
    ///   - path: what to call it in a fault.
    ///   - limit: the most bytes that are read.
    public static func contents(
        of descriptor: Int32, path: String, limit: Int = .max
    ) throws(SystemFault) -> Data {
        var data = Data()
        var information = stat()
        if fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG {
            data.reserveCapacity(min(limit, Int(information.st_size)))
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while data.count < limit {
            let count = read(descriptor, buffer.baseAddress, min(buffer.count, limit - data.count))
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SystemFault(errno, path: path)
            }
            data.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return data
    }

    /// Names in a folder, sorted, without `.` and `..`.
    public static func names(in url: URL) throws(SystemFault) -> [String] {
        let path = path(of: url)
        guard let folder = opendir(path) else { throw SystemFault(errno, path: path) }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                if errno != 0 { throw SystemFault(errno, path: path) }
                return names.sorted()
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// What the system knows of a file or folder, with links followed; `nil` if there is none.
    public static func status(of url: URL) throws(SystemFault) -> stat? {
        let path = path(of: url)
        var information = stat()
        if stat(path, &information) == 0 { return information }
        let fault = SystemFault(errno, path: path)
        if fault.isAbsence { return nil }
        throw fault
    }

    /// Whether there is something at a path, with links followed.
    ///
    /// - Throws: ``MusicError`` where that can't be told.
    public static func exists(_ url: URL) throws -> Bool {
        do {
            return try status(of: url) != nil
        } catch {
            throw error.error()
        }
    }

    /// The path as messages show it: without a slash at its end.
    private static func path(of url: URL) -> String {
        let path = url.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
