import Foundation
import MusicCore
import Synchronization

/// A worker process with its pipes.
final class WorkerProcess: Sendable {
    /// Pieces of what it says; an empty one is the end.
    let pieces: AsyncStream<Data>
    /// How it ended, once it has.
    let end: AsyncStream<WorkerEnd>
    private let input: Int32
    let identifier: pid_t
    /// A worker that takes nothing must hold nobody up.
    private let writing = DispatchQueue(label: "worker pipe")
    private let isClosed = InputState()

    /// - Throws: ``MusicError`` `internal` if the program can't be started.
    init(_ settings: WorkerRunner.Settings) throws {
        let process = Process()
        process.executableURL = settings.executable
        process.arguments = settings.arguments
        if let environment = settings.environment { process.environment = environment }
        let toWorker = try WorkerPipe.make()
        let fromWorker: (read: Int32, write: Int32)
        do {
            fromWorker = try WorkerPipe.make()
        } catch {
            for end in [toWorker.read, toWorker.write] { close(end) }
            throw error
        }
        process.standardInput = FileHandle(fileDescriptor: toWorker.read, closeOnDealloc: false)
        process.standardOutput = FileHandle(fileDescriptor: fromWorker.write, closeOnDealloc: false)
        let (end, ending) = AsyncStream<WorkerEnd>.makeStream()
        self.end = end
        process.terminationHandler = { process in
            ending.yield(
                process.terminationReason == .uncaughtSignal
                    ? .signal(process.terminationStatus) : .status(process.terminationStatus))
            ending.finish()
        }
        // The worker's own ends are not needed here, whether it runs or not.
        defer { for end in [toWorker.read, fromWorker.write] { close(end) } }
        do {
            try WorkerPipe.start(process)
        } catch {
            for end in [toWorker.write, fromWorker.read] { close(end) }
            throw MusicError(
                .internal,
                "The worker \(settings.executable.lastPathComponent) can't be started: "
                    + error.localizedDescription,
                advice: "check that the program is complete, and that the system lets another process begin")
        }
        identifier = process.processIdentifier
        input = toWorker.write
        let output = fromWorker.read
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
        writing.async { [input, isClosed] in
            if !isClosed.value.load(ordering: .relaxed) { _ = WorkerPipe.write(frame, to: input) }
        }
    }

    /// Tells it that nothing more will come; once.
    func closeInput() {
        writing.async { [input, isClosed] in
            guard !isClosed.value.exchange(true, ordering: .relaxed) else { return }
            close(input)
        }
    }

    deinit { closeInput() }

    func kill() { Foundation.kill(identifier, SIGKILL) }
}

/// Whether a worker's input is closed; only its queue looks.
private final class InputState: Sendable {
    let value = Atomic(false)
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
