import Foundation
import MusicCore

/// What to download: folders of a repository at a revision.
public struct DownloadItem: Sendable, Equatable {
    public var repository: RepositoryID
    /// A branch, tag or commit; `nil` for the main branch.
    public var revision: String?
    /// Folders of the repository; the folder "" is the whole of it.
    public var folders: [String]
    /// Whether the same repository, by the same owners, lies on both sites, so that one can stand in for the other.
    ///
    /// A name that is not known to do so may belong to anybody on the other site.
    public var isMirrored: Bool

    public init(repository: RepositoryID, revision: String? = nil, folders: [String] = [""], isMirrored: Bool = false) {
        self.repository = repository
        self.revision = revision
        self.folders = folders
        self.isMirrored = isMirrored
    }
}

/// A download that is complete.
public struct DownloadedSnapshot: Sendable, Equatable {
    public var item: DownloadItem
    /// The site that served it.
    public var source: HubSourceName
    public var commit: String
    public var directory: URL
}

/// Downloads models into the cache.
///
/// Only weights, configuration and tokenizer data are taken. Files arrive in parallel, continue where an interrupted
/// download stopped, and enter the cache only with the hash that the hub lists. Several processes may download the same
/// model at the same time.
public struct ModelDownloader: Sendable {
    private let configuration: HubConfiguration
    private let cache: HubCache
    private let client: HTTPClient
    /// Names near the one that the user asked for, for errors.
    package var suggestions: [String] = []

    public init(configuration: HubConfiguration) {
        self.configuration = configuration
        cache = HubCache(directory: configuration.cacheDirectory)
        client = configuration.makeClient()
    }

    /// Downloads what is missing.
    ///
    /// Cancelling the task ends the transfers at once; what has arrived is kept.
    ///
    /// - Parameter onEvent: told of the plan, progress and notices, from any thread.
    /// - Returns: one snapshot per item.
    /// - Throws: ``MusicError`` `network`, `modelNotFound`, `unwritableOutput`, `invalidRequest` when offline;
    ///   `CancellationError`.
    @discardableResult
    public func download(
        _ items: [DownloadItem], onEvent: @escaping @Sendable (DownloadEvent) -> Void = { _ in }
    ) async throws -> [DownloadedSnapshot] {
        if configuration.isOffline {
            throw MusicError(
                .invalidRequest, "nothing can be downloaded: offline mode is on (\(configuration.offlineReason))",
                advice: "turn it off to download")
        }
        let meter = ProgressMeter(clock: configuration.retries.clock, onEvent: onEvent)
        var jobs: [Job] = []
        for item in items { jobs.append(try await job(for: item, excluding: [], meter: meter)) }

        let missing = jobs.flatMap(\.missing)
        let total = missing.reduce(0) { $0 + $1.file.size }
        let resumed = missing.reduce(0) { $0 + $1.partialBytes }
        meter.start(totalBytes: total, resumed: resumed)
        meter.report(
            .planned(
                DownloadPlan(
                    fileCount: missing.count, totalBytes: total, resumedBytes: resumed,
                    presentFileCount: jobs.reduce(0) { $0 + $1.presentCount },
                    destination: configuration.cacheDirectory.path)))
        try checkSpace(total - resumed)
        if !missing.isEmpty { try cache.writeTag() }

        var snapshots: [DownloadedSnapshot] = []
        for job in jobs { snapshots.append(try await run(job, meter: meter)) }
        return snapshots
    }

    /// The events of a download as a sequence, which ends when the download does.
    ///
    /// Ending the iteration early cancels the download.
    public func events(of items: [DownloadItem]) -> AsyncThrowingStream<DownloadEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await download(items) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    // MARK: - One repository

    /// A listing, and what of it is not here.
    private struct Job {
        struct Missing {
            var file: RemoteFile
            var partialBytes: Int64
        }

        var item: DownloadItem
        var source: any HubSource
        var listing: RepositoryListing
        var missing: [Missing]
        var presentCount: Int
        /// Sites that have failed this item.
        var failed: Set<HubSourceName>

        /// The site that may serve the same and was not tried yet.
        var substitute: HubSourceName? {
            item.hasSubstitute && !failed.contains(source.name.other) ? source.name.other : nil
        }
    }

    /// Lists an item on the first site that answers.
    private func job(for item: DownloadItem, excluding failed: Set<HubSourceName>, meter: ProgressMeter) async throws
        -> Job
    {
        var failed = failed
        while true {
            let name = nextSource(for: item, excluding: failed)
            let hasSubstitute = item.hasSubstitute && !failed.contains(name.other)
            var retries = configuration.retries
            // With another site at hand, patience with this one is worth little.
            if hasSubstitute { retries.maximumAttempts = min(retries.maximumAttempts, 2) }
            let source = configuration.makeSource(name, client: client, retries: retries)
            do {
                let listing = try await source.listing(of: item.repository, revision: item.revision)
                return try plan(item, listing, source, failed: failed, meter: meter)
            } catch {
                let explained = HubErrors.explain(
                    error,
                    context(item.repository.description, item, source, isLast: !hasSubstitute))
                guard hasSubstitute, HubErrors.callsForOtherSource(error) else { throw explained }
                failed.insert(name)
                meter.report(
                    .notice("\(Self.message(explained)): trying \(name.other.title) instead"))
            }
        }
    }

