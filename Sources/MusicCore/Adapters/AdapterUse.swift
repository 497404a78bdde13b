import Foundation

/// A part of a network that adapters can be given a strength of its own for.
public enum AdapterGroup: String, Sendable, CaseIterable, Codable {
    case selfAttention = "self_attn"
    case crossAttention = "cross_attn"
    /// The feed-forward layers.
    case mlp
    /// Everything else: the embeddings of condition and flow time, and the projections at the ends.
    case other

    /// Reads a name, also with hyphens: `self-attn`.
    public init?(named name: String) {
        self.init(rawValue: name.trimmingCharacters(in: .whitespaces).lowercased().replacing("-", with: "_"))
    }
}

/// An adapter that a song is made with, and how strongly.
public struct AdapterUse: Sendable, Hashable {
    /// The folder or the file of the adapter; a server knows it by the name that it has there.
    public var path: String
    /// Its strength: 0 is as without it, 1 as it was trained; any finite number, also below 0.
    public var scale: Double
    /// Factors on the strength for parts of the network; 1 where nothing is said.
    public var groups: [AdapterGroup: Double]

    /// Most adapters of one song.
    public static let limit = 16

    public init(_ path: String, scale: Double = 1, groups: [AdapterGroup: Double] = [:]) {
        self.path = path
        self.scale = scale
        self.groups = groups
    }

    /// The strength for a part of the network.
    public func scale(for group: AdapterGroup) -> Double { scale * (groups[group] ?? 1) }

    /// Whether it changes nothing.
    public var isWithoutEffect: Bool { AdapterGroup.allCases.allSatisfy { scale(for: $0) == 0 } }

    /// The form `PATH[:scale][,group=factor...]`, without what is as usual.
    public var text: String {
        let factors = AdapterGroup.allCases.compactMap { group in
            groups[group].map { "\(group.rawValue)=\($0.plainText)" }
        }
        guard scale != 1 || !factors.isEmpty else { return path }
        return path + ":" + ([scale.plainText] + factors).joined(separator: ",")
    }

    /// Reads the form `PATH[:scale][,group=factor...]`: `voice.safetensors:0.8,mlp=0.5`.
    ///
    /// What stands behind the last colon belongs to the path unless it is a number or names groups.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public init(text: String) throws {
        self.init(text)
        if let colon = text.lastIndex(of: ":"), try read(text[text.index(after: colon)...]) {
            path = String(text[..<colon])
        }
        try check()
    }

    /// Reads `scale,group=factor...`.
    ///
    /// - Returns: whether the text is of that form.
    private mutating func read(_ text: Substring) throws -> Bool {
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        guard items.allSatisfy({ $0.contains("=") || Double($0.trimmingCharacters(in: .whitespaces)) != nil }) else {
            return false
        }
        for (index, item) in items.enumerated() {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            let number = Double(parts[parts.count - 1].trimmingCharacters(in: .whitespaces))
            switch parts.count {
            case 1 where index == 0: scale = number ?? .nan
            case 2:
                guard let number else {
                    throw Self.fault("'\(item)' is no factor of a group", value: String(item))
                }
                try set(String(parts[0]), number)
            default: throw Self.fault("'\(item)' is neither a strength nor the factor of a group", value: String(item))
            }
        }
        return true
    }

    private mutating func set(_ name: String, _ factor: Double) throws {
        guard let group = AdapterGroup(named: name) else {
            throw Self.fault("An adapter has no group '\(name.prefix(64))'", value: name)
        }
        groups[group] = factor
    }

    /// Makes sure of a path, and of numbers that are finite.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func check() throws {
        guard !path.allSatisfy(\.isWhitespace), !path.contains("\0") else {
            throw Self.fault("An adapter has no path", value: path)
        }
        for number in [scale] + AdapterGroup.allCases.map({ scale(for: $0) }) where !Float(number).isFinite {
            throw Self.fault(
                "The strength of the adapter '\(path.prefix(200))' is \(scale.plainText)", value: scale.plainText)
        }
    }

    /// What a field of adapters must be.
    static let expected =
        "adapters as PATH[:scale][,group=factor], such as voice:0.8,mlp=0.5; groups are "
        + AdapterGroup.allCases.map(\.rawValue).joined(separator: ", ")

    private static func fault(_ message: String, value: String) -> MusicError {
        MusicError(
            .invalidRequest, message, advice: "give \(expected)", field: "adapters", value: String(value.prefix(200)),
            expected: expected)
    }
}

extension AdapterUse {
    /// Reads an adapter as a document has it: a text, or an object with `path`, `scale` and `groups`.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    init(document: JSONValue) throws {
        switch document {
        case .text(let text): try self.init(text: text)
        case .object(let fields):
            self.init("")
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) where value != .null {
                switch name {
                case "path", "name", "adapter": path = value.plainText
                case "scale", "strength", "weight": scale = value.numberValue ?? Double(value.plainText) ?? .nan
                case "groups", "group_scales":
                    guard case .object(let factors) = value else {
                        throw Self.fault("The groups of an adapter are \(value.described)", value: value.plainText)
                    }
                    for (group, factor) in factors {
                        try set(group, factor.numberValue ?? Double(factor.plainText) ?? .nan)
                    }
                default:
                    throw MusicError.unknownField(name, among: ["path", "scale", "groups"], of: "An adapter")
                }
            }
            try check()
        default: throw Self.fault("An adapter is \(document.described)", value: document.plainText)
        }
    }

    /// The adapters of a field.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public static func list(_ json: JSONValue) throws -> [AdapterUse] {
        let items: [JSONValue] = if case .list(let list) = json { list } else { json == "" ? [] : [json] }
        guard items.count <= limit else {
            throw fault("There are \(items.count) adapters, and at most \(limit) can be used at once", value: "")
        }
        return try items.map { try AdapterUse(document: $0) }
    }

    /// As a document has it.
    public var document: JSONValue {
        var fields: [String: JSONValue] = ["path": .text(path), "scale": .number(scale)]
        if !groups.isEmpty {
            fields["groups"] = .object(
                Dictionary(uniqueKeysWithValues: groups.map { ($0.key.rawValue, .number($0.value)) }))
        }
        return .object(fields)
    }
}
