import Foundation
import MusicCore
import StreamingJSON

/// What PEFT's `adapter_config.json` says that matters to the numbers; everything else in it is passed over.
struct AdapterConfiguration: Sendable, Equatable {
    /// `LORA`, `LOKR` or `LOHA`.
    var kind = "LORA"
    var rank: Double?
    var alpha: Double?
    /// Whether the factor is α/√rank, and not α/rank.
    var isRankStabilized = false
    /// Ranks and α of single modules, in the order of the file, of which the first that fits counts.
    var rankPatterns: [(pattern: AdapterPattern, value: Double)] = []
    var alphaPatterns: [(pattern: AdapterPattern, value: Double)] = []
    /// The checkpoint that it was trained on.
    var baseModel: String?
    /// A word that the caption is to hold.
    var trigger: String?

    init() {}

    static func == (one: AdapterConfiguration, other: AdapterConfiguration) -> Bool {
        one.kind == other.kind && one.rank == other.rank && one.alpha == other.alpha
            && one.isRankStabilized == other.isRankStabilized
            && one.rankPatterns.map(\.pattern.text) == other.rankPatterns.map(\.pattern.text)
            && one.alphaPatterns.map(\.value) == other.alphaPatterns.map(\.value)
    }

    /// Kinds of PEFT that are read.
    private static let kinds: Set<String> = ["LORA", "LOKR", "LOHA"]

    /// Reads a file.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput` that names the file and the field.
    init(file: URL) throws {
        let data: Data
        do {
            data = try SystemFile.contents(of: file)
        } catch {
            throw error.error(advice: "check the adapter's folder")
        }
        guard data.count <= 1 << 24 else { throw Self.fault(file.lastPathComponent, "is far too long") }
        try self.init(json: data, label: ConfigurationFile.shortName(file))
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - prefix: of the names of its fields that count; others are left out. Diffusers writes `transformer.`.
    ///   - label: what to call it in messages.
    /// - Throws: ``MusicError`` with code `unreadableInput` that names the field.
    init(json: Data, prefix: String = "", label: String) throws {
        var configuration = AdapterConfiguration()
        do {
            try json.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                try reader.object { reader, key in
                    let name = String(decoding: key, as: UTF8.self)
                    guard name.hasPrefix(prefix) else { return try reader.skip() }
                    try configuration.read(String(name.dropFirst(prefix.count)), &reader, label)
                }
                try reader.end()
            }
        } catch let fault as JSONFault {
            throw Self.fault(label, "is not valid JSON: \(fault.reason)")
        }
        self = configuration
        guard Self.kinds.contains(kind) else {
            throw MusicError(
                .unreadableInput, "\(label) describes an adapter of the kind \(kind.prefix(40))",
                advice: "use an adapter of the kind LoRA, DoRA, LoKr or LoHa", field: "adapters")
        }
    }

    private mutating func read(_ name: String, _ reader: inout JSONReader, _ label: String) throws {
        switch name {
        case "rank_pattern": rankPatterns = try Self.patterns(&reader, name, label)
        case "alpha_pattern": alphaPatterns = try Self.patterns(&reader, name, label)
        case "peft_type": kind = try reader.value().string?.uppercased() ?? kind
        case "r": rank = try Self.number(&reader, name, label)
        case "lora_alpha", "alpha": alpha = try Self.number(&reader, name, label) ?? alpha
        case "use_rslora": isRankStabilized = try reader.value().bool ?? false
        case "base_model_name_or_path": baseModel = try reader.value().string
        case "trigger_word": trigger = try reader.value().string
        default: try reader.skip()
        }
    }

    private static func number(_ reader: inout JSONReader, _ name: String, _ label: String) throws -> Double? {
        switch try reader.value() {
        case .null: return nil
        case .number(let value) where value.isFinite: return value
        default: throw fault(label, "holds '\(name)' that is not a number")
        }
    }

    private static func patterns(
        _ reader: inout JSONReader, _ name: String, _ label: String
    ) throws -> [(pattern: AdapterPattern, value: Double)] {
        guard try reader.peek() == UInt8(ascii: "{") else {
            _ = try reader.value()
            return []
        }
        var patterns: [(pattern: AdapterPattern, value: Double)] = []
        try reader.object { reader, key in
            let pattern = try AdapterPattern(String(decoding: key, as: UTF8.self), field: name, label)
            guard let value = try number(&reader, name, label), value > 0 else {
                throw fault(label, "holds '\(name)' with a value that is not above 0")
            }
            patterns.append((pattern, value))
        }
        return patterns
    }

    private static func fault(_ label: String, _ what: String) -> MusicError {
        MusicError(
            .unreadableInput, "\(label) \(what)", advice: "copy or download the adapter again", field: "adapters")
    }

    /// α for a module: that of a pattern, or that of all.
    ///
    /// - Parameter names: what the module may be called.
    func alpha(of names: [String]) -> Double? {
        alphaPatterns.first { $0.pattern.matches(names) }?.value ?? alpha
    }

    /// The rank of a module, likewise.
    func rank(of names: [String]) -> Double? { rankPatterns.first { $0.pattern.matches(names) }?.value ?? rank }
}

/// A key of PEFT's patterns: a module's path, the end of one after a dot, or a regular expression of either.
struct AdapterPattern: Sendable {
    let text: String
    private let isLiteral: Bool

    private static let longest = 200
    /// Repetitions in one pattern, which bound the work of matching it.
    private static let mostRepetitions = 3

    /// - Throws: ``MusicError`` with code `unreadableInput` for one that is no regular expression, or too involved.
    init(_ text: String, field: String, _ label: String) throws {
        self.text = text
        isLiteral = text.allSatisfy { $0.isLetter || $0.isNumber || "._".contains($0) }
        guard !isLiteral else { return }
        let repetitions = text.filter { "*+{?".contains($0) }.count
        let repeatsGroups = zip(text, text.dropFirst()).contains { $0 == ")" && "*+{?".contains($1) }
        guard text.count <= Self.longest, repetitions <= Self.mostRepetitions, !repeatsGroups,
            (try? Regex("(?:.*\\.)?(?:\(text))")) != nil
        else {
            throw MusicError(
                .unreadableInput, "\(label) holds '\(field)' with the key '\(text.prefix(80))', which is not read",
                advice: "name the modules by their paths", field: "adapters")
        }
    }

    /// Whether it names a module, by one of its names.
    func matches(_ names: [String]) -> Bool {
        if isLiteral { return names.contains { $0 == text || $0.hasSuffix(".\(text)") } }
        guard let expression = try? Regex("(?:.*\\.)?(?:\(text))") else { return false }
        return names.contains { (try? expression.wholeMatch(in: $0)) ?? nil != nil }
    }
}
