import Foundation
import MusicCore

/// A worker process with its pipes.
final class WorkerProcess: Sendable {
    /// Pieces of what it says; an empty one is the end.
    let pieces: AsyncStream<Data>
    /// How it ended, once it has.
    private let end: AsyncStream<WorkerEnd>
    private let input: Int32
    let identifier: pid_t
    /// A worker that takes nothing must hold nobody up.
    private let writing = DispatchQueue(label: "worker pipe")

    /// - Throws: ``MusicError`` `internal` if the program can't be started.
    init(_ settings: WorkerRunner.Settings) throws {
        let process = Process()
        process.executableURL = settings.executable
        process.arguments = settings.arguments
        if let environment = settings.environment { process.environment = environment }
        let (toWorker, fromWorker) = (Pipe(), Pipe())
        process.standardInput = toWorker
        process.standardOutput = fromWorker
        let (end, ending) = AsyncStream<WorkerEnd>.makeStream()
        self.end = end
        process.terminationHandler = { process in
            ending.yield(
                process.terminationReason == .uncaughtSignal
                    ? .signal(process.terminationStatus) : .status(process.terminationStatus))
            ending.finish()
        }
        do {
            try process.run()
        } catch {
            throw MusicError(
                .internal,
                "The worker \(settings.executable.lastPathComponent) can't be started: "
                    + error.localizedDescription,
                advice: "check that the program is complete, and that the system lets another process begin")
        }
        identifier = process.processIdentifier
        // Descriptors of our own: the pipes' objects go with the call.
        input = fcntl(toWorker.fileHandleForWriting.fileDescriptor, F_DUPFD_CLOEXEC, 3)
        let output = fcntl(fromWorker.fileHandleForReading.fileDescriptor, F_DUPFD_CLOEXEC, 3)
        try? toWorker.fileHandleForWriting.close()
        try? fromWorker.fileHandleForReading.close()
        let (pieces, reading) = AsyncStream<Data>.makeStream()
        self.pieces = pieces
        WorkerPipe.read(output) { piece in
            reading.yield(piece)
            guard piece.isEmpty else { return }
            close(output)
            reading.finish()
        }
    }

    func send(_ frame: Data) {
        // Where the worker is gone, the end of its pipe tells.
        writing.async { [input] in _ = WorkerPipe.write(frame, to: input) }
    }

    /// Tells it that nothing more will come.
    func closeInput() {
        writing.async { [input] in close(input) }
    }

    func kill() { Foundation.kill(identifier, SIGKILL) }

    /// Waits for its end.
    func waitForEnd() async -> WorkerEnd {
        for await end in end { return end }
        return .status(0)
    }
}

/// How a worker ended.
enum WorkerEnd: Sendable, Equatable {
    case status(Int32)
    case signal(Int32)

    /// What a job is told that ended with it.
    ///
    /// - Parameter stage: in which it was.
    func error(in stage: MusicStage?) -> MusicError {
        let place = stage.map { "in the stage \($0.rawValue)" } ?? "before the first stage"
        switch self {
        case .signal(SIGKILL):
            return MusicError(
                .outOfMemory, "The worker process was killed \(place), as a system does that runs out of memory",
                advice: "ask for a shorter song or for fewer at once, or free memory")
        case .signal(let number):
            return MusicError(
                .internal,
                "The worker process ended \(place) by signal \(number) (\(String(cString: strsignal(number))))",
                advice: "try again; if it happens again, report it")
        case .status(let code):
            return MusicError(
                .internal, "The worker process ended \(place) with status \(code)",
                advice: "try again; if it happens again, report it")
        }
    }
}
