import Foundation
import MLX
import MusicCore

/// Writes adapters in another spelling, with the same effect.
@MLXActor
package struct AdapterConversion {
    private let file: AdapterFile
    private let modules: [AdapterModule]
    /// Tensors that belong to no module that has a name.
    package let leftOut: [String]

    /// Looks at an adapter's modules; sizes are the file's own.
    ///
    /// - Parameters:
    ///   - file: the adapter.
    ///   - names: the modules by all their names; their sizes don't count.
    /// - Throws: `MusicError` with code `unreadableInput`.
    package init(_ file: AdapterFile, _ names: AdapterTargets) throws {
        self.file = file
        var leftOut = file.unknown
        var modules: [AdapterModule] = []
        for (name, parts) in file.modules.sorted(by: { $0.key < $1.key }) {
            guard let known = names[name] else {
                leftOut += parts.values
                continue
            }
            modules.append(try AdapterModule(file, name: name, try file.target(name, known)))
        }
        guard !modules.isEmpty else {
            throw AdapterFile.fault(
                "\(file.label) holds no module of ACE-Step 1.5", advice: "use an adapter for ACE-Step 1.5")
        }
        self.modules = modules
        self.leftOut = leftOut.sorted()
    }

    /// Writes the adapter.
    ///
    /// - Parameters:
    ///   - format: the spelling.
    ///   - output: a folder that doesn't exist for PEFT, and a file for the others.
    /// - Throws: `MusicError` with code `unwritableOutput`, or `unsupported` for what the spelling can't tell.
    package func write(_ format: AdapterFormat, to output: URL) throws {
        try checkParts(format)
        switch format {
        case .peft: try writePEFT(output)
        case .comfyui: try writeComfyUI(output)
        case .diffusers: try writeDiffusers(output)
        }
    }

    // MARK: What can be told

    private static let spoken: [AdapterFormat: Set<AdapterPart>] = {
        let lora: Set<AdapterPart> = [.down, .up, .alpha, .scalar]
        let kronecker: Set<AdapterPart> = [
            .kroneckerFirst, .kroneckerFirstUp, .kroneckerFirstDown, .kroneckerSecond, .kroneckerSecondUp,
            .kroneckerSecondDown, .kroneckerTucker,
        ]
        let hadamard: Set<AdapterPart> = [
            .hadamardFirstUp, .hadamardFirstDown, .hadamardSecondUp, .hadamardSecondDown, .hadamardFirstTucker,
            .hadamardSecondTucker,
        ]
        return [
            .peft: lora.union(kronecker).union(hadamard).union([.upBias, .magnitude]),
            .comfyui: lora.union(kronecker).union(hadamard).union([.mid, .magnitude]), .diffusers: lora,
        ]
    }()

    private func checkParts(_ format: AdapterFormat) throws {
        for module in modules {
            var foreign = Set(module.parts.keys).subtracting(Self.spoken[format] ?? [])
            if format == .peft, module.hasMagnitude, module.kind != .lora || !hasRowMagnitude(module) {
                foreign.insert(.magnitude)
            }
            guard let part = foreign.min(by: { $0.rawValue < $1.rawValue }), let tensor = module.parts[part] else {
                continue
            }
            throw MusicError(
                .unsupported, "The format \(format.rawValue) has no place for '\(tensor)' of \(file.label)",
                advice: "choose another format, or merge the adapter into a checkpoint", field: "format",
                value: format.rawValue)
        }
    }

    private func hasRowMagnitude(_ module: AdapterModule) -> Bool {
        let shape = module.parts[.magnitude].flatMap { file.weights.tensors[$0]?.shape } ?? []
        let rows = module.target.outputs
        return [[rows], [rows, 1], [rows, 1, 1], [1, rows, 1]].contains(shape)
    }

    // MARK: Tensors

    /// A tensor as the file has it, times a factor; in float32 if that is not 1.
    private func tensor(_ name: String, times factor: Float = 1) throws -> MLXArray {
        let array = try AdapterFile.named { try file.weights.array(name) }
        return factor == 1 ? array : array.asType(.float32) * factor
    }

    /// The tensors of a module but α, by what stands behind its name.
    private func tensors(
        _ module: AdapterModule, _ names: [AdapterPart: String], wholeFactor: Float
    ) throws -> [(String, MLXArray)] {
        try module.parts.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { part, tensor in
            guard let name = names[part] else { return nil }
            let isScaled = part == .kroneckerFirst || part == .kroneckerFirstUp
            return (name, try self.tensor(tensor, times: isScaled ? wholeFactor : 1))
        }
    }

    private static let lycorisNames: [AdapterPart: String] = [
        .kroneckerFirst: "lokr_w1", .kroneckerFirstUp: "lokr_w1_a", .kroneckerFirstDown: "lokr_w1_b",
        .kroneckerSecond: "lokr_w2", .kroneckerSecondUp: "lokr_w2_a", .kroneckerSecondDown: "lokr_w2_b",
        .kroneckerTucker: "lokr_t2", .hadamardFirstUp: "hada_w1_a", .hadamardFirstDown: "hada_w1_b",
        .hadamardSecondUp: "hada_w2_a", .hadamardSecondDown: "hada_w2_b", .hadamardFirstTucker: "hada_t1",
        .hadamardSecondTucker: "hada_t2",
    ]

    // MARK: PEFT

    private func writePEFT(_ output: URL) throws {
        let kinds = Set(modules.map(\.kind))
        guard kinds.count == 1, let kind = kinds.first else {
            throw MusicError(
                .unsupported, "\(file.label) holds adapters of several kinds, and a folder of PEFT has one",
                advice: "choose the format comfyui", field: "format", value: "peft")
        }
        let names = Self.lycorisNames.merging([
            .down: "lora_A.weight", .up: "lora_B.weight", .upBias: "lora_B.bias",
            .magnitude: "lora_magnitude_vector",
        ]) { own, _ in own }
        // Where both factors are whole, there is no rank, and PEFT divides by the configuration's all the same.
        let usualRank =
            Dictionary(modules.compactMap(\.rank).map { ($0, 1) }, uniquingKeysWith: +)
            .max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 1
        var ranks: [String: Int] = [:]
        var alphas: [String: Double] = [:]
        var all: [(String, MLXArray)] = []
        for module in modules {
            let name = module.target.names[0]
            let rank = module.rank ?? usualRank
            ranks[name] = rank
            alphas[name] = Double(try module.factor()) * Double(rank)
            all += try tensors(module, names, wholeFactor: 1).map { part, array in
                let isVector = part == names[.magnitude]
                return ("\(name).\(part)", isVector ? magnitude(array, module) : array)
            }
        }
        let alpha =
            Dictionary(alphas.values.map { ($0, 1) }, uniquingKeysWith: +)
            .max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 1
        var contents = PEFTFolder.Contents(
            kind: kind == .lora ? "LORA" : kind == .lokr ? "LOKR" : "LOHA", rank: usualRank, alpha: alpha, ranks: ranks,
            alphas: alphas)
        contents.hasMagnitude = modules.contains(where: \.hasMagnitude)
        contents.hasBias = modules.contains { $0.parts[.upBias] != nil }
        contents.baseModel = file.baseModel
        try PEFTFolder.write(contents, tensors: all, to: output)
    }

    /// Norms of rows as PEFT has them.
    private func magnitude(_ array: MLXArray, _ module: AdapterModule) -> MLXArray {
        module.target.kernel == 1 ? array.reshaped(-1) : array.reshaped(1, -1, 1)
    }

    // MARK: Single files

    private func writeComfyUI(_ output: URL) throws {
        var entries: [TensorFile.Entry] = []
        for module in modules {
            let official = module.target.names[0]
            let isLoRA = module.kind == .lora
            let name =
                isLoRA ? "base_model.model.\(official)" : "lycoris_" + official.replacing(".", with: "_")
            let names = Self.lycorisNames.merging([
                .down: "lora_down.weight", .up: "lora_up.weight", .mid: "lora_mid.weight",
            ]) { own, _ in own }
            let factor = try module.factor()
            let isWhole = module.kind == .lokr && module.rank == nil
            entries += try tensors(module, names, wholeFactor: isWhole ? factor : 1)
                .map { TensorFile.Entry("\(name).\($0)", $1) }
            // Where both factors are whole, α says nothing.
            let alpha = isWhole ? 1 : factor * Float(module.rank ?? 1)
            entries.append(TensorFile.Entry("\(name).alpha", MLXArray(alpha)))
            if let tensor = module.parts[.magnitude] {
                var array = try self.tensor(tensor)
                if hasRowMagnitude(module) {
                    array = array.reshaped([-1] + module.target.fileShape.dropFirst().map { _ in 1 })
                }
                entries.append(TensorFile.Entry("\(name).dora_scale", array))
            }
        }
        try write(entries, metadata: ["format": "pt"], to: output)
    }

    private func writeDiffusers(_ output: URL) throws {
        var entries: [TensorFile.Entry] = []
        var (ranks, alphas): ([String: JSONValue], [String: JSONValue]) = ([:], [:])
        var first: (rank: Int, alpha: Double)?
        for module in modules {
            let name = module.target.names[module.target.names.count - 1]
            let rank = module.rank ?? 1
            let alpha = Double(try module.factor()) * Double(rank)
            let usual = first ?? (rank, alpha)
            first = usual
            if rank != usual.rank { ranks[name] = .integer(Int64(rank)) }
            if alpha != usual.alpha { alphas[name] = .number(alpha) }
            entries += try tensors(module, [.down: "lora_A.weight", .up: "lora_B.weight"], wholeFactor: 1)
                .map { TensorFile.Entry("transformer.\(name).\($0)", $1) }
        }
        let fields: [String: JSONValue] = [
            "transformer.r": .integer(Int64(first?.rank ?? 1)), "transformer.lora_alpha": .number(first?.alpha ?? 1),
            "transformer.rank_pattern": .object(ranks), "transformer.alpha_pattern": .object(alphas),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(JSONValue.object(fields)), as: UTF8.self)
        try write(entries, metadata: ["format": "pt", "lora_adapter_metadata": text], to: output)
    }

    private func write(_ entries: [TensorFile.Entry], metadata: [String: String], to output: URL) throws {
        guard !FileManager.default.fileExists(atPath: output.path) else {
            throw MusicError(
                .unwritableOutput, "\(output.path) exists already", advice: "give a file that does not exist yet")
        }
        var metadata = metadata
        if let trigger = file.trigger { metadata["modelspec.trigger_phrase"] = trigger }
        if let base = file.baseModel { metadata["base_model"] = base }
        try TensorFile.write(entries, metadata: metadata, to: output)
    }
}

