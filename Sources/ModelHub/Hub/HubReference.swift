import MusicCore

/// What a user names on a hub: `owner/name[@revision][/folder]`.
public struct HubReference: Sendable, Hashable, CustomStringConvertible {
    public var repository: RepositoryID
    /// A branch, tag or commit; `nil` for the repository's main branch.
    public var revision: String?
    /// A folder inside the repository, without slashes at its ends; empty for the whole.
    public var folder: String

    public init(repository: RepositoryID, revision: String? = nil, folder: String = "") {
        self.repository = repository
        self.revision = revision
        self.folder = folder
    }

    public var description: String {
        repository.description + (revision.map { "@\($0)" } ?? "") + (folder.isEmpty ? "" : "/\(folder)")
    }

    /// - Parameter text: `owner/name`, `owner/name@revision`, `owner/name/folder` or `owner/name@revision/folder`; a
    ///   revision has no slash, except in the form `refs/pr/NUMBER`.
    /// - Returns: `nil` if it has another form.
    /// - Throws: ``MusicError`` `invalidRequest` if it has this form and an impossible revision or folder.
    public init?(_ text: String) throws {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else { return nil }
        var revision: String?
        if let at = parts[1].firstIndex(of: "@") {
            var word = String(parts[1][parts[1].index(after: at)...])
            parts[1] = String(parts[1][..<at])
            if word == "refs", parts.count >= 4, parts[2] == "pr" {
                word = "refs/pr/\(parts[3])"
                parts.removeSubrange(2...3)
            }
            revision = word
        }
        guard let repository = RepositoryID("\(parts[0])/\(parts[1])") else { return nil }
        if let revision, !Self.isValidRevision(revision) {
            throw MusicError(
                .invalidRequest, "'\(revision)' in '\(text)' is not the name of a revision",
                advice: "give a branch, a tag or a commit hash after the @")
        }
        var folder = parts.dropFirst(2).joined(separator: "/")
        while folder.hasSuffix("/") { folder.removeLast() }
        if !folder.isEmpty, !RemotePath.isSafe(folder) {
            throw MusicError(
                .invalidRequest, "'\(folder)' in '\(text)' is not the name of a folder of a repository",
                advice: "name a folder as the hub shows it, such as owner/name/folder")
        }
        self.init(repository: repository, revision: revision, folder: folder)
    }

    /// Whether a text can be the name of a branch or tag, or a commit, and can be a file name below `refs/`.
    static func isValidRevision(_ text: String) -> Bool {
        let forbidden = Set(" ~^:?*[\\@{\"'<>|")
        return (1...255).contains(text.utf8.count) && RemotePath.isSafe(text) && !text.contains("..")
            && !text.contains(where: forbidden.contains)
            && text.split(separator: "/").allSatisfy { !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
            && !text.hasPrefix("-")
    }

    /// Whether a revision is a commit: 40 hexadecimal digits.
    static func isCommit(_ text: String) -> Bool { text.utf8.count == 40 && isHexadecimal(text) }

    /// Whether all characters are lower-case hexadecimal digits.
    static func isHexadecimal(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
