/// What a user may do about an error, as data that a face puts into its own words.
///
/// In JSON it is an object whose `action` names the case: `{"action": "set", "field": "dtype", "value": "bf16"}`.
public indirect enum Suggestion: Sendable, Equatable {
    /// Give a field of the request this value; `true` and `false` switch it on and off.
    case set(field: String, to: String)
    /// Give a field of the request, which it needs.
    case give(field: String)
    /// Leave a field out of the request.
    case leaveOut(field: String)
    /// Give a field of the request one of these values.
    case choose(field: String, among: [String])
    /// Names near the one that was given, nearest first.
    case didYouMean([String])
    /// Install models, by short name or hub id; with the approximate bytes of the download.
    case install(models: [String], bytes: Int64? = nil)
    /// Compare the files of a model with what the hub recorded, and download anew what is damaged.
    case verify(model: String)
    /// Look at the list of models.
    case listModels
    /// Do one of these, the best first.
    case anyOf([Suggestion])
}

extension Suggestion: Codable {
    private enum CodingKeys: String, CodingKey {
        case action, field, value, choices, models, bytes, suggestions
    }

    private enum Action: String, Codable {
        case set, give
        case leaveOut = "leave_out"
        case choose
        case didYouMean = "did_you_mean"
        case install, verify
        case listModels = "list_models"
        case anyOf = "any_of"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .set(let field, let value):
            try container.encode(Action.set, forKey: .action)
            try container.encode(field, forKey: .field)
            try container.encode(value, forKey: .value)
        case .give(let field):
            try container.encode(Action.give, forKey: .action)
            try container.encode(field, forKey: .field)
        case .leaveOut(let field):
            try container.encode(Action.leaveOut, forKey: .action)
            try container.encode(field, forKey: .field)
        case .choose(let field, let choices):
            try container.encode(Action.choose, forKey: .action)
            try container.encode(field, forKey: .field)
            try container.encode(choices, forKey: .choices)
        case .didYouMean(let choices):
            try container.encode(Action.didYouMean, forKey: .action)
            try container.encode(choices, forKey: .choices)
        case .install(let models, let bytes):
            try container.encode(Action.install, forKey: .action)
            try container.encode(models, forKey: .models)
            try container.encodeIfPresent(bytes, forKey: .bytes)
        case .verify(let model):
            try container.encode(Action.verify, forKey: .action)
            try container.encode([model], forKey: .models)
        case .listModels:
            try container.encode(Action.listModels, forKey: .action)
        case .anyOf(let suggestions):
            try container.encode(Action.anyOf, forKey: .action)
            try container.encode(suggestions, forKey: .suggestions)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func field() throws -> String { try container.decode(String.self, forKey: .field) }
        func models() throws -> [String] { try container.decode([String].self, forKey: .models) }
        switch try container.decode(Action.self, forKey: .action) {
        case .set: self = .set(field: try field(), to: try container.decode(String.self, forKey: .value))
        case .give: self = .give(field: try field())
        case .leaveOut: self = .leaveOut(field: try field())
        case .choose:
            self = .choose(field: try field(), among: try container.decode([String].self, forKey: .choices))
        case .didYouMean: self = .didYouMean(try container.decode([String].self, forKey: .choices))
        case .install:
            self = .install(
                models: try models(), bytes: try container.decodeIfPresent(Int64.self, forKey: .bytes))
        case .verify:
            guard let model = try models().first else {
                throw DecodingError.dataCorruptedError(
                    forKey: .models, in: container, debugDescription: "models must name one model")
            }
            self = .verify(model: model)
        case .listModels: self = .listModels
        case .anyOf: self = .anyOf(try container.decode([Suggestion].self, forKey: .suggestions))
        }
    }
}
