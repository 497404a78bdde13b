import Foundation
import MusicCore
import MusicEngine
import Synchronization

/// The worker's side: does what a server asks through a pipe, and answers through another.
///
/// It ends when the server's pipe ends, whatever it does then; after ``drain()`` it ends with the work under way.
public actor WorkerService {
    private let runner: any JobRunner
    private nonisolated let output: WorkerOutput
    private nonisolated let input: Int32
    private let clock: any Clock<Duration>
    private var frames = WorkerFrameReader()
    private var calls: [Int: Task<Void, Never>] = [:]
    private var isDraining = false
    private var isOver = false
    private var end: CheckedContinuation<Void, Never>?

    /// - Parameters:
    ///   - runner: does the work.
    ///   - input: descriptor from which the server's messages come.
    ///   - output: descriptor into which the answers go, and nothing else.
    public init(
        _ runner: any JobRunner, input: Int32, output: Int32, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.runner = runner
        self.input = input
        self.output = WorkerOutput(output)
        self.clock = clock
    }

    /// Serves until the server is gone, or what was under way is done after ``drain()``.
    public func run() async {
        output.send(0, .ready(Release.version))
        let (pieces, continuation) = AsyncStream<Data>.makeStream()
        WorkerPipe.read(input) { continuation.yield($0) }
        let reading = Task { for await piece in pieces { self.take(piece) } }
        let beating = Task { [output, clock] in
            while (try? await clock.sleep(for: .seconds(1))) != nil {
                output.send(0, .alive(seconds: ProcessTime.seconds))
            }
        }
        await withCheckedContinuation { continuation in
            if isOver { continuation.resume() } else { end = continuation }
        }
        reading.cancel()
        beating.cancel()
    }

    /// Takes on nothing more, and ends when what is under way is done.
    public func drain() {
        isDraining = true
        if calls.isEmpty { finish() }
    }

    private func finish() {
        isOver = true
        end?.resume()
        end = nil
    }

    private func take(_ piece: Data) {
        guard !piece.isEmpty else {
            for call in calls.values { call.cancel() }
            return finish()
        }
        frames.append(piece)
        do {
            while let json = try frames.next() { handle(try WorkerFrame.decode(WorkerCall.self, json)) }
        } catch {
            output.send(0, .failed(error as? MusicError ?? MusicError(.internal, "\(error)")))
            finish()
        }
    }

    private func handle(_ call: WorkerCall) {
        if case .cancel(let number) = call.action {
            calls[number]?.cancel()
            return
        }
        guard !isDraining else {
            output.send(call.number, .failed(MusicError(.cancelled, "The worker is ending")))
            return
        }
        calls[call.number] = Task { [output, runner] in
            do {
                output.send(call.number, try await Self.content(call, runner, output))
            } catch {
                output.send(
                    call.number, .failed(error as? MusicError ?? MusicError(.internal, "The work failed: \(error)")))
            }
            self.leave(call.number)
        }
    }

    private func leave(_ number: Int) {
        calls[number] = nil
        if isDraining, calls.isEmpty { finish() }
    }

    private static func content(
        _ call: WorkerCall, _ runner: any JobRunner, _ output: WorkerOutput
    ) async throws -> WorkerReply.Content {
        switch call.action {
        case .run(let task): .outcome(try await runner.run(task) { output.send(call.number, .event($0)) })
        case .inspect(let path): .summary(try await runner.inspect(URL(fileURLWithPath: path)))
        case .load(let order): .models(try await runner.load(order))
        case .loadedModels: .models(await runner.loadedModels())
        case .cancel(let number): throw MusicError(.internal, "the call \(number) is cancelled otherwise")
        }
    }
}

/// Whole messages through one descriptor, from any thread.
final class WorkerOutput: Sendable {
    private let descriptor: Mutex<Int32>

    init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    /// What can't be sent has nobody to take it: the end of the other pipe tells.
    func send(_ number: Int, _ content: WorkerReply.Content) {
        let frame: Data
        do {
            frame = try WorkerFrame.encode(WorkerReply(number: number, content: content))
        } catch {
            return send(number, .failed(MusicError(.internal, "An answer of the worker can't be sent: \(error)")))
        }
        descriptor.withLock { _ = WorkerPipe.write(frame, to: $0) }
    }
}

/// What this process has computed.
enum ProcessTime {
    /// Seconds on processors, of all threads.
    static var seconds: Double {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            getrusage(RUSAGE_SELF, &usage)
        #endif
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
