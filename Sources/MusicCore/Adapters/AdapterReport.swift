/// What an adapter is, and how much of it a model takes: of headers and configurations alone, no weight is read.
public struct AdapterReport: Sendable, Equatable, Codable {
    /// What messages call it: the names of its folder and file.
    public var name: String
    /// How its changes are told: `LoRA`, `DoRA`, `LoKr`, `LoHa`, `full`; several with ` + ` between.
    public var kind: String
    /// The ranks of its modules, ascending, each once; empty where factors are whole.
    public var ranks: [Int]
    /// α as the configuration says it; `nil` if it says nothing, as where tensors say it.
    public var alpha: Double?
    /// Whether the factor is α/√rank.
    public var isRankStabilized: Bool
    /// Changed modules in each part of the network, by the names of ``AdapterGroup``.
    public var groups: [String: Int]
    /// Changed modules by their own names, such as `q_proj`.
    public var targets: [String: Int]
    /// Tensors that the model takes.
    public var matchedTensors: Int
    /// Names of those that it doesn't take, in their order.
    public var unmatchedTensors: [String]
    /// Length of the tensor file in bytes.
    public var byteCount: Int
    /// The checkpoint that it was trained on, as the files call it.
    public var baseModel: String?
    /// A word that captions are to hold.
    public var trigger: String?
    /// What the user should know, such as that it was trained on another variant.
    public var notices: [String]

    public init(
        name: String, kind: String, ranks: [Int], alpha: Double?, isRankStabilized: Bool, groups: [String: Int],
        targets: [String: Int], matchedTensors: Int, unmatchedTensors: [String], byteCount: Int, baseModel: String?,
        trigger: String?, notices: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.ranks = ranks
        self.alpha = alpha
        self.isRankStabilized = isRankStabilized
        self.groups = groups
        self.targets = targets
        self.matchedTensors = matchedTensors
        self.unmatchedTensors = unmatchedTensors
        self.byteCount = byteCount
        self.baseModel = baseModel
        self.trigger = trigger
        self.notices = notices
    }

    /// The name of a kind with norms of its own or without.
    ///
    /// - Parameter kind: `LoRA`, `LoKr`, `LoHa` or `full`.
    public static func kind(_ kind: String, hasMagnitude: Bool) -> String {
        hasMagnitude ? kind == "LoRA" ? "DoRA" : "\(kind) with DoRA" : kind
    }

    /// Number of changed modules.
    public var moduleCount: Int { groups.values.reduce(0, +) }

    /// Names that messages list.
    private static let listed = 3

    /// One line: `voice.safetensors: LoRA of rank 8 on 132 modules (mlp 72, self_attn 60), 264 of 264 tensors used`.
    public var summary: String {
        let rank = ranks.isEmpty ? "" : " of rank " + Self.range(ranks)
        let parts = groups.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let all = matchedTensors + unmatchedTensors.count
        var text =
            "\(name): \(kind)\(rank) on \(moduleCount) modules (\(parts)), \(matchedTensors) of \(all) tensors used"
        if let trigger { text += ", trained with the trigger '\(trigger)'" }
        return text
    }

    /// What is to be said of tensors that the model doesn't take; `nil` if it takes all.
    public var unmatchedNotice: String? {
        guard !unmatchedTensors.isEmpty else { return nil }
        let shown = unmatchedTensors.prefix(Self.listed).joined(separator: ", ")
        let rest = unmatchedTensors.count - Self.listed
        let more = rest > 0 ? " and \(rest) more" : ""
        return "\(name): \(unmatchedTensors.count) tensors belong to no module of this model: \(shown)\(more)"
    }

    private static func range(_ values: [Int]) -> String {
        guard let least = values.min(), let most = values.max() else { return "" }
        return least == most ? "\(least)" : "\(least) to \(most)"
    }
}
