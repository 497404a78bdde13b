import Synchronization

/// What is said of jobs that are over, which never changes: clients ask for it again and again.
final class FinishedDocuments<Document: Sendable>: Sendable {
    private struct Entry {
        var owner: String
        var document: Document
    }

    private let entries = Mutex<[String: Entry]>([:])
    /// Documents that are kept.
    private let most = 2048

    /// What is known of a job of an owner's; `nil` for one that isn't over, or isn't theirs.
    func find(_ id: String, owner: String) -> Document? {
        entries.withLock { entries in entries[id].flatMap { $0.owner == owner ? $0.document : nil } }
    }

    func add(_ document: Document, of id: String, owner: String) {
        entries.withLock { entries in
            // All of them are made anew on demand.
            if entries.count >= most { entries = [:] }
            entries[id] = Entry(owner: owner, document: document)
        }
    }
}
