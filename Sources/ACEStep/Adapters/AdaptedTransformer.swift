import ModelSupport
import MusicCore

/// A transformer for one job, with the adapters that its request names.
///
/// It shares all weights with the model's own, which stays as it is: what other jobs do at the same time, with other
/// adapters or with none, is what they would do alone.
@MLXActor
struct AdaptedTransformer {
    let transformer: DiffusionTransformer
    /// The model's own, which stays loaded as long as somebody holds this one.
    let base: DiffusionTransformer

    /// The model's own, without adapters.
    init(_ base: DiffusionTransformer) {
        (self.base, transformer) = (base, base)
    }

    /// - Parameters:
    ///   - base: the model's own transformer.
    ///   - configuration: its sizes.
    ///   - adapters: read for it, with their uses.
    /// - Throws: ``MusicError``.
    init(
        _ base: DiffusionTransformer, _ configuration: TransformerConfiguration,
        adapters: [(adapter: LoadedAdapter, use: AdapterUse)]
    ) throws {
        self.base = base
        transformer = DiffusionTransformer(configuration)
        try transformer.adopt(base, adapters: adapters)
    }
}

extension Pipeline {
    /// Says what the adapters of a request are, and requires that they fit; their tensors are not read yet.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`.
    func announceAdapters(_ request: ACEStepRequest, _ report: (MusicEvent) -> Void) throws {
        let targets = AdapterTargets(model.configuration.transformer)
        for use in request.adapters {
            let matched = try MatchedAdapter(try AdapterFile(path: use.path), targets)
            ACEStepAdapters.notices(matched, use, for: model.configuration).forEach { report(.notice($0)) }
        }
    }

    /// The transformer with the adapters of a request, each read in a turn of its own.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`, or `CancellationError`.
    func transformer(for request: ACEStepRequest) async throws -> AdaptedTransformer {
        let base = try await network { try model.transformer }
        var adapters: [(adapter: LoadedAdapter, use: AdapterUse)] = []
        for use in request.adapters where !use.isWithoutEffect {
            adapters.append((try await job.step { try adapter(use, for: base) }, use))
        }
        guard !adapters.isEmpty else { return AdaptedTransformer(base) }
        return try await job.step { try adapted(base, adapters) }
    }

    /// Likewise, in one turn.
    func adaptedTransformer(_ request: ACEStepRequest) throws -> AdaptedTransformer {
        let base = try model.transformer
        let uses = request.adapters.filter { !$0.isWithoutEffect }
        guard !uses.isEmpty else { return AdaptedTransformer(base) }
        return try adapted(base, uses.map { (try adapter($0, for: base), $0) })
    }

    private func adapter(_ use: AdapterUse, for base: DiffusionTransformer) throws -> LoadedAdapter {
        try model.adapters.adapter(use.path, AdapterTargets(model.configuration.transformer), for: base)
    }

    private func adapted(
        _ base: DiffusionTransformer, _ adapters: [(adapter: LoadedAdapter, use: AdapterUse)]
    ) throws -> AdaptedTransformer {
        try AdaptedTransformer(base, model.configuration.transformer, adapters: adapters)
    }
}
