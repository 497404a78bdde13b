import MLX
import MusicCore

/// One module of an adapter beside the projection that it changes: checked by the header, and read when it is asked for.
struct AdapterModule: Sendable {
    /// How a module's change is told.
    enum Kind: String, Sendable, CaseIterable {
        case lora = "LoRA"
        case lokr = "LoKr"
        case loha = "LoHa"
        /// The change as a whole, or a weight that takes the place of the model's.
        case full
    }

    let file: AdapterFile
    /// What the file calls it.
    let name: String
    let target: AdapterTarget
    let parts: [AdapterPart: String]
    let kind: Kind
    /// Length of the inner axis; `nil` where both factors are whole.
    let rank: Int?

    /// - Throws: ``MusicError`` with code `unreadableInput`: for a tensor that is missing, and for one of another shape
    ///   than the projection needs, with both shapes.
    init(_ file: AdapterFile, name: String, _ target: AdapterTarget) throws {
        let parts = file.modules[name] ?? [:]
        self.file = file
        self.name = name
        self.target = target
        self.parts = parts
        kind = try Self.kind(of: parts, name, file)
        let shapes = AdapterShapes(file, name, target, parts)
        rank =
            switch kind {
            case .lora: try shapes.lora()
            case .lokr: try shapes.lokr()
            case .loha: try shapes.loha()
            case .full: try shapes.full()
            }
        try shapes.common()
    }

    /// Whether the change comes with norms of its own: DoRA.
    var hasMagnitude: Bool { parts[.magnitude] != nil }

    /// The parts that tell the kind of an adapter.
    private static let kinds: [(Kind, Set<AdapterPart>)] = [
        (.lora, [.down, .up, .mid, .upBias]),
        (
            .lokr,
            [
                .kroneckerFirst, .kroneckerFirstDown, .kroneckerFirstUp, .kroneckerSecond, .kroneckerSecondDown,
                .kroneckerSecondUp, .kroneckerTucker,
            ]
        ),
        (
            .loha,
            [
                .hadamardFirstUp, .hadamardFirstDown, .hadamardSecondUp, .hadamardSecondDown, .hadamardFirstTucker,
                .hadamardSecondTucker,
            ]
        ),
        (.full, [.change, .weight]),
    ]

    private static func kind(of parts: [AdapterPart: String], _ name: String, _ file: AdapterFile) throws -> Kind {
        let found = kinds.filter { !$0.1.isDisjoint(with: parts.keys) }
        guard found.count < 2 else {
            throw AdapterFile.fault("\(file.label): '\(name)' is changed in two ways at once")
        }
        if let kind = found.first?.0 { return kind }
        let isBiasAlone = parts[.bias] != nil || parts[.biasChange] != nil
        guard isBiasAlone else {
            let tensor = parts.values.min() ?? name
            throw AdapterFile.fault("\(file.label): '\(tensor)' has no weights beside it")
        }
        return .full
    }

    // MARK: α

    /// The factor on the change, without the user's.
    ///
    /// α comes of the tensor beside the weights, then of the configuration; where nobody tells it, the factor is 1.
    @MLXActor
    func factor() throws -> Float {
        guard kind != .full else { return 1 }
        let stored = try parts[.alpha].map { try scalar($0) }
        let own = try parts[.scalar].map { try scalar($0) } ?? 1
        let configuration = file.configuration
        // A LyCORIS file with whole factors has no rank that α would be for.
        if kind == .lokr, rank == nil, stored != nil || configuration == nil { return own }
        let names = target.names + [name]
        let rank = self.rank.map(Float.init) ?? configuration?.rank(of: names).map(Float.init) ?? 1
        guard let alpha = stored ?? configuration?.alpha(of: names).map(Float.init) else { return own }
        let isStabilized = stored == nil && configuration?.isRankStabilized == true
        return own * alpha / (isStabilized ? rank.squareRoot() : rank)
    }

    @MLXActor
    private func scalar(_ tensor: String) throws -> Float {
        let value = try array(tensor).reshaped(-1)[0].item(Float.self)
        guard value.isFinite else { throw AdapterFile.fault("\(file.label): '\(tensor)' is not a finite number") }
        return value
    }

    /// A tensor in float32, as a copy of its own.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput` for NaN and infinity.
    @MLXActor
    func array(_ tensor: String) throws -> MLXArray {
        let array = try AdapterFile.named { try file.weights.array(tensor) }
        return try evaluating("reading \(file.label)") {
            // What stays in memory must not change when the file does.
            let copy = array.asType(.float32) + 0
            guard isFinite(copy).all().item(Bool.self) else {
                throw AdapterFile.fault("\(file.label): '\(tensor)' holds numbers that are not finite")
            }
            return copy
        }
    }

    /// A tensor that is there by the checks of shapes.
    @MLXActor
    func array(_ part: AdapterPart) throws -> MLXArray {
        guard let tensor = parts[part] else {
            throw MusicError(.internal, "\(file.label): '\(name)' was read without its \(part.rawValue)")
        }
        return try array(tensor)
    }
}
