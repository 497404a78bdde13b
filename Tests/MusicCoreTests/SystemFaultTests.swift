import Foundation
import MusicCore
import Testing

/// The system's reasons, and what becomes of them.
struct SystemFaultTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(
            path: "system-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try body(root)
    }

    @Test(
        "each reason has its own code and its own advice",
        arguments: [
            (ENOENT, MusicError.Code.invalidCheckpoint, "can't be found", "download it"),
            (ENOTDIR, .invalidCheckpoint, "can't be found", "download it"),
            (EACCES, .unreadableInput, "may not be read", "permissions"),
            (EPERM, .unreadableInput, "may not be read", "permissions"),
            (EISDIR, .invalidCheckpoint, "is a folder", "move it away"),
            (EMFILE, .outOfMemory, "as many files open", "ulimit -n"),
            (ENFILE, .outOfMemory, "as many files open", "fs.file-max"),
            (ENOMEM, .outOfMemory, "not enough memory", "ulimit -v"),
            (EAGAIN, .outOfMemory, "another thread", "ulimit -u"),
            (EIO, .unreadableInput, "put/output error", "disk"),
        ])
    func wording(code: Int32, kind: MusicError.Code, message: String, advice: String) {
        let error = SystemFault(code, path: "/models/a").error(.invalidCheckpoint, advice: "download it")
        #expect(error.code == kind)
        #expect(error.message.contains("/models/a") && error.message.contains(message), "\(error.message)")
        #expect(error.advice.contains(advice), "\(error.advice)")
        #expect(error.advice.contains("download") == (kind == .invalidCheckpoint && code != EISDIR))
    }

    @Test func reasonsAreFoundInsideFoundationsErrors() throws {
        try withFolder { root in
            let missing = root.appending(path: "gone")
            let error = try #require(throws: (any Error).self) { try Data(contentsOf: missing) }
            #expect(SystemFault(error, path: "gone") == SystemFault(ENOENT, path: "gone"))
        }
        #expect(SystemFault(POSIXError(.ENOSPC), path: "a")?.code == ENOSPC)
        #expect(SystemFault(CancellationError(), path: "a") == nil)
    }

    @Test(
        arguments: [
            (ENOSPC, "the disk is full", "free some space"), (EDQUOT, "quota", "free some space"),
            (EROFS, "read-only", "another place"), (EFBIG, "size limit", "ulimit -f"),
            (EACCES, "ermission denied", "my advice"),
        ])
    func whatCannotBeWrittenSaysWhy(code: Int32, message: String, advice: String) {
        let error = SystemFault(code, path: "/a/b").writingError(advice: "my advice")
        #expect(error.code == .unwritableOutput && error.message.hasPrefix("/a/b can't be written: "))
        #expect(error.message.contains(message) && error.advice.contains(advice), "\(error)")
    }

    @Test func whatIsNotThereIsAbsent() throws {
        try withFolder { root in
            try Data("12345".utf8).write(to: root.appending(path: "a"))
            #expect(try SystemFile.contents(of: root.appending(path: "a")) == Data("12345".utf8))
            #expect(try SystemFile.names(in: root) == ["a"])
            #expect(try SystemFile.exists(root.appending(path: "a")))
            #expect(try !SystemFile.exists(root.appending(path: "b")))
            #expect(try !SystemFile.exists(root.appending(path: "a/b")))
            for missing in ["b", "a/b", String(repeating: "x", count: 300)] {
                let fault = #expect(throws: SystemFault.self) {
                    try SystemFile.contents(of: root.appending(path: missing))
                }
                #expect(fault?.isAbsence == true, "\(missing)")
            }
            let folder = #expect(throws: SystemFault.self) { try SystemFile.contents(of: root) }
            #expect(folder?.code == EISDIR && folder?.isAbsence == false)
        }
    }

    @Test func readingStopsAtTheLimit() throws {
        try withFolder { root in
            let file = root.appending(path: "a")
            try Data(repeating: 7, count: 700_000).write(to: file)
            let descriptor = open(file.path, O_RDONLY)
            defer { close(descriptor) }
            #expect(try SystemFile.contents(of: descriptor, path: "a", limit: 600_001).count == 600_001)
            #expect(try SystemFile.contents(of: descriptor, path: "a").count == 99_999)
        }
    }

    // These change what the whole process may do, so each has a process of its own.

    @Test func aFolderThatCanNotBeOpenedIsNoEmptyOne() async {
        await #expect(processExitsWith: .success) {
            let root = FolderView(FileManager.default.temporaryDirectory)
            try #require(!root.parent.names.isEmpty && root.obstacle == nil)
            // One descriptor less than are in use.
            var limit = rlimit(rlim_cur: 0, rlim_max: 0)
            #if canImport(Glibc)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            #else
                setrlimit(RLIMIT_NOFILE, &limit)
            #endif
            let view = FolderView(FileManager.default.temporaryDirectory)
            #expect(view.exists)
            #expect(view.obstacle == nil)
            // A view that is made of another one tells it.
            #expect(view.parent.names.isEmpty)
            #expect(view.obstacle?.code == EMFILE)
            #expect(FolderView(view.url).obstacle == nil)
            #expect(throws: MusicError.self) { try ProcessLimits.requireDescriptors(1) }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become somebody else"))
    func aFolderThatMayNotBeReadIsNoEmptyOne() async {
        await #expect(processExitsWith: .success) {
            let root = FileManager.default.temporaryDirectory.appending(
                path: "system-\(UUID().uuidString)", directoryHint: .isDirectory)
            let closed = root.appending(path: "closed", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: closed, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: root) }
            try Data("{}".utf8).write(to: closed.appending(path: "config.json"))
            try Data("{}".utf8).write(to: root.appending(path: "config.json"))
            chmod(closed.path, 0)
            chmod(root.appending(path: "config.json").path, 0)
            let nobody: uid_t = 65_534
            try #require(seteuid(nobody) == 0)
            defer { seteuid(0) }
            let view = FolderView(root)
            #expect(view.missing([.file("config.json"), .file("other.json")]) == ["other.json"])
            #expect(view.obstacle == nil)
            #expect(view.object("config.json") == nil)
            #expect(view.obstacle == SystemFault(EACCES, path: root.appending(path: "config.json").path))
            let inside = FolderView(closed)
            #expect(inside.missing([.file("config.json")]) == ["config.json"])
            #expect(inside.obstacle?.error().code == .unreadableInput)
            #expect(throws: MusicError.self) { try SystemFile.exists(closed.appending(path: "config.json")) }
        }
    }

    @Test func whatIsLeftIsAsked() async {
        await #expect(processExitsWith: .success) {
            try ProcessLimits.requireThreads(3)
            try ProcessLimits.requireDescriptors(3)
            try ProcessLimits.requireAddressSpace(1 << 20)
            let error = #expect(throws: MusicError.self) { try ProcessLimits.requireAddressSpace(1 << 50) }
            #expect(error?.code == .outOfMemory)
        }
    }
}
