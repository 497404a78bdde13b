import Foundation
import MLX
import ModelSupport
import MusicCore

/// Makes adapters out of the difference of two checkpoints.
@MLXActor
struct AdapterExtraction {
    /// Ranks that can be asked for.
    static let ranks = 1...1024
    /// A module that differs by less than this share of its weight is not changed: so much is rounding.
    private static let negligible = 1e-7

    private let tuned: ModelParts
    private let base: ModelParts
    private let targets: AdapterTargets
    private let rank: Int

    /// What was found in one module.
    private struct Found {
        let name: String
        let down: MLXArray
        let up: MLXArray
        let energy: (whole: Double, lost: Double)

        /// Norm of what is lost as a share of the whole.
        var error: Double { min(1, (energy.lost / energy.whole).squareRoot()) }
    }

    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if the two differ in their sizes, or `invalidRequest`.
    init(_ tuned: ModelLocation, from base: ModelLocation, rank: Int) throws {
        guard Self.ranks.contains(rank) else {
            throw MusicError.invalidField(
                "rank", .integer(Int64(rank)), "The rank is \(rank)",
                expected: "a whole number from \(Self.ranks.lowerBound) to \(Self.ranks.upperBound)")
        }
        self.tuned = try CheckpointParts(try CheckpointLayout(tuned)).model
        self.base = try CheckpointParts(try CheckpointLayout(base)).model
        self.rank = rank
        targets = AdapterTargets(self.base.configuration.transformer)
        guard self.tuned.configuration.transformer == self.base.configuration.transformer else {
            throw MusicError(
                .invalidCheckpoint, "\(tuned.name) and \(base.name) are models of different sizes",
                advice: "give a checkpoint and the one that it was trained from", field: "model")
        }
    }

    /// Writes the adapter, and tells what it keeps.
    ///
    /// - Throws: ``MusicError``; `CancellationError` between two modules.
    func write(to directory: URL, progress: (String) -> Void) throws -> ExtractionReport {
        var found: [Found] = []
        for target in targets.all {
            try Task.checkCancellation()
            progress(target.names[0])
            if let module = try module(target) { found.append(module) }
        }
        guard let worst = found.max(by: { $0.error < $1.error }) else {
            throw MusicError(
                .invalidRequest, "The transformers of the two checkpoints don't differ",
                advice: "give a checkpoint that was trained further than the other one")
        }
        let leftOut = try self.leftOut()
        let ranks = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.down.dim(0)) })
        try PEFTFolder.write(
            PEFTFolder.Contents(
                kind: "LORA", rank: rank, alpha: Double(rank), ranks: ranks,
                // The factor is 1 everywhere.
                alphas: ranks.mapValues { Double($0) }),
            tensors: found.flatMap { module in
                [("\(module.name).lora_A.weight", module.down), ("\(module.name).lora_B.weight", module.up)]
            }, to: directory)
        let whole = found.reduce(0) { $0 + $1.energy.whole }
        let lost = min(1, found.reduce(0) { $0 + $1.energy.lost } / whole)
        return ExtractionReport(
            adapter: directory.path, rank: rank, moduleCount: found.count, keptEnergy: 1 - lost,
            relativeError: lost.squareRoot(), worstError: worst.error,
            worstModule: worst.name, leftOut: leftOut)
    }

    /// The difference of a module as two matrices; `nil` if there is none.
    private func module(_ target: AdapterTarget) throws -> Found? {
        let (before, after) = (
            try base.transformer.float32("\(target.path).weight"),
            try tuned.transformer.float32("\(target.path).weight")
        )
        return try evaluating("comparing \(target.names[0])") {
            let difference = target.joined(after - before)
            let energy = Double((difference * difference).sum().item(Float.self))
            let own = Double((before * before).sum().item(Float.self))
            guard energy > own * Self.negligible * Self.negligible else { return nil }
            guard energy.isFinite else {
                throw MusicError(
                    .invalidCheckpoint, "The weight of '\(target.names[0])' holds numbers that are not finite",
                    advice: "download the checkpoint again")
            }
            let parts = TruncatedSVD(difference, rank: rank)
            let rank = parts.down.dim(0)
            let up = target.kernel == 1 ? parts.up : parts.up.reshaped(target.outputs, rank, 1)
            let down = target.separated(parts.down)
            eval(up, down)
            return Found(name: target.names[0], down: down, up: up, energy: parts.energy)
        }
    }

    /// Tensors of the transformer that differ and belong to no adaptable module.
    private func leftOut() throws -> [String] {
        let held = Set(targets.all.map { "\($0.path).weight" })
        var names: [String] = []
        for (name, tensor) in base.transformer.tensors.sorted(by: { $0.key < $1.key }) where !held.contains(name) {
            guard !TensorNames.isComputed(name), tuned.transformer.tensors[name]?.shape == tensor.shape else {
                continue
            }
            let (before, after) = (try base.transformer.float32(name), try tuned.transformer.float32(name))
            let isSame = try evaluating("comparing \(name)") { (before .== after).all().item(Bool.self) }
            if !isSame { names.append(tensor.name) }
        }
        return names
    }
}

extension WeightStore {
    /// A tensor in float32.
    @MLXActor
    fileprivate func float32(_ name: String) throws -> MLXArray {
        guard let tensor = tensors[name], tensor.dtype.isFloatingPoint else {
            throw MusicError(
                .unsupported, "\(label) has no weight '\(name)' in a floating-point format",
                advice: "give checkpoints in float32, float16 or bfloat16", field: "model")
        }
        return try array(name).asType(.float32)
    }
}
