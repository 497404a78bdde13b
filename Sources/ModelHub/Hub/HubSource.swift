import Foundation
import MusicCore

/// A site that models come from.
public enum HubSourceName: String, Sendable, Codable, CaseIterable {
    case huggingFace = "huggingface"
    case modelScope = "modelscope"

    /// The name as its owners write it.
    public var title: String {
        switch self {
        case .huggingFace: "Hugging Face"
        case .modelScope: "ModelScope"
        }
    }

    var other: HubSourceName { self == .huggingFace ? .modelScope : .huggingFace }
}

/// How a site lists the files of a repository, and where it serves them.
package protocol HubSource: Sendable {
    var name: HubSourceName { get }

    /// The repository's page, for people.
    func page(_ repository: RepositoryID) -> String

    /// The files of a repository at a revision; `nil` for its main branch.
    ///
    /// - Throws: ``MusicError`` if the repository or revision is not there or the listing can't be used,
    ///   ``TransferError``, ``HTTPStatusError``.
    func listing(of repository: RepositoryID, revision: String?) async throws -> RepositoryListing

    /// The request for one file of a listing.
    func request(for file: RemoteFile, of listing: RepositoryListing) throws -> HTTPRequest
}

/// What no listing of a model needs, so that a hostile or broken server can't fill the memory.
enum ListingLimits {
    /// Bytes of one JSON answer.
    static let answerBytes = 32 << 20
    /// Files of a repository.
    static let files = 50_000
    /// Pages of a listing.
    static let pages = 200
    /// Seconds for one answer.
    static let seconds = 60.0
}

extension RepositoryListing {
    /// Checks what a server listed: names that stay below a directory, hashes that are hashes, possible sizes.
    ///
    /// - Throws: ``MusicError`` `network` that names the offending file.
    package func validated() throws -> RepositoryListing {
        func refuse(_ what: String) -> MusicError {
            MusicError(
                .network, "the listing of \(repository) from \(source.title) is refused: \(what)",
                advice: "no honest repository has this; check the endpoint and the repository's name")
        }
        guard HubReference.isCommit(commit) else { throw refuse("its commit is no commit hash") }
        guard files.count <= ListingLimits.files else { throw refuse("it has more than \(ListingLimits.files) files") }
        var total: Int64 = 0
        for file in files {
            guard RemotePath.isSafe(file.path) else {
                throw refuse("a file is called \(Self.quoted(file.path))")
            }
            let name = Self.quoted(file.path)
            if let hash = file.sha256, hash.utf8.count != 64 || !HubReference.isHexadecimal(hash) {
                throw refuse("the SHA-256 of \(name) is none")
            }
            if let hash = file.gitHash, !HubReference.isCommit(hash) { throw refuse("the git hash of \(name) is none") }
            if file.isLarge, file.sha256 == nil { throw refuse("\(name) has no SHA-256") }
            let (sum, overflows) = total.addingReportingOverflow(file.size)
            guard file.size >= 0, !overflows else { throw refuse("the size of \(name) is impossible") }
            total = sum
        }
        if let path = RemotePath.conflict(in: files.map(\.path)) {
            throw refuse("\(Self.quoted(path)) comes twice, or is both a file and a folder")
        }
        return self
    }

    /// A name from a server as it can be shown: without control characters, at most 80 characters.
    private static func quoted(_ text: String) -> String {
        let shown = String(
            text.prefix(80).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
        return "'\(shown)'"
    }
}
