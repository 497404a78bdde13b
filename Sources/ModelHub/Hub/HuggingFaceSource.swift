import Foundation
import MusicCore

/// Hugging Face, or a mirror that speaks its API.
///
/// The addresses and JSON fields are those of the Hub API: `/api/models/ID/revision/REV` tells the commit,
/// `/api/models/ID/tree/COMMIT` lists the files in pages that a `Link` header chains, `/ID/resolve/COMMIT/PATH` serves
/// a file, large ones by redirect to another host.
package struct HuggingFaceSource: HubSource {
    package let name = HubSourceName.huggingFace
    private let endpoint: String
    private let token: String?
    private let client: HTTPClient
    private let retries: RetryPolicy

    package init(endpoint: String, token: String?, client: HTTPClient, retries: RetryPolicy) {
        self.endpoint = endpoint
        self.token = token
        self.client = client
        self.retries = retries
    }

    package func page(_ repository: RepositoryID) -> String { "\(endpoint)/\(repository)" }

    package func listing(of repository: RepositoryID, revision: String?) async throws -> RepositoryListing {
        let commit: String
        if let revision, HubReference.isCommit(revision) {
            commit = revision
        } else {
            let encoded = WebURL.encode(revision ?? "main")
            let url = try WebURL("\(endpoint)/api/models/\(repository)/revision/\(encoded)")
            commit = try await answer(at: url, Self.commit).value
        }
        var files: [RemoteFile] = []
        var next: WebURL? = try WebURL(
            "\(endpoint)/api/models/\(repository)/tree/\(WebURL.encode(commit))?recursive=true&expand=false")
        var visited: Set<WebURL> = []
        while let url = next {
            guard visited.insert(url).inserted, visited.count <= ListingLimits.pages else {
                throw TransferError.unexpectedAnswer(host: url.origin.host, "the listing's pages have no end")
            }
            let page = try await answer(at: url, Self.files)
            files += page.value
            guard files.count <= ListingLimits.files else { break }
            next = try page.head.headers["link"].flatMap { try Self.nextPage($0, from: page.head.url) }
        }
        return try RepositoryListing(
            repository: repository, source: name, revision: revision, commit: commit, downloadRevision: commit,
            files: files
        ).validated()
    }

    package func request(for file: RemoteFile, of listing: RepositoryListing) throws -> HTTPRequest {
        let path = WebURL.encode(file.path, keeping: "/")
        return HTTPRequest(
            url: try WebURL("\(endpoint)/\(listing.repository)/resolve/\(listing.downloadRevision)/\(path)"),
            credentials: credentials)
    }

    private var credentials: [String: String] { token.map { ["Authorization": "Bearer \($0)"] } ?? [:] }

    private func answer<Value: Sendable>(
        at url: WebURL, _ read: @Sendable ([UInt8], WebURL) throws -> Value
    ) async throws -> (head: HTTPHead, value: Value) {
        // The token is for the endpoint: a page that a `Link` header puts elsewhere is asked for without it.
        let isOurs = url.origin == (try WebURL(endpoint).origin)
        let request = HTTPRequest(
            url: url, headers: ["Accept": "application/json"], credentials: isOurs ? credentials : [:],
            timeout: ListingLimits.seconds)
        return try await retries.run {
            let (head, body) = try await client.data(request, limit: ListingLimits.answerBytes)
            return (head, try read(body, url))
        }
    }

    /// The commit that an answer about a revision names.
    ///
    /// - Parameters:
    ///   - body: the answer.
    ///   - url: where it comes from.
    /// - Throws: ``TransferError/unexpectedAnswer(host:_:)``.
    package static func commit(in body: [UInt8], at url: WebURL) throws -> String {
        try decode(Revision.self, body, url).sha
    }

    /// The files on a page of a listing, as the server tells them.
    ///
    /// - Parameters:
    ///   - body: the page.
    ///   - url: where it comes from.
    /// - Throws: ``TransferError/unexpectedAnswer(host:_:)``.
    package static func files(in body: [UInt8], at url: WebURL) throws -> [RemoteFile] {
        try decode([TreeEntry].self, body, url).compactMap(\.file)
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8], _ url: WebURL) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw TransferError.unexpectedAnswer(
                host: url.origin.host, "what it sends at \(url.shown) is not the JSON of a model hub")
        }
    }

    /// The address in `Link: <address>; rel="next"` (RFC 8288).
    ///
    /// - Parameters:
    ///   - header: what follows the name of the header.
    ///   - url: the address that answered with it.
    package static func nextPage(_ header: String, from url: WebURL) throws -> WebURL? {
        for link in header.split(separator: ",") {
            let parts = link.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let address = parts.first, address.hasPrefix("<"), address.hasSuffix(">"),
                parts.dropFirst().contains(where: { $0 == "rel=\"next\"" || $0 == "rel=next" })
            else { continue }
            return try url.resolving(String(address.dropFirst().dropLast()))
        }
        return nil
    }

    private struct Revision: Decodable {
        var sha: String
    }

    private struct TreeEntry: Decodable {
        struct Large: Decodable {
            var oid: String
            var size: Int64
        }

        var type: String
        var path: String
        var oid: String
        var size: Int64?
        var lfs: Large?

        var file: RemoteFile? {
            guard type == "file" else { return nil }
            if let lfs {
                return RemoteFile(path: path, size: lfs.size, sha256: lfs.oid, isLarge: true)
            }
            return RemoteFile(path: path, size: size ?? -1, gitHash: oid, isLarge: false)
        }
    }
}
