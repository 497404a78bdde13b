import Foundation

/// A built program, run to its end.
enum Program {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - program: its file name, beside the test bundle.
    ///   - folder: where it runs.
    static func run(_ arguments: [String], program: String = "vivace", in folder: URL? = nil) throws -> Outcome {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let process = Process()
        process.executableURL = bundle.deletingLastPathComponent().appendingPathComponent(program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["COLUMNS": "80"]) { $1 }
        let output = Pipe(), errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Both are read at once: a full pipe would stop the program.
        let text = Reader(errors.fileHandleForReading)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
            errors: String(decoding: text.data, as: UTF8.self))
    }

    /// Reads a pipe on a thread of its own.
    private final class Reader: @unchecked Sendable {
        private let group = DispatchGroup()
        private var read = Data()

        init(_ handle: FileHandle) {
            DispatchQueue.global().async(group: group) { self.read = handle.readDataToEndOfFile() }
        }

        var data: Data {
            group.wait()
            return read
        }
    }
}
