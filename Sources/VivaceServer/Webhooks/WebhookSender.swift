import Crypto
import Foundation
import Logging
import ModelHub
import MusicCore
import MusicJobs

/// Sends the news of jobs that are over to where their clients want it: a POST with the job's document, signed.
///
/// What could not be sent is tried again, also after a restart, and given up after some attempts.
actor WebhookSender {
    private let service: JobService
    private let settings: ServerSettings.Webhooks
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let client = HTTPClient(
        options: {
            var options = HTTPClient.Options(); options.stallTimeout = 15; return options
        }())
    private let now: @Sendable () -> Date
    /// Jobs that are being told of.
    private var underway: Set<String> = []

    /// Seconds before each further attempt.
    static let pauses: [Double] = [1, 5, 30, 120, 600]
    private static let timeout = 15.0

    init(
        _ service: JobService, _ settings: ServerSettings.Webhooks, clock: any Clock<Duration>, logger: Logger,
        now: @escaping @Sendable () -> Date
    ) {
        self.service = service
        self.settings = settings
        self.clock = clock
        self.logger = logger
        self.now = now
    }

    /// Follows all jobs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for job in (try? await service.queue.pendingCallbacks()) ?? [] { tell(of: job, &group) }
            for await event in service.events.feed() where event.event.isFinal {
                guard let job = try? await service.queue.status(of: event.job).job else { continue }
                tell(of: job, &group)
            }
        }
    }

    private func tell(of job: Job, _ group: inout DiscardingTaskGroup) {
        guard let callback = job.request.callback, job.isCallbackDone != true, underway.insert(job.id).inserted else {
            return
        }
        group.addTask { await self.deliver(job, to: callback) }
    }

    private func deliver(_ job: Job, to text: String) async {
        defer { underway.remove(job.id) }
        do {
            // Hosts may have been taken off the list since.
            let address = try CallbackAddress(text, hosts: settings.hosts)
            let body = Reply.json(JobDocument(status: JobStatus(job), meanSeconds: nil).json)
            try await send(body, of: job, to: address.url)
        } catch is CancellationError {
            return
        } catch {
            logger.error("news of a job can't be sent", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
        try? await service.queue.finishCallback(of: job.id)
    }

    private func send(_ body: String, of job: Job, to url: WebURL) async throws {
        var pauses = Self.pauses[...]
        while true {
            do {
                let request = HTTPRequest(
                    url: url, headers: headers(body, of: job), body: body, timeout: Self.timeout)
                _ = try await client.data(request, limit: 64 << 10)
                return
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                try Task.checkCancellation()
                guard let pause = pauses.popFirst() else { throw error }
                try await clock.sleep(for: .seconds(pause))
            }
        }
    }

    private func headers(_ body: String, of job: Job) -> [String: String] {
        var headers = [
            "Content-Type": "application/json", "X-Vivace-Event": job.state.rawValue, "X-Vivace-Delivery": job.id,
        ]
        if let secret = settings.secret {
            let time = String(Int(now().timeIntervalSince1970))
            headers["X-Vivace-Timestamp"] = time
            headers["X-Vivace-Signature"] = Self.signature(time + "." + body, secret: secret)
        }
        return headers
    }

    /// HMAC-SHA256 of the time, a point and the body, in hexadecimal digits.
    static func signature(_ text: String, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
