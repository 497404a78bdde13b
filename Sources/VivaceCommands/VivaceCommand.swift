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
            BackgroundCommand.self, CodesCommand.self, LyricTimesCommand.self, InfoCommand.self,
            SpectrogramCommand.self, WaveformCommand.self,
            ModelsCommand.self, DoctorCommand.self, BenchCommand.self, ServeCommand.self, KeysCommand.self,
            LibraryCommand.self, WorkerCommand.self,
        ])

    public init() {}

    /// Threads and files that every command needs, beside those that are there when it begins; of the files, three are
    /// libdispatch's.
    private static let threads = 3, descriptors = 6

    /// Runs the command line and ends the process with the exit code that `--help` documents.
    ///
    /// To be called on the main thread, which passes signals on from then on; the command runs on others.
    ///
    /// - Parameters:
    ///   - environment: what the composition root provides.
    ///   - arguments: the command line without the program's name; `nil` takes the process's own.
    public static func run(in environment: CommandEnvironment, arguments: [String]? = nil) -> Never {
        StandardStreams.secure()
        LastWords.install()
        do {
            // Without these, libraries below would wait for ever.
            try ProcessLimits.requireDescriptors(descriptors)
            try ProcessLimits.requireThreads(threads)
            ProcessLimits.reserveForTimers()
            try Interruption.install()
        } catch {
            finish(with: error)
        }
        Task.detached { await execute(in: environment, arguments: arguments) }
        Interruption.serve()
    }

    private static func execute(in environment: CommandEnvironment, arguments: [String]?) async -> Never {
        do {
            // The families are known while the command line is read: their fields are options of it.
            try await CommandEnvironment.$current.withValue(environment) {
                var command = try ForeignOptions.parse(arguments)
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
            endProcess(ExitStatus.cancelled, saying: "cancelled")
        default:
            let code = exitCode(for: error)
            if code.isSuccess {
                let text = fullMessage(for: error)
                if !text.isEmpty { Terminal.output(text) }
                endProcess(ExitStatus.success)
            }
            let isUsage = code == .validationFailure
            let text = ForeignOptions.worded(message(for: error))
            let help = text.hasSuffix("?") ? " (see vivace help)" : "; see vivace help"
            Terminal.error((text.hasSuffix(".") ? String(text.dropLast()) : text) + (isUsage ? help : ""))
            endProcess(isUsage ? ExitStatus.usage : ExitStatus.failure)
        }
    }
}

/// Ends the process with what it has written so far on its way; a result that could not be written is a failure.
///
/// Not by `exit(3)`: a cancelled generation may still be in the midst of its last operation on the array thread, and
/// would find the arrays' library torn down.
///
/// - Parameter words: an error that is left out where work was cancelled because its result can't be written.
private func endProcess(_ status: Int32, saying words: String? = nil) -> Never {
    let isCancelled = status == ExitStatus.cancelled
    var status = status
    switch Terminal.finishOutput() {
    case .written:
        if let words { Terminal.error(words) }
    case .closed:
        if isCancelled { status = ExitStatus.success }
    case .failed(let error):
        Terminal.error(error.description)
        if isCancelled || status == ExitStatus.success { status = ExitStatus.failure }
    }
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
