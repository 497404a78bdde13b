import MusicCore
import Synchronization

/// What is said of jobs that are over, which never changes: clients ask for it again and again.
final class FinishedDocuments: Sendable {
    /// The forms in which a job is told.
    enum Form: Hashable { case job, task }

    private struct Key: Hashable {
        var id: String
        var form: Form
    }

    private struct Entry {
        var owner: String
        var document: JSONValue
        /// The document as it is sent.
        var text: String
    }

    private static let most = 2048
    private let entries = Mutex<[Key: Entry]>([:])

    /// What is known of a job of an owner's; `nil` for one that isn't over, or isn't theirs.
    func find(_ id: String, _ form: Form, owner: String) -> (document: JSONValue, text: String)? {
        entries.withLock { entries in
            guard let entry = entries[Key(id: id, form: form)], entry.owner == owner else { return nil }
            return (entry.document, entry.text)
        }
    }

    func add(_ document: JSONValue, _ text: String, of id: String, _ form: Form, owner: String) {
        entries.withLock { entries in
            // All of them are made anew on demand.
            if entries.count >= Self.most { entries = [:] }
            entries[Key(id: id, form: form)] = Entry(owner: owner, document: document, text: text)
        }
    }
}
