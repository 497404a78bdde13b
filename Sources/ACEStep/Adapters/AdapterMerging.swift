import Foundation
import MLX
import ModelSupport
import MusicCore

/// Writes checkpoints with adapters merged into their weights.
@MLXActor
struct AdapterMerging {
    private let store: WeightStore
    private let adapters: [(adapter: MatchedAdapter, use: AdapterUse)]
    private let precision: LoadOptions.Precision

    /// Writes a copy of a checkpoint, whose transformer has the adapters in its weights.
    ///
    /// Sums are made in float32 and rounded once, to the format of the copy.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`, `invalidCheckpoint`, `unwritableOutput`, or `unsupported`
    ///   for weights in 8 bits; `CancellationError` between two tensors.
    static func merge(
        _ uses: [AdapterUse], into layout: CheckpointLayout, to directory: URL, precision: LoadOptions.Precision,
        progress: (String) -> Void
    ) throws {
        let model = try CheckpointParts(layout).model
        let targets = AdapterTargets(model.configuration.transformer)
        let store = model.transformer
        if let name = store.tensors.filter({ !$0.value.dtype.isFloatingPoint }).map(\.value.name).min() {
            throw MusicError(
                .unsupported, "\(store.label) holds weights in 8 bits, such as '\(name)', which would lose the change",
                advice: "merge into the checkpoint that it was made of", field: "model")
        }
        let merging = AdapterMerging(
            store: store,
            adapters: try uses.map { (try MatchedAdapter(try AdapterFile(path: $0.path), targets), $0) },
            precision: precision)
        try CheckpointCopy(layout).write(to: directory, progress: progress) { part, file, copy in
            guard part == .transformer else { return false }
            try merging.write(file, to: copy)
            return true
        }
    }

    private init(
        store: WeightStore, adapters: [(adapter: MatchedAdapter, use: AdapterUse)], precision: LoadOptions.Precision
    ) {
        self.store = store
        self.adapters = adapters
        self.precision = precision
    }

    /// Writes one file of the checkpoint anew; what isn't of the transformer stays as it is.
    private func write(_ file: URL, to copy: URL) throws {
        let source = try WeightStore(file: file)
        // Our names of the tensors in this file.
        let names = Dictionary(
            store.tensors.filter { $0.value.file == file }.map { ($0.value.name, $0.key) },
            uniquingKeysWith: { first, _ in first })
        let entries = source.tensors.map { name, tensor in
            let dtype = names[name] == nil ? tensor.dtype : self.dtype(of: tensor)
            return TensorFile.Entry(name, dtype: dtype, shape: tensor.shape) {
                let array = try source.array(name)
                guard let own = names[name] else { return array }
                return try changed(array, own)
            }
        }
        try TensorFile.write(entries, metadata: source.metadata, to: copy)
    }

    private func dtype(of tensor: WeightStore.Tensor) -> DType {
        switch precision {
        case .auto: tensor.dtype
        case .float32: .float32
        case .bfloat16: .bfloat16
        }
    }

    /// A tensor of the transformer with what the adapters add to it.
    private func changed(_ array: MLXArray, _ name: String) throws -> MLXArray {
        let isWeight = name.hasSuffix(".weight")
        guard isWeight || name.hasSuffix(".bias") else { return array }
        let path = String(name.dropLast(isWeight ? ".weight".count : ".bias".count))
        guard store.tensors["\(path).weight"] != nil else { return array }
        let weight = isWeight ? array : try store.array("\(path).weight")
        let biasName = "\(path).bias"
        let bias = !isWeight ? array : store.tensors[biasName] == nil ? nil : try store.array(biasName)
        var sum: MLXArray?
        for (adapter, use) in adapters {
            guard let change = try adapter.change(of: path, weight: weight, bias: bias, use) else { continue }
            guard let own = isWeight ? change.weight : change.bias else { continue }
            sum = sum.map { $0 + own } ?? own
        }
        return sum.map { array.asType(.float32) + $0 } ?? array
    }
}
