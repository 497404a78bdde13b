import CoreMetrics
import Foundation
import MusicCore
import MusicJobs
import Synchronization

/// What a server measures of itself.
final class ServerMetrics: Sendable {
    /// What answers are told apart by.
    private struct Answer: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    private let registry: PrometheusRegistry
    private let started: Date
    private let answers = Mutex<[Answer: (counter: Counter, timer: CoreMetrics.Timer)]>([:])

    init(_ registry: PrometheusRegistry, started: Date) {
        self.registry = registry
        self.started = started
    }

    /// Notes an answer.
    ///
    /// - Parameters:
    ///   - route: the pattern of its path; clients' own words would be without end.
    ///   - seconds: until its head; streams go on.
    func note(method: String, route: String, status: Int, seconds: Double) {
        let answer = Answer(method: method, route: route, status: status)
        let (counter, timer) = answers.withLock { answers in
            if let known = answers[answer] { return known }
            let made = (
                Counter(
                    label: "vivace_http_requests_total",
                    dimensions: [("method", method), ("route", route), ("status", String(status))], factory: registry),
                CoreMetrics.Timer(
                    label: "vivace_http_request_seconds", dimensions: [("route", route)], factory: registry)
            )
            answers[answer] = made
            return made
        }
        counter.increment()
        timer.recordNanoseconds(Int64(max(0, seconds) * 1e9))
    }

    /// Notes jobs as they end, until the task is cancelled.
    func follow(_ service: JobService) async {
        for await event in service.events.feed() where event.event.isFinal {
            guard let job = try? await service.queue.status(of: event.job).job else { continue }
            let dimensions = [("kind", job.request.kind.rawValue), ("state", job.state.rawValue)]
            Counter(label: "vivace_jobs_ended_total", dimensions: dimensions, factory: registry).increment()
            guard let begin = job.started, let end = job.finished else { continue }
            CoreMetrics.Timer(label: "vivace_job_seconds", dimensions: dimensions, factory: registry)
                .recordNanoseconds(Int64(max(0, end.timeIntervalSince(begin)) * 1e9))
        }
    }

    /// All measurements as text.
    func text(_ statistics: QueueStatistics) -> String {
        func gauge(_ name: String, _ value: Double, _ dimensions: [(String, String)] = []) {
            Meter(label: name, dimensions: dimensions, factory: registry).set(value)
        }
        for state in JobState.allCases {
            gauge("vivace_jobs", Double(statistics.jobs[state.rawValue] ?? 0), [("state", state.rawValue)])
        }
        gauge("vivace_queue_waiting", Double(statistics.waiting))
        gauge("vivace_queue_running", Double(statistics.running))
        gauge("vivace_queue_accepting", statistics.isAccepting ? 1 : 0)
        gauge("process_start_time_seconds", started.timeIntervalSince1970.rounded())
        // POSIX counts processor time in millionths of a second.
        gauge("process_cpu_seconds", Double(clock()) / 1e6)
        if let bytes = Self.residentBytes { gauge("process_resident_memory_bytes", Double(bytes)) }
        return registry.text()
    }

    /// Bytes of this process in memory, where the system tells.
    private static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * Int(getpagesize()) } : nil
    }
}
