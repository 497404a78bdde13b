import Foundation
import Synchronization

/// What a running download reports.
public enum DownloadEvent: Sendable, Equatable {
    /// What is to be done, before the first byte.
    case planned(DownloadPlan)
    /// How far it is, at most ten times a second.
    case progress(DownloadProgress)
    /// A file is complete, checked and in its place.
    case finishedFile(path: String, bytes: Int64)
    /// Something that the user should know and that does not stop the download.
    case notice(String)
}

/// The size of a download.
public struct DownloadPlan: Sendable, Equatable {
    /// Files that are not here yet.
    public var fileCount: Int
    /// Bytes of these files.
    public var totalBytes: Int64
    /// Bytes of them that an earlier, interrupted download has left.
    public var resumedBytes: Int64
    /// Files that are here already.
    public var presentFileCount: Int
    /// Where the files go: the cache's directory.
    public var destination: String
}

/// How far a download is.
public struct DownloadProgress: Sendable, Equatable {
    /// A file that moves at the moment: its path in the repository.
    public var file: String
    public var fileBytes: Int64
    public var fileTotalBytes: Int64
    /// Bytes here, of all files.
    public var bytes: Int64
    public var totalBytes: Int64
    /// Bytes per second over the last seconds; 0 if unknown.
    public var bytesPerSecond: Double

    /// Seconds that the rest takes at this speed; `nil` if unknown.
    public var secondsLeft: Double? {
        bytesPerSecond > 0 ? Double(totalBytes - bytes) / bytesPerSecond : nil
    }
}

/// Adds up what all files of a download have received, and reports it now and then.
final class ProgressMeter: Sendable {
    private struct State {
        var totalBytes: Int64 = 0
        var bytes: Int64 = 0
        /// Times since the meter began and byte counts of the last seconds, oldest first.
        var samples: [(time: Duration, bytes: Int64)] = []
        var lastReport: Duration?
    }

    private static let window = Duration.seconds(5)
    private static let interval = Duration.milliseconds(100)

    /// The time since the meter began.
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())
    private let onEvent: @Sendable (DownloadEvent) -> Void

    init(clock: any Clock<Duration>, onEvent: @escaping @Sendable (DownloadEvent) -> Void) {
        elapsed = clock.stopwatch()
        self.onEvent = onEvent
    }

    /// Begins to count a plan, of which `resumed` bytes are here.
    func start(totalBytes: Int64, resumed: Int64) {
        state.withLock { state in
            state.totalBytes = totalBytes
            state.bytes = resumed
            state.samples = [(elapsed(), resumed)]
        }
    }

    /// Counts bytes of a file; a negative number takes back bytes that turned out useless.
    func add(_ count: Int64, file: String, fileBytes: Int64, fileTotalBytes: Int64) {
        let now = elapsed()
        let report: DownloadProgress? = state.withLock { state in
            state.bytes += count
            if let last = state.lastReport, now - last < Self.interval { return nil }
            state.lastReport = now
            if count < 0 { state.samples = [] }
            state.samples.append((now, state.bytes))
            while state.samples.count > 2, let first = state.samples.first, now - first.time > Self.window {
                state.samples.removeFirst()
            }
            var speed = 0.0
            if let first = state.samples.first {
                let seconds = (now - first.time) / .seconds(1)
                if seconds > 0.2 { speed = max(0, Double(state.bytes - first.bytes) / seconds) }
            }
            return DownloadProgress(
                file: file, fileBytes: fileBytes, fileTotalBytes: fileTotalBytes,
                bytes: min(state.bytes, state.totalBytes), totalBytes: state.totalBytes, bytesPerSecond: speed)
        }
        if let report { onEvent(.progress(report)) }
    }

    func report(_ event: DownloadEvent) { onEvent(event) }
}

extension Clock where Duration == Swift.Duration {
    /// Begins to measure; the result says how long ago that was.
    fileprivate func stopwatch() -> @Sendable () -> Swift.Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
