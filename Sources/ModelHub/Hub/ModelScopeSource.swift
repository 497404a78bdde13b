import Crypto
import Foundation
import MusicCore

/// ModelScope, where the ACE-Step repositories have the same names as on Hugging Face.
///
/// `/api/v1/models/ID/repo/files` lists the files with a SHA-256 for each, `/api/v1/models/ID/repo` serves one. Answers
/// come in an envelope with a code of its own; a revision that is not there is a listing without files.
package struct ModelScopeSource: HubSource {
    package let name = HubSourceName.modelScope
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

    /// The main branch of every repository here.
    package static let mainRevision = "master"

    package func page(_ repository: RepositoryID) -> String { "\(endpoint)/models/\(repository)" }

    package func listing(of repository: RepositoryID, revision: String?) async throws -> RepositoryListing {
        let asked = revision ?? Self.mainRevision
        let url = try WebURL(
            "\(endpoint)/api/v1/models/\(repository)/repo/files?Revision=\(WebURL.encode(asked))&Recursive=true")
        let request = HTTPRequest(
            url: url, headers: ["Accept": "application/json"], credentials: credentials,
            timeout: ListingLimits.seconds)
        let answer = try await retries.run {
            try Self.answer(in: try await client.data(request, limit: ListingLimits.answerBytes).body, at: url)
        }
        switch answer {
        case .files(let files, let commit):
            return try RepositoryListing(
                repository: repository, source: name, revision: revision,
                commit: commit ?? Self.fingerprint(of: files), downloadRevision: commit ?? asked, files: files
            ).validated()
        case .nothing(let reason):
            let reason = reason ?? "there is no revision '\(asked)'"
            throw MusicError(
                .modelNotFound, "\(title(repository)) can't be listed: \(String(reason.prefix(200)))",
                advice: "look at \(page(repository))")
        }
    }

    /// What the site says when it is asked for the files of a revision.
    package enum Answer: Sendable {
        /// The files, as told, and the commit if it is told.
        case files([RemoteFile], commit: String?)
        /// None, and why; without a reason there is no such revision.
        case nothing(reason: String?)
    }

    /// Reads the site's answer.
    ///
    /// - Parameters:
    ///   - body: the answer.
    ///   - url: where it comes from.
    /// - Throws: ``TransferError/unexpectedAnswer(host:_:)``.
    package static func answer(in body: [UInt8], at url: WebURL) throws -> Answer {
        let envelope: Envelope
        do {
            envelope = try JSONDecoder().decode(Envelope.self, from: Data(body))
        } catch {
            throw TransferError.unexpectedAnswer(
                host: url.origin.host, "what it sends at \(url.shown) is not the JSON of ModelScope")
        }
        guard envelope.code == 200 else { return .nothing(reason: envelope.message ?? "unknown reason") }
        guard let data = envelope.data, let entries = data.files else { return .nothing(reason: nil) }
        return .files(entries.compactMap(\.file), commit: data.commit(of: entries))
    }

    package func request(for file: RemoteFile, of listing: RepositoryListing) throws -> HTTPRequest {
        let query = "Revision=\(WebURL.encode(listing.downloadRevision))&FilePath=\(WebURL.encode(file.path))"
        return HTTPRequest(
            url: try WebURL("\(endpoint)/api/v1/models/\(listing.repository)/repo?\(query)"), credentials: credentials)
    }

    private func title(_ repository: RepositoryID) -> String { "\(repository) on \(name.title)" }

    /// Newer parts of the site want the token as a bearer, older ones as a session cookie.
    private var credentials: [String: String] {
        token.map { ["Authorization": "Bearer \($0)", "Cookie": "m_session_id=\($0)"] } ?? [:]
    }

    /// A name for the state of a repository whose commit the site does not tell: a hash of the listing, as long as a
    /// commit's.
    static func fingerprint(of files: [RemoteFile]) -> String {
        let lines = files.map { "\($0.path)\t\($0.size)\t\($0.sha256 ?? "")\n" }.sorted()
        return Insecure.SHA1.hash(data: Data(lines.joined().utf8)).hexadecimal
    }

    private struct Envelope: Decodable, Sendable {
        var code: Int
        var message: String?
        var data: Contents?

        enum CodingKeys: String, CodingKey {
            case code = "Code"
            case message = "Message"
            case data = "Data"
        }
    }

    private struct Contents: Decodable, Sendable {
        var files: [Entry]?
        var latest: Commit?

        enum CodingKeys: String, CodingKey {
            case files = "Files"
            case latest = "LatestCommitter"
        }

        /// The head's commit: as told, or, where only its beginning is told, the one among the files' last commits.
        func commit(of entries: [Entry]) -> String? {
            if let id = latest?.id, HubReference.isCommit(id) { return id }
            guard let short = latest?.shortID, short.utf8.count >= 7 else { return nil }
            return entries.compactMap(\.revision).first { HubReference.isCommit($0) && $0.hasPrefix(short) }
        }
    }

    private struct Commit: Decodable, Sendable {
        var id: String?
        var shortID: String?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case shortID = "ShortId"
        }
    }

    private struct Entry: Decodable, Sendable {
        var path: String
        var type: String?
        var size: Int64?
        var sha256: String?
        var isLarge: Bool?
        var revision: String?

        enum CodingKeys: String, CodingKey {
            case path = "Path"
            case type = "Type"
            case size = "Size"
            case sha256 = "Sha256"
            case isLarge = "IsLFS"
            case revision = "Revision"
        }

        var file: RemoteFile? {
            guard type != "tree" else { return nil }
            let hash = sha256.flatMap { $0.isEmpty ? nil : $0.lowercased() }
            return RemoteFile(path: path, size: size ?? -1, sha256: hash, isLarge: (isLarge ?? false) && hash != nil)
        }
    }
}
