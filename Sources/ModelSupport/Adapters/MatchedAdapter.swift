import Foundation
import MLX
import MLXNN
import MusicCore

/// An adapter's file beside the projections of a network: which of its modules change what, and what is left over.
///
/// Everything that headers tell is checked; no tensor is read.
package struct MatchedAdapter: Sendable {
    package let file: AdapterFile
    let modules: [AdapterModule]
    /// Tensors that belong to no projection of the network.
    package let unmatched: [String]

    /// - Throws: `MusicError` with code `unreadableInput` if nothing fits, a shape differs, or a tensor lacks its
    ///   partner.
    package init(_ file: AdapterFile, _ targets: AdapterTargets) throws {
        self.file = file
        var modules: [AdapterModule] = []
        var unmatched = file.unknown
        var owners: [String: String] = [:]
        for (name, parts) in file.modules.sorted(by: { $0.key < $1.key }) {
            guard let target = targets[name] else {
                unmatched += parts.values
                continue
            }
            if let other = owners.updateValue(name, forKey: target.path) {
                throw AdapterFile.fault("\(file.label) changes one module under two names, '\(other)' and '\(name)'")
            }
            modules.append(try AdapterModule(file, name: name, target))
        }
        self.modules = modules
        self.unmatched = unmatched.sorted()
        guard modules.isEmpty else { return }
        let names = self.unmatched.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        throw AdapterFile.fault(
            self.unmatched.isEmpty
                ? "\(file.label) holds no tensors"
                : "\(file.label) fits nothing in this model: none of its \(self.unmatched.count) tensors, such as "
                    + "\(names), belongs to a module of its transformer",
            advice: "use an adapter for ACE-Step 1.5")
    }

    /// What it is, for people.
    package var report: AdapterReport {
        var kinds: Set<String> = []
        var groups: [String: Int] = [:]
        var targets: [String: Int] = [:]
        for module in modules {
            kinds.insert(AdapterReport.kind(module.kind.rawValue, hasMagnitude: module.hasMagnitude))
            groups[module.target.group.rawValue, default: 0] += 1
            let words = module.target.path.split(separator: ".")
            targets[words.last.map(String.init) ?? "", default: 0] += 1
        }
        var notices: [String] = []
        let needsAlpha = modules.contains { $0.kind != .full && $0.parts[.alpha] == nil }
        if needsAlpha, file.configuration?.alpha == nil, file.configuration?.alphaPatterns.isEmpty ?? true {
            notices.append("\(file.label) says no alpha: its strength is that of its tensors as they are")
        }
        return AdapterReport(
            name: file.label, kind: kinds.sorted().joined(separator: " + "),
            ranks: Set(modules.compactMap(\.rank)).sorted(), alpha: file.configuration?.alpha,
            isRankStabilized: file.configuration?.isRankStabilized ?? false, groups: groups, targets: targets,
            matchedTensors: modules.reduce(0) { $0 + $1.parts.count }, unmatchedTensors: unmatched,
            byteCount: file.weights.tensors.values.reduce(0) { $0 + $1.count * $1.dtype.size },
            baseModel: file.baseModel, trigger: file.trigger, notices: notices)
    }
}

/// An adapter's changes, read, for the projections of one network.
@MLXActor
package final class LoadedAdapter {
    package nonisolated let matched: MatchedAdapter
    /// By the paths of projections.
    private let deltas: [String: AdapterDelta]
    /// Bytes that they take.
    package nonisolated let byteCount: Int

    /// Reads an adapter.
    ///
    /// - Parameters:
    ///   - matched: with the network's projections.
    ///   - network: the network without adapters.
    /// - Throws: `MusicError` with code `unreadableInput`; `CancellationError` between two modules.
    package init(_ matched: MatchedAdapter, for network: Module) throws {
        self.matched = matched
        let layers = network.projections
        var deltas: [String: AdapterDelta] = [:]
        for module in matched.modules {
            try Task.checkCancellation()
            guard let layer = layers[module.target.path] else {
                throw MusicError(.internal, "There is no projection \(module.target.path)")
            }
            deltas[module.target.path] = try AdapterDelta(module, onto: layer)
        }
        self.deltas = deltas
        byteCount = deltas.values.reduce(0) { $0 + $1.byteCount }
    }

    /// The changes with their strengths, for a use; those of strength 0 are left out.
    func changes(_ use: AdapterUse) -> [(path: String, delta: AdapterDelta, scale: Float)] {
        matched.modules.compactMap { module in
            let scale = Float(use.scale(for: module.target.group))
            guard scale != 0, let delta = deltas[module.target.path] else { return nil }
            return (module.target.path, delta, scale)
        }
    }
}

extension Module {
    /// The projections by their paths.
    package var projections: [String: any LinearLayer] {
        var layers: [String: any LinearLayer] = [:]
        for (path, module) in namedModules() {
            if let layer = module as? any LinearLayer { layers[path] = layer }
        }
        return layers
    }

    /// Puts the projections of another network of the same form in the place of this one's, wrapped where adapters
    /// change them, and takes on its other parameters.
    ///
    /// - Parameters:
    ///   - network: it stays as it is, and both share their weights.
    ///   - adapters: read for it.
    /// - Throws: `MusicError`.
    @MLXActor
    package func adopt(
        _ network: Module, adapters: [(adapter: LoadedAdapter, use: AdapterUse)]
    ) throws {
        let layers = network.projections
        var changes: [String: [(delta: AdapterDelta, scale: Float)]] = [:]
        for (adapter, use) in adapters {
            for (path, delta, scale) in adapter.changes(use) { changes[path, default: []].append((delta, scale)) }
        }
        do {
            try replaceModules(layers.map { ($0.key, $0.value as Module) })
            update(parameters: network.parameters())
            var adapted: [(path: String, module: Module)] = []
            for (path, changes) in changes {
                guard let layer = layers[path] else { continue }
                let module = AdaptedLinear(layer, changes)
                try evaluating("applying adapters") { eval(module.ownArrays) }
                adapted.append((path, module))
            }
            try replaceModules(adapted)
        } catch let error as UpdateError {
            throw MusicError(.internal, "Adapters could not be put in: \(error)")
        }
    }
}
