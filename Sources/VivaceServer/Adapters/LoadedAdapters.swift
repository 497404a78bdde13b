import MusicCore
import MusicJobs

/// The adapters that clients have loaded, each for their own later jobs: those of one key don't reach the jobs of
/// another.
///
/// As in the reference, several may be loaded under names of their own, and the last one is active. Jobs that name
/// adapters themselves, also none, are left as they are.
actor LoadedAdapters {
    /// One of them.
    struct Adapter {
        /// What the client calls it.
        var name: String
        /// What it is called in the server's folder.
        var file: String
        /// `LoRA` and the like.
        var kind: String
        var scale = 1.0
    }

    /// What a client has loaded.
    struct State {
        var adapters: [Adapter] = []
        var isUsed = true

        /// The one that works.
        var active: Adapter? { adapters.last }
    }

    private var states: [String: State] = [:]

    func state(of owner: String) -> State { states[owner] ?? State() }

    /// Loads an adapter, which is active from then on.
    ///
    /// - Throws: ``ServerFailure`` 400 for a name that is in use.
    func load(_ adapter: Adapter, for owner: String) throws {
        var state = states[owner] ?? State()
        guard !state.adapters.contains(where: { $0.name == adapter.name }) else {
            throw ServerFailure(400, "An adapter is loaded under the name \(adapter.name.prefix(64)); give it another")
        }
        guard state.adapters.count < AdapterUse.limit else {
            throw ServerFailure(400, "\(state.adapters.count) adapters are loaded; unload them before more are")
        }
        state.adapters.append(adapter)
        state.isUsed = true
        states[owner] = state
    }

    /// - Throws: ``ServerFailure`` 400 if there is none.
    func unload(for owner: String) throws {
        guard states.removeValue(forKey: owner)?.adapters.isEmpty == false else { throw Self.none }
    }

    /// - Throws: ``ServerFailure`` 400 if there is none.
    func use(_ isUsed: Bool, for owner: String) throws {
        guard states[owner]?.adapters.isEmpty == false else { throw Self.none }
        states[owner]?.isUsed = isUsed
    }

    /// Sets a strength.
    ///
    /// - Parameter name: as the client calls the adapter; `nil` takes the active one.
    /// - Throws: ``ServerFailure`` 400 if there is no such adapter.
    func setScale(_ scale: Double, of name: String?, for owner: String) throws {
        guard let adapters = states[owner]?.adapters, !adapters.isEmpty else { throw Self.none }
        let index = name.map { name in adapters.firstIndex { $0.name == name } } ?? adapters.count - 1
        guard let index else {
            throw ServerFailure(
                400,
                "No adapter is loaded under the name \(name?.prefix(64) ?? ""); there are "
                    + adapters.map(\.name).joined(separator: ", "))
        }
        states[owner]?.adapters[index].scale = scale
    }

    private static let none = ServerFailure(400, "No adapter is loaded; load one first")

    /// A request for songs with the active adapter of its owner, unless it says itself which adapters it wants.
    func completed(_ request: JobRequest, of owner: String) -> JobRequest {
        guard request.kind == .generate, let state = states[owner], state.isUsed, let active = state.active else {
            return request
        }
        let fields = MusicRequest.fields["adapters"].map { [$0.name] + $0.description.aliases } ?? []
        let inner = ["params", "config"].compactMap { name -> [String: JSONValue]? in
            if case .object(let inner)? = request.document[name] { inner } else { nil }
        }
        guard !([request.document] + inner).contains(where: { document in fields.contains { document[$0] != nil } })
        else { return request }
        var request = request
        request.document["adapters"] = [AdapterUse(active.file, scale: active.scale).document]
        return request
    }
}