extension AdapterFile {
    /// A module with the sizes that its own tensors tell.
    ///
    /// - Throws: `MusicError` with code `unreadableInput` if they tell none.
    fileprivate func target(_ name: String, _ known: AdapterTarget) throws -> AdapterTarget {
        let parts = modules[name] ?? [:]
        func shape(_ part: AdapterPart) -> [Int]? { parts[part].flatMap { weights.tensors[$0]?.shape } }
        func product(_ one: Int, _ other: Int) -> Int { one.multipliedReportingOverflow(by: other).partialValue }
        var (outputs, inputs, kernel) = (0, 0, 1)
        if let up = shape(.up), let down = shape(.down), up.count > 1, down.count > 1 {
            (outputs, inputs) = (up[0], down[1])
            kernel = down.count == 3 ? shape(.mid).flatMap(\.last) ?? down[2] : 1
        } else if let up = shape(.hadamardFirstUp), let down = shape(.hadamardFirstDown), up.count == 2, down.count == 2
        {
            let core = shape(.hadamardFirstTucker)
            (outputs, inputs, kernel) = (core == nil ? up[0] : up[1], down[1], core?.last ?? 1)
        } else if let first = shape(.kroneckerFirst) ?? pair(shape(.kroneckerFirstUp), shape(.kroneckerFirstDown)),
            let second = shape(.kroneckerSecond) ?? pair(shape(.kroneckerSecondUp), shape(.kroneckerSecondDown)),
            first.count == 2, second.count > 1
        {
            let core = shape(.kroneckerTucker)
            let rows = core == nil ? second[0] : shape(.kroneckerSecondUp)?.last ?? 0
            (outputs, inputs) = (product(first[0], rows), product(first[1], second[1]))
            kernel = core?.last ?? (second.count == 3 ? second[2] : 1)
        }
        return AdapterTarget(
            path: known.path, names: known.names, group: known.group, outputs: outputs, inputs: inputs,
            kernel: max(1, kernel), hasBias: true)
    }

    private func pair(_ up: [Int]?, _ down: [Int]?) -> [Int]? {
        guard let up, let down, up.count == 2, down.count == 2 else { return nil }
        return [up[0], down[1]]
    }
}
