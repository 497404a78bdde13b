public import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// The `vivace` command: makes music, looks into songs, and manages models.
public struct VivaceCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "vivace",
        abstract: "Music generation with ACE-Step 1.5, native in Swift.",
        discussion: """
            Exit codes: 0 success, 1 failure, 2 wrong usage or parameters, 130 cancelled.
            """,
        version: Release.version,
        subcommands: [
            GenerateCommand.self, CreateCommand.self, FormatCommand.self, UnderstandCommand.self, ExtractCommand.self,
            CodesCommand.self, InfoCommand.self, SpectrogramCommand.self, WaveformCommand.self, ModelsCommand.self,
            DoctorCommand.self, BenchCommand.self,
        ])

    public init() {}

    /// Runs the command line and ends the process with the exit code that `--help` documents.
    ///
    /// - Parameters:
    ///   - environment: what the composition root provides.
    ///   - arguments: the command line without the program's name; `nil` takes the process's own.
    public static func run(in environment: CommandEnvironment, arguments: [String]? = nil) async -> Never {
        do {
            // The families are known while the command line is read: their fields are options of it.
            try await CommandEnvironment.$current.withValue(environment) {
                var command = try parseAsRoot(arguments)
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
            endProcess(ExitStatus.success)
        } catch {
            // Help texts name the families' options too.
            CommandEnvironment.$current.withValue(environment) { finish(with: error) }
        }
    }

    private static func finish(with error: any Error) -> Never {
        switch error {
        case let error as MusicError:
            let families = CommandEnvironment.current?.engine.families ?? []
            Terminal.error(error.description(in: CommandLineWording(families: families)))
            endProcess(ExitStatus.of(error))
        case is CancellationError:
            Terminal.error("cancelled")
            endProcess(ExitStatus.cancelled)
        default:
            let code = exitCode(for: error)
            if code.isSuccess {
                let text = fullMessage(for: error)
                if !text.isEmpty { Terminal.output(text) }
                endProcess(ExitStatus.success)
            }
            let isUsage = code == .validationFailure
            let text = message(for: error)
            let help = text.hasSuffix("?") ? " (see vivace help)" : "; see vivace help"
            Terminal.error((text.hasSuffix(".") ? String(text.dropLast()) : text) + (isUsage ? help : ""))
            endProcess(isUsage ? ExitStatus.usage : ExitStatus.failure)
        }
    }
}

/// Ends the process with what it has written so far on its way.
///
/// Not by `exit(3)`: a cancelled generation may still be in the midst of its last operation on the array thread, and
/// would find the arrays' library torn down.
private func endProcess(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
}

/// The exit codes of `vivace`.
package enum ExitStatus {
    package static let success: Int32 = 0
    package static let failure: Int32 = 1
    package static let usage: Int32 = 2
    package static let cancelled: Int32 = 130

    /// The exit code that tells of this error.
    package static func of(_ error: MusicError) -> Int32 {
        switch error.code {
        case .invalidRequest: usage
        case .cancelled: cancelled
        default: failure
        }
    }
}
