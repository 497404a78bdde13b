import ArgumentParser
import Foundation
import MusicCore
internal import MusicJobs

/// `vivace worker`: does the work of a server's jobs, which come and go through the standard streams.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Do the work of a server's jobs.", shouldDisplay: false)

    /// How far a worker stands back behind its server.
    private static let niceness: Int32 = 5

    func run() async throws {
        // Whoever asks how a song stands is answered at once, however busy the processor is with it.
        _ = nice(Self.niceness)
        let engine = try CommandEnvironment.required().engine
        let output = try Self.takeOutput()
        let service = WorkerService(EngineRunner(engine), input: STDIN_FILENO, output: output)
        let signals = DrainSignal { Task { await service.drain() } }
        await service.run()
        signals.end()
    }

    /// Keeps standard output for messages: whatever prints from now on, prints on standard error.
    private static func takeOutput() throws -> Int32 {
        let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard output >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else {
            throw SystemFault(errno, path: "standard output").error(.unwritableOutput)
        }
        return output
    }
}

/// SIGTERM lets what is under way come to its end; Ctrl-C is the server's affair.
private final class DrainSignal {
    private let source: any DispatchSourceSignal

    init(_ drain: @escaping @Sendable () -> Void) {
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler { drain() }
        source.activate()
        self.source = source
    }

    func end() { source.cancel() }
}
