import MusicCore

/// The shapes of one module's tensors, checked against the projection that they change.
struct AdapterShapes {
    private let file: AdapterFile
    private let name: String
    private let target: AdapterTarget
    private let parts: [AdapterPart: String]

    init(_ file: AdapterFile, _ name: String, _ target: AdapterTarget, _ parts: [AdapterPart: String]) {
        self.file = file
        self.name = name
        self.target = target
        self.parts = parts
    }

    // MARK: Kinds

    /// - Returns: the rank.
    func lora() throws -> Int {
        let (down, up) = (try shape(.down), try shape(.up))
        let rank = try inner(.down, down.first)
        if parts[.mid] != nil {
            try require(.mid, [rank, rank, target.kernel])
            try require(.down, [[rank, target.inputs, 1], [rank, target.inputs]])
        } else {
            try require(.down, matrices(rank, target.inputs, target.kernel))
        }
        try require(.up, matrices(target.outputs, rank, 1))
        if parts[.upBias] != nil { try require(.upBias, [target.outputs]) }
        guard up.count >= 2, up[1] == rank else { throw ranks(.down, .up) }
        return rank
    }

    /// - Returns: the rank; `nil` if both factors are whole.
    func lokr() throws -> Int? {
        let first = try factor(.kroneckerFirst, .kroneckerFirstUp, .kroneckerFirstDown)
        let second: (rows: Int, columns: Int, rank: Int?)
        if parts[.kroneckerTucker] != nil {
            let (up, down) = (try shape(.kroneckerSecondUp), try shape(.kroneckerSecondDown))
            let rank = try inner(.kroneckerTucker, try shape(.kroneckerTucker).first)
            try require(.kroneckerTucker, [rank, rank, target.kernel])
            guard up.count == 2, down.count == 2, up[0] == rank, down[0] == rank else {
                throw ranks(.kroneckerSecondUp, .kroneckerSecondDown)
            }
            second = (up[1], down[1], rank)
        } else {
            second = try factor(.kroneckerSecond, .kroneckerSecondUp, .kroneckerSecondDown, kernel: target.kernel)
        }
        let rows = first.rows.multipliedReportingOverflow(by: second.rows)
        let columns = first.columns.multipliedReportingOverflow(by: second.columns)
        guard !rows.overflow, !columns.overflow, (rows.0, columns.0) == (target.outputs, target.inputs) else {
            throw mismatch(
                "the factors of '\(name)' make [\(rows.0), \(columns.0)]", "[\(target.outputs), \(target.inputs)]")
        }
        return second.rank ?? first.rank
    }

    /// - Returns: the rank.
    func loha() throws -> Int {
        let rank = try inner(.hadamardFirstDown, try shape(.hadamardFirstDown).first)
        let isTucker = parts[.hadamardFirstTucker] != nil
        guard isTucker == (parts[.hadamardSecondTucker] != nil) else {
            throw AdapterFile.fault("\(file.label): '\(name)' has one of hada_t1 and hada_t2, and needs both")
        }
        let pairs: [(AdapterPart, AdapterPart, AdapterPart)] = [
            (.hadamardFirstUp, .hadamardFirstDown, .hadamardFirstTucker),
            (.hadamardSecondUp, .hadamardSecondDown, .hadamardSecondTucker),
        ]
        for (up, down, tucker) in pairs {
            if isTucker {
                try require(tucker, [rank, rank, target.kernel])
                try require(up, [rank, target.outputs])
                try require(down, [rank, target.inputs])
            } else {
                // The two products may have ranks of their own.
                let rank = try inner(down, try shape(down).first)
                try require(up, [target.outputs, rank])
                try require(down, [rank, target.inputs * target.kernel])
            }
        }
        return rank
    }

    /// - Returns: nothing, as there is no rank.
    func full() throws -> Int? {
        for part in [AdapterPart.change, .weight] where parts[part] != nil {
            try require(part, matrices(target.outputs, target.inputs, target.kernel))
        }
        return nil
    }

