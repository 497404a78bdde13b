import Foundation
import Logging
import ModelHub
import MusicCore

/// A download of a model, as it is at a moment.
struct ModelPull: Sendable, Equatable {
    enum State: String, Sendable {
        /// The hub is asked what there is.
        case listing
        case downloading, succeeded, failed, stopped

        var isFinal: Bool {
            switch self {
            case .listing, .downloading: false
            case .succeeded, .failed, .stopped: true
            }
        }
    }

    var model: String
    var state = State.listing
    /// Files that were not here when it began, and those of them that are here now.
    var files = 0
    var filesDone = 0
    /// Bytes that are here of those files, of how many; and those that an earlier download had left.
    var bytes: Int64 = 0
    var totalBytes: Int64 = 0
    var resumedBytes: Int64 = 0
    /// 0 where it is not known.
    var bytesPerSecond = 0.0
    var secondsLeft: Double?
    /// A file that moves.
    var file: String?
    var notices: [String] = []
    /// Why it failed.
    var error: MusicError?

    mutating func take(_ event: DownloadEvent, fits: (Int64) -> Bool) {
        switch event {
        case .planned(let plan):
            (files, totalBytes, resumedBytes) = (plan.fileCount, plan.totalBytes, plan.resumedBytes)
            bytes = plan.resumedBytes
            // What the disk can't hold ends in this moment.
            if fits(plan.totalBytes - plan.resumedBytes) { state = .downloading }
        case .progress(let progress):
            state = .downloading
            (bytes, totalBytes, file) = (progress.bytes, progress.totalBytes, progress.file)
            (bytesPerSecond, secondsLeft) = (progress.bytesPerSecond, progress.secondsLeft)
        case .finishedFile:
            filesDone += 1
        case .notice(let text):
            notices.append(text)
        }
    }
}

/// Downloads that clients have asked for: they go on when whoever asked is gone, one for each model.
actor ModelPulls {
    private struct Entry {
        var pull: ModelPull
        var run: Task<Void, Never>?
        var work: Task<Void, any Error>?
        var watchers: [Int: AsyncStream<ModelPull>.Continuation] = [:]
    }

    private let logger: Logger
    private var entries: [String: Entry] = [:]
    private var watcher = 0

    init(_ logger: Logger) { self.logger = logger }

    /// Downloads of this process, those that are over too, by model.
    var all: [String: ModelPull] { entries.mapValues(\.pull) }

    /// Begins a download, or finds the one that goes on.
    ///
    /// - Returns: it, as soon as the hub has said what there is to do, or it is over.
    func start(_ model: String, _ locator: ModelLocator) async -> ModelPull {
        if entries[model]?.pull.state.isFinal ?? true {
            var entry = Entry(pull: ModelPull(model: model))
            entry.watchers = entries[model]?.watchers ?? [:]
            entries[model] = entry
            entries[model]?.run = Task { await self.run(model, locator) }
        }
        for await pull in watch(model) where pull.state != .listing { return pull }
        return entries[model]?.pull ?? ModelPull(model: model)
    }

    /// Ends a download; what has arrived stays for the next one.
    ///
    /// - Returns: it, once it is over; `nil` if there was none.
    func stop(_ model: String) async -> ModelPull? {
        entries[model]?.work?.cancel()
        entries[model]?.run?.cancel()
        await entries[model]?.run?.value
        return entries[model]?.pull
    }

    func stopAll() { entries.values.forEach { $0.work?.cancel() } }

    /// A download as it is now and whenever it has moved, until it is over; nothing where there is none.
    ///
    /// Who is slow misses what lies between.
    func watch(_ model: String) -> AsyncStream<ModelPull> {
        let (stream, feed) = AsyncStream<ModelPull>.makeStream(bufferingPolicy: .bufferingNewest(1))
        guard let pull = entries[model]?.pull else {
            feed.finish()
            return stream
        }
        feed.yield(pull)
        if pull.state.isFinal {
            feed.finish()
            return stream
        }
        watcher += 1
        let number = watcher
        entries[model]?.watchers[number] = feed
        feed.onTermination = { _ in Task { await self.forget(model, number) } }
        return stream
    }

    private func forget(_ model: String, _ number: Int) { entries[model]?.watchers[number] = nil }

    // MARK: One download

    private func run(_ model: String, _ locator: ModelLocator) async {
        let (events, feed) = AsyncStream<DownloadEvent>.makeStream()
        let work = Task {
            defer { feed.finish() }
            try await locator.pull([model]) { feed.yield($0) }
        }
        entries[model]?.work = work
        if Task.isCancelled { work.cancel() }
        let configuration = locator.configuration
        for await event in events {
            change(model) { pull in pull.take(event) { configuration.hasRoom(for: $0) } }
        }
        do {
            try await work.value
            end(model) {
                $0.state = .succeeded
                $0.bytes = $0.totalBytes
            }
        } catch {
            guard !work.isCancelled else { return end(model) { $0.state = .stopped } }
            logger.error("a model can't be downloaded", metadata: ["model": "\(model)", "error": "\(error)"])
            end(model) {
                $0.state = .failed
                $0.error =
                    error as? MusicError
                    ?? MusicError(.network, "The download failed: \(error.localizedDescription)", advice: "try again")
            }
        }
    }

    private func change(_ model: String, _ change: (inout ModelPull) -> Void) {
        guard var entry = entries[model] else { return }
        change(&entry.pull)
        entries[model] = entry
        entry.watchers.values.forEach { $0.yield(entry.pull) }
    }

    private func end(_ model: String, _ change: (inout ModelPull) -> Void) {
        self.change(model) { pull in
            change(&pull)
            (pull.bytesPerSecond, pull.secondsLeft, pull.file) = (0, nil, nil)
        }
        entries[model]?.watchers.values.forEach { $0.finish() }
        entries[model]?.watchers = [:]
    }
}
