import Foundation
import MusicCore

/// Downloads one file into the cache: locked, resumed, retried, checked by its hash.
struct FileDownloader: Sendable {
    let cache: HubCache
    let client: HTTPClient
    let retries: RetryPolicy
    let avoidsLinks: Bool
    let meter: ProgressMeter

    /// An attempt that brought fewer bytes than this, beyond the most that were ever here, counts as one without
    /// progress: what the next attempt may lose again is none.
    private static let progressBytes: Int64 = 64 * 1024

    /// Whether a file of a listing is in its place; one whose length is wrong is not.
    func isPresent(_ file: RemoteFile, of listing: RepositoryListing) -> Bool {
        FileSystem.size(cache.pointer(file, of: listing)) == file.size
    }

    /// Puts the file in its place if its blob is here already, because another revision has the same contents.
    ///
    /// - Returns: whether it is in its place now.
    func adopt(_ file: RemoteFile, of listing: RepositoryListing) throws -> Bool {
        guard let name = file.blobName else { return false }
        let blob = cache.blobs(of: listing.repository).appending(path: name)
        guard FileSystem.size(blob) == file.size else { return false }
        try cache.point(file, of: listing, to: blob, avoidsLinks: avoidsLinks && !isPresent(file, of: listing))
        return true
    }

    /// Bytes of the file that an interrupted download has left.
    func partialBytes(_ file: RemoteFile, of listing: RepositoryListing) -> Int64 {
        guard let key = file.contentKey else { return 0 }
        let size = FileSystem.size(cache.blobs(of: listing.repository).appending(path: "\(key).incomplete")) ?? 0
        return size <= file.size ? size : 0
    }

    /// Downloads a file that is not present.
    ///
    /// - Parameters:
    ///   - source: makes the request.
    ///   - counted: bytes of the file that the meter counts already.
    ///   - substitute: a site that has the same file and was not tried yet, for advice.
    /// - Throws: ``TransferError``, ``HTTPStatusError``, ``MusicError``, `CancellationError`; whatever of the file has
    ///   arrived stays for the next attempt.
    func download(
        _ file: RemoteFile, of listing: RepositoryListing, from source: any HubSource, counted: Int64,
        substitute: HubSourceName? = nil
    ) async throws {
        let blobs = cache.blobs(of: listing.repository)
        try FileSystem.makeDirectory(blobs)
        let key = file.contentKey ?? WebURL.encode("\(listing.commit)-\(file.path)")
        let lock = cache.lock(file.blobName ?? key, of: listing.repository)
        let outcome = try await FileLock.acquire(lock, clock: retries.clock) {
            meter.report(.notice("another program is downloading \(file.path): waiting for it"))
        }
        if try isPresent(file, of: listing) || adopt(file, of: listing) {
            meter.add(file.size - counted, file: file.path, fileBytes: file.size, fileTotalBytes: file.size)
            return
        }
        var name = "\(key).incomplete"
        var isTemporary = false
        if case .unsupported = outcome {
            name = "\(key).\(FileSystem.randomSuffix()).incomplete"
            isTemporary = true
        }
        let url = blobs.appending(path: name)
        let partial = try await Offload.run { [isTemporary] isCancelled in
            try PartialFile(url, for: file, isTemporary: isTemporary, isCancelled: isCancelled)
        }
        meter.add(partial.offset - counted, file: file.path, fileBytes: partial.offset, fileTotalBytes: file.size)
        do {
            let blob = try await complete(partial, file, of: listing, from: source, substitute: substitute)
            try cache.point(file, of: listing, to: blob, avoidsLinks: avoidsLinks)
        } catch {
            partial.abandon()
            throw error
        }
        // The lock is held until here.
        withExtendedLifetime(outcome) {}
        meter.report(.finishedFile(path: file.path, bytes: file.size))
    }

    /// Fetches the rest of a partial file, attempt after attempt, checks it and gives it its blob's name.
    private func complete(
        _ partial: PartialFile, _ file: RemoteFile, of listing: RepositoryListing, from source: any HubSource,
        substitute: HubSourceName?
    ) async throws -> URL {
        var failures = 0
        var most = partial.offset
        var hasRestarted = false
        var validator: String?
        while true {
            try Task.checkCancellation()
            do {
                if partial.offset < file.size {
                    validator = try await transfer(partial, file, of: listing, from: source, validator: validator)
                }
                let hashes = partial.hashes()
                if let blob = blob(for: file, with: hashes, in: listing.repository) {
                    try await Offload.run { _ in try partial.finish(as: blob) }
                    return blob
                }
                // Contents other than the listing says: never into the cache. Once more from the start, in case an
                // earlier part was the bad one.
                meter.add(-partial.offset, file: file.path, fileBytes: 0, fileTotalBytes: file.size)
                try partial.restart()
                if hasRestarted {
                    partial.discard()
                    throw corruption(file, hashes, listing, substitute)
                }
                hasRestarted = true
                most = 0
                meter.report(.notice("\(file.path) arrived damaged: downloading it again"))
            } catch {
                failures = partial.offset - most >= Self.progressBytes ? 1 : failures + 1
                most = max(most, partial.offset)
                guard let delay = retries.delay(after: error, attempt: failures) else { throw error }
                try await retries.clock.sleep(for: .seconds(delay))
            }
        }
    }