    private func nextSource(for item: DownloadItem, excluding failed: Set<HubSourceName>) -> HubSourceName {
        let first = configuration.source ?? .huggingFace
        return failed.contains(first) ? first.other : first
    }

    private func plan(
        _ item: DownloadItem, _ listing: RepositoryListing, _ source: any HubSource, failed: Set<HubSourceName>,
        meter: ProgressMeter
    ) throws -> Job {
        let selection = FileSelection(extraFiles: configuration.extraFiles)
        let files = selection.select(listing, folders: item.folders)
        for folder in item.folders where !files.contains(where: { RemotePath.isIn(folder, $0.path) }) {
            let place = folder.isEmpty ? "\(item.repository)" : "\(item.repository)/\(folder)"
            throw MusicError(
                .modelNotFound, "\(place) on \(listing.source.title) has no weights and no configuration",
                advice: "look at \(source.page(item.repository))")
        }
        let downloader = fileDownloader(meter)
        var job = Job(item: item, source: source, listing: listing, missing: [], presentCount: 0, failed: failed)
        for file in files {
            if try downloader.isPresent(file, of: listing) || downloader.adopt(file, of: listing) {
                job.presentCount += 1
            } else {
                job.missing.append(.init(file: file, partialBytes: downloader.partialBytes(file, of: listing)))
            }
        }
        // What other models have brought keeps its place in the new snapshot, so that the newest one serves them too.
        for file in listing.files where selection.isNeeded(file.path) && !downloader.isPresent(file, of: listing) {
            _ = try? downloader.adopt(file, of: listing)
        }
        job.missing.sort { ($0.file.size, $1.file.path) > ($1.file.size, $0.file.path) }
        return job
    }

    /// Downloads a job's missing files, on the other site if the first one gives out.
    private func run(_ job: Job, meter: ProgressMeter) async throws -> DownloadedSnapshot {
        var job = job
        while true {
            do {
                try await fetch(job, meter: meter)
                try cache.writeReference(for: job.listing)
                return DownloadedSnapshot(
                    item: job.item, source: job.source.name, commit: job.listing.commit,
                    directory: cache.folder(of: job.item.repository).appending(path: "snapshots")
                        .appending(path: job.listing.commit, directoryHint: .isDirectory))
            } catch let failure as FileFailure {
                let subject = "\(failure.file.path) of \(job.item.repository)"
                let substitute = job.substitute
                let explained = HubErrors.explain(
                    failure.error, context(subject, job.item, job.source, isLast: substitute == nil))
                guard let substitute, HubErrors.callsForOtherSource(failure.error)
                else { throw explained }
                meter.report(
                    .notice("\(Self.message(explained)): going on with \(substitute.title)"))
                job = try await self.job(
                    for: job.item, excluding: job.failed.union([job.source.name]), meter: meter)
            }
        }
    }

    private struct FileFailure: Error {
        var file: RemoteFile
        var error: any Error
    }

    /// Downloads the missing files of a job, a few at a time; the first failure ends all.
    private func fetch(_ job: Job, meter: ProgressMeter) async throws {
        let downloader = fileDownloader(meter)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var waiting = job.missing[...]
            func startNext() {
                guard let next = waiting.popFirst() else { return }
                group.addTask {
                    do {
                        try await downloader.download(
                            next.file, of: job.listing, from: job.source, counted: next.partialBytes,
                            substitute: job.substitute)
                    } catch {
                        if Task.isCancelled || error is CancellationError || error is MusicError { throw error }
                        throw FileFailure(file: next.file, error: error)
                    }
                }
            }
            for _ in 0..<max(1, configuration.parallelDownloads) { startNext() }
            do {
                while try await group.next() != nil { startNext() }
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    private func fileDownloader(_ meter: ProgressMeter) -> FileDownloader {
        // Once a download runs, a network that goes away for a while is worth waiting for.
        var retries = configuration.retries
        retries.maximumConnectionAttempts = retries.maximumAttempts
        return FileDownloader(
            cache: cache, client: client, retries: retries,
            avoidsLinks: configuration.avoidsSymbolicLinks, meter: meter)
    }

    /// Refuses a download that the disk can't hold.
    private func checkSpace(_ bytes: Int64) throws {
        guard !configuration.hasRoom(for: bytes),
            let free = configuration.freeSpace(configuration.cacheDirectory)
        else { return }
        throw MusicError(
            .unwritableOutput,
            "the download needs \(ByteCount.text(bytes)), and the disk with \(configuration.cacheDirectory.path) has "
                + "\(ByteCount.text(free)) free",
            advice: "free some space, or set HF_HOME to a folder on a larger disk")
    }

    /// - Parameter isLast: whether no other site is left to try.
    private func context(
        _ subject: String, _ item: DownloadItem, _ source: any HubSource, isLast: Bool
    ) -> HubErrors.Context {
        HubErrors.Context(
            subject: subject, source: source.name, repository: item.repository, page: source.page(item.repository),
            hasToken: (source.name == .huggingFace ? configuration.token : configuration.modelScopeToken) != nil,
            tokenObstacle: configuration.tokenObstacle, substitute: isLast ? nil : source.name.other,
            suggestions: suggestions)
    }

    private static func message(_ error: any Error) -> String {
        (error as? MusicError)?.message ?? "\(error)"
    }
}

extension DownloadItem {
    /// Whether the other site can stand in: the repository lies on both, and no commit or tag of one site is asked for.
    fileprivate var hasSubstitute: Bool { isMirrored && revision == nil }
}
