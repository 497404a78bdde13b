import Foundation

/// A line of shell in which the built program is `$vivace`: for redirections, limits and other users.
enum ShellRun {
    /// Runs a line of bash to its end.
    ///
    /// - Parameters:
    ///   - line: what to run; `$model` is the built-in model.
    ///   - folder: working directory.
    ///   - environment: variables to set on top of the test's own.
    /// - Returns: exit status, standard output, standard error.
    static func run(
        _ line: String, in folder: URL, environment: [String: String] = [:]
    ) throws -> Vivace.Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder
        let own = ["vivace": Vivace.binary.path, "model": Repository.builtin.path]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
        let output = folder.appendingPathComponent(".stdout-\(UUID().uuidString)")
        let errors = folder.appendingPathComponent(".stderr-\(UUID().uuidString)")
        for url in [output, errors] { try Data().write(to: url) }
        defer { for url in [output, errors] { try? FileManager.default.removeItem(at: url) } }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Vivace.Outcome(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}