    /// One request for what is missing of the file.
    ///
    /// - Returns: the answer's validator, for continuing a file that has no hash.
    private func transfer(
        _ partial: PartialFile, _ file: RemoteFile, of listing: RepositoryListing, from source: any HubSource,
        validator: String?
    ) async throws -> String? {
        if file.contentKey == nil, validator == nil, partial.offset > 0 { try restart(partial, file) }
        var request = try source.request(for: file, of: listing)
        if partial.offset > 0 {
            request.headers["Range"] = "bytes=\(partial.offset)-"
            // A file with a known hash needs no condition, and is better off without one: the servers that deliver it
            // change between attempts and do not agree on validators.
            if file.contentKey == nil, let validator { request.headers["If-Range"] = validator }
        }
        let host = request.url.origin.host
        let head: HTTPHead
        do {
            head = try await client.send(request) { head in
                try begin(partial, file, with: head)
            } onBody: { bytes in
                guard partial.offset + Int64(bytes.count) <= file.size else {
                    throw TransferError.unexpectedAnswer(
                        host: host, "more than the \(file.size) bytes of \(file.path) arrive")
                }
                try partial.append(bytes)
                meter.add(
                    Int64(bytes.count), file: file.path, fileBytes: partial.offset, fileTotalBytes: file.size)
            }
        } catch let error as HTTPStatusError where error.status == 416 && partial.offset > 0 {
            try restart(partial, file)
            throw TransferError.unexpectedAnswer(host: host, "it can't continue the file")
        }
        guard partial.offset == file.size else {
            throw TransferError.dropped(
                host: head.url.origin.host, "\(partial.offset) of \(file.size) bytes of \(file.path) arrived")
        }
        return head.headers["etag"].flatMap { $0.hasPrefix("W/") ? nil : $0 }
    }

    /// Makes the partial file fit the answer that begins, or refuses the answer.
    private func begin(_ partial: PartialFile, _ file: RemoteFile, with head: HTTPHead) throws {
        func refuse(_ reason: String) -> TransferError {
            .unexpectedAnswer(host: head.url.origin.host, reason)
        }
        if let encoding = head.headers["content-encoding"], encoding != "identity" {
            throw refuse("\(file.path) arrives encoded as \(encoding)")
        }
        switch head.status {
        case 206:
            guard let range = ContentRange(head.headers["content-range"] ?? ""), range.start == partial.offset,
                range.total == nil || range.total == file.size
            else { throw refuse("the range of \(file.path) is not the one that was asked for") }
        case 200:
            // A login page must not cost the gigabytes that are here already.
            if let length = head.contentLength, length != file.size {
                throw refuse("it announces \(length) bytes for \(file.path), which has \(file.size)")
            }
            try restart(partial, file)
        default:
            throw refuse("status \(head.status) for \(file.path)")
        }
    }

    private func restart(_ partial: PartialFile, _ file: RemoteFile) throws {
        if partial.offset == 0 { return }
        meter.add(-partial.offset, file: file.path, fileBytes: 0, fileTotalBytes: file.size)
        try partial.restart()
    }

    /// The blob that contents with these hashes are; `nil` if they are not those of the listing.
    private func blob(
        for file: RemoteFile, with hashes: ContentHasher.Result, in repository: RepositoryID
    ) -> URL? {
        if let expected = file.sha256, hashes.sha256 != expected { return nil }
        if let expected = file.gitHash, hashes.gitHash != expected { return nil }
        guard let name = file.isLarge ? hashes.sha256 : hashes.gitHash else { return nil }
        return cache.blobs(of: repository).appending(path: name)
    }

    private func corruption(
        _ file: RemoteFile, _ hashes: ContentHasher.Result, _ listing: RepositoryListing, _ substitute: HubSourceName?
    ) -> MusicError {
        let isSHA256 = file.sha256 != nil
        let expected = (isSHA256 ? file.sha256 : file.gitHash) ?? "?"
        let actual = (isSHA256 ? hashes.sha256 : hashes.gitHash) ?? "?"
        return MusicError(
            .network,
            "\(file.path) of \(listing.repository) arrived with the \(isSHA256 ? "SHA-256" : "git hash") \(actual), "
                + "and \(listing.source.title) says \(expected)",
            advice: "nothing was kept; a proxy may alter downloads, or the site has a fault: try again later"
                + (substitute.map { "; \(HubErrors.advice(toTry: $0))" } ?? ""))
    }
}

/// The `Content-Range` of an answer: `bytes START-END/TOTAL` (RFC 9110, section 14.4).
package struct ContentRange: Equatable {
    package var start: Int64
    package var end: Int64
    /// Length of the whole; `nil` if the server does not know it.
    package var total: Int64?

    package init?(_ text: String) {
        func parts(_ text: Substring, _ separator: Character) -> [Substring] {
            text.split(separator: separator, omittingEmptySubsequences: false)
        }
        let words = parts(text[...], " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let range = parts(words[1], "/")
        let ends = parts(range[0], "-")
        guard range.count == 2, ends.count == 2, let start = Int64(ends[0]), let end = Int64(ends[1]), start >= 0,
            end >= start
        else { return nil }
        self.start = start
        self.end = end
        if range[1] != "*" {
            guard let total = Int64(range[1]), total > end else { return nil }
            self.total = total
        }
    }
}