    /// What every kind may have.
    func common() throws {
        for part in [AdapterPart.alpha, .scalar] where parts[part] != nil {
            guard try shape(part).reduce(1, *) == 1 else { throw mismatch(part, "one number") }
        }
        for part in [AdapterPart.bias, .biasChange] where parts[part] != nil {
            guard target.hasBias else {
                throw AdapterFile.fault(
                    "\(file.label) gives a bias to '\(name)', which has none in this model",
                    advice: "use an adapter that was trained with the bias 'none'")
            }
            try require(part, [target.outputs])
        }
        if parts[.magnitude] != nil {
            let (rows, columns) = (target.outputs, target.inputs)
            var shapes = [[rows], [rows, 1], [1, columns]]
            if target.kernel > 1 { shapes = [[1, rows, 1], [rows, 1, 1], [1, columns, 1]] }
            try require(.magnitude, shapes)
        }
    }

    // MARK: Pieces

    /// A matrix of LoKr: whole, or as a product.
    private func factor(
        _ whole: AdapterPart, _ up: AdapterPart, _ down: AdapterPart, kernel: Int = 1
    ) throws -> (rows: Int, columns: Int, rank: Int?) {
        if parts[whole] != nil {
            guard parts[up] == nil, parts[down] == nil else {
                throw AdapterFile.fault("\(file.label): '\(name)' has a factor both whole and as a product")
            }
            let shape = try shape(whole)
            guard shape.count == (kernel == 1 ? 2 : 3), kernel == 1 || shape[2] == kernel, !shape.contains(0) else {
                throw mismatch(whole, kernel == 1 ? "[rows, columns]" : "[rows, columns, \(kernel)]")
            }
            return (shape[0], shape[1], nil)
        }
        let (left, right) = (try shape(up), try shape(down))
        let rank = try inner(down, right.first)
        guard left.count == 2, right.count == 2, left[1] == rank else { throw ranks(up, down) }
        guard right[1].isMultiple(of: kernel) else { throw mismatch(down, "[rank, columns * \(kernel)]") }
        return (left[0], right[1] / kernel, rank)
    }

    private func shape(_ part: AdapterPart) throws -> [Int] {
        guard let tensor = parts[part], let shape = file.weights.tensors[tensor]?.shape else {
            throw AdapterFile.fault(
                "\(file.label): '\(name)' lacks the tensor \(Self.usualNames[part] ?? part.rawValue)")
        }
        return shape
    }

    /// A rank, which must be above 0.
    private func inner(_ part: AdapterPart, _ length: Int?) throws -> Int {
        guard let length, length > 0 else { throw mismatch(part, "a matrix of a rank above 0") }
        return length
    }

    private func matrices(_ rows: Int, _ columns: Int, _ kernel: Int) -> [[Int]] {
        kernel == 1 ? [[rows, columns], [rows, columns, 1]] : [[rows, columns, kernel]]
    }

    private func require(_ part: AdapterPart, _ expected: [Int]) throws { try require(part, [expected]) }

    private func require(_ part: AdapterPart, _ expected: [[Int]]) throws {
        guard !expected.contains(try shape(part)) else { return }
        throw mismatch(part, expected.map { "\($0)" }.joined(separator: " or "))
    }

    private func ranks(_ one: AdapterPart, _ other: AdapterPart) -> MusicError {
        let shapes = [one, other].map { part in
            "'\(parts[part] ?? part.rawValue)' \(parts[part].flatMap { file.weights.tensors[$0]?.shape } ?? [])"
        }
        return AdapterFile.fault("\(file.label): the ranks of \(shapes.joined(separator: " and ")) differ")
    }

    private func mismatch(_ part: AdapterPart, _ expected: String) -> MusicError {
        let tensor = parts[part] ?? name
        return mismatch("'\(tensor)' is \(file.weights.tensors[tensor]?.shape ?? [])", expected)
    }

    private func mismatch(_ what: String, _ expected: String) -> MusicError {
        AdapterFile.fault(
            "\(file.label): \(what), and '\(target.names[0])' of this model takes \(expected)",
            advice: "use an adapter for a model of this size")
    }

    private static let usualNames: [AdapterPart: String] = [
        .down: "lora_A", .up: "lora_B", .kroneckerFirstUp: "lokr_w1", .kroneckerFirstDown: "lokr_w1_b",
        .kroneckerSecondUp: "lokr_w2", .kroneckerSecondDown: "lokr_w2_b", .hadamardFirstUp: "hada_w1_a",
        .hadamardFirstDown: "hada_w1_b", .hadamardSecondUp: "hada_w2_a", .hadamardSecondDown: "hada_w2_b",
    ]
}
