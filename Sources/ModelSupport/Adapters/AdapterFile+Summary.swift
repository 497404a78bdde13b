import MLX
import MusicCore

extension AdapterFile {
    /// What the file says of itself, without a model to compare it with.
    package var report: AdapterReport {
        var kinds: Set<String> = []
        var ranks: Set<Int> = []
        var groups: [String: Int] = [:]
        var targets: [String: Int] = [:]
        for (name, parts) in modules {
            kinds.insert(Self.kind(of: parts))
            if let rank = rank(of: parts) { ranks.insert(rank) }
            groups[Self.group(of: name).rawValue, default: 0] += 1
            targets[Self.target(of: name), default: 0] += 1
        }
        return AdapterReport(
            name: label, kind: kinds.sorted().joined(separator: " + "), ranks: ranks.sorted(),
            alpha: configuration?.alpha, isRankStabilized: configuration?.isRankStabilized ?? false, groups: groups,
            targets: targets, matchedTensors: modules.values.reduce(0) { $0 + $1.count }, unmatchedTensors: unknown,
            byteCount: weights.tensors.values.reduce(0) { $0 + $1.count * $1.dtype.size }, baseModel: baseModel,
            trigger: trigger)
    }

    private static func kind(of parts: [AdapterPart: String]) -> String {
        let kind = AdapterModule.Kind.allCases.first { kind in
            switch kind {
            case .lora: parts[.down] != nil || parts[.up] != nil
            case .lokr: parts[.kroneckerFirst] != nil || parts[.kroneckerFirstUp] != nil
            case .loha: parts[.hadamardFirstUp] != nil
            case .full: true
            }
        }
        return AdapterReport.kind(kind?.rawValue ?? "", hasMagnitude: parts[.magnitude] != nil)
    }

    private func rank(of parts: [AdapterPart: String]) -> Int? {
        let downs: [AdapterPart] = [.down, .kroneckerSecondDown, .kroneckerFirstDown, .hadamardFirstDown]
        return downs.lazy.compactMap { parts[$0] }.first.flatMap { weights.tensors[$0]?.shape.first }
    }

    private static func group(of name: String) -> AdapterGroup {
        [AdapterGroup.selfAttention, .crossAttention].first { name.contains($0.rawValue) }
            ?? (name.contains("mlp") ? .mlp : .other)
    }

    /// The module's own name within its layer: `q_proj` also of names with underscores.
    private static func target(of name: String) -> String {
        let usual = [
            "q_proj", "k_proj", "v_proj", "o_proj", "to_q", "to_k", "to_v", "to_out.0", "to_out_0", "gate_proj",
            "up_proj", "down_proj", "linear_1", "linear_2", "time_proj", "condition_embedder",
        ]
        return usual.first(where: name.hasSuffix) ?? name.split(separator: ".").last.map(String.init) ?? name
    }
}
