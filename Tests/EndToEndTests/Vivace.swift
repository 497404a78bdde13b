import Foundation
import Testing

/// The built `vivace` binary, run as a user runs it.
struct Vivace {
    /// What a run left behind.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String

        /// Standard output as a JSON object.
        func json() throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }

    /// The binary lies beside the test bundle.
    static let binary: URL = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("vivace")
    }()

    /// Runs the command to its end.
    ///
    /// - Parameters:
    ///   - arguments: the command line without the program's name.
    ///   - folder: working directory.
    ///   - environment: variables to set on top of the test's own.
    ///   - interrupt: sends SIGINT as soon as this text has appeared on standard error.
    static func run(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:], interruptAfter text: String? = nil
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = binary
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = folder.appendingPathComponent(".stdout-\(UUID().uuidString)")
        let errors = folder.appendingPathComponent(".stderr-\(UUID().uuidString)")
        for url in [output, errors] { try Data().write(to: url) }
        defer { for url in [output, errors] { try? FileManager.default.removeItem(at: url) } }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        if let text {
            while process.isRunning, !(try String(contentsOf: errors, encoding: .utf8)).contains(text) {
                usleep(2_000)
            }
            process.interrupt()
        }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    subscript(_ name: String) -> URL { url.appendingPathComponent(name) }

    /// Names in the folder, hidden ones included.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    }
}

/// Folders of the repository.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let fixtures = root.appendingPathComponent("Tests/Fixtures")
    static let builtin = root.appendingPathComponent("Models/builtin")
}
