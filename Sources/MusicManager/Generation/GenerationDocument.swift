public import Foundation
public import MusicCore

/// A request as a JSON document: the fields of ``GenerationParams`` and of ``GenerationConfig`` side by side, or as
/// two objects named `params` and `config`.
public struct GenerationDocument: Sendable, Equatable {
    public var params: GenerationParams
    public var config: GenerationConfig
    /// What the user should know of the document.
    public var notices: [String] = []

    /// Reads a document.
    ///
    /// A document that says nothing of `batch_size` asks for one song; one with a seed, or seeds, that says nothing of
    /// `use_random_seed` wants them used.
    ///
    /// - Throws: ``MusicCore/MusicError`` with code `invalidRequest` that names the field; for unknown fields, the
    ///   nearest known one too.
    public init(json: Data) throws {
        let parsed: Document
        do {
            parsed = try JSONDecoder().decode(Document.self, from: json)
        } catch let error as DecodingError {
            throw Self.readable(error)
        }
        params = parsed.params
        config = parsed.config
        notices = parsed.notices
    }

    public func request() throws -> (MusicRequest, notices: [String]) {
        let (request, more) = try params.request(config)
        return (request, notices + more)
    }

    private struct Document: Decodable {
        var params = GenerationParams()
        var config = GenerationConfig()
        var notices: [String] = []

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: FieldName.self)
            let names = values.allKeys.map(\.stringValue)
            let nested = ["params", "config"]
            if names.contains(where: nested.contains) {
                try Field<Self>.requireKnown(names, among: nested, of: "A request with params and config")
                if names.contains("params") {
                    try read(params: try values.nestedContainer(keyedBy: FieldName.self, forKey: FieldName("params")))
                }
                let inner =
                    try names.contains("config")
                    ? values.nestedContainer(keyedBy: FieldName.self, forKey: FieldName("config")) : nil
                if let inner {
                    try Field<Self>.requireKnown(
                        inner.allKeys.map(\.stringValue), among: GenerationConfig.fields.map(\.name), of: "config")
                    for field in GenerationConfig.fields { try field.read(into: &config, from: inner) }
                }
                complete(inner.map { $0.allKeys.map(\.stringValue) } ?? [])
            } else {
                try read(params: values, others: GenerationConfig.fields.map(\.name))
                for field in GenerationConfig.fields { try field.read(into: &config, from: values) }
                complete(names)
            }
        }

        private mutating func read(params values: KeyedDecodingContainer<FieldName>, others: [String] = []) throws {
            let known = GenerationParams.fields.map(\.name) + others
            try Field<Self>.requireKnown(
                values.allKeys.map(\.stringValue), among: known + LaterFields.names, of: "A request")
            for field in GenerationParams.fields { try field.read(into: &params, from: values) }
            let later = try LaterFields.check(values)
            if later.usesHeun, params.inferMethod == .euler { params.inferMethod = .heun }
            if later.remakesSource, !values.contains(FieldName("keep_source")) { params.keepSource = false }
            notices = later.notices
        }

        private mutating func complete(_ configNames: [String]) {
            if !configNames.contains("batch_size") {
                config.batchSize = min(8, max(1, config.seeds?.values.count ?? 1))
            }
            if !configNames.contains("use_random_seed") { config.useRandomSeed = false }
        }
    }

    private static func readable(_ error: DecodingError) -> MusicError {
        let context: DecodingError.Context?
        let problem: String
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found):
            (context, problem) = (found, "has a value of another kind than expected")
        case .dataCorrupted(let found):
            (context, problem) = (found, "has a value that is not known")
        @unknown default:
            (context, problem) = (nil, "")
        }
        guard let path = context?.codingPath, !path.isEmpty else {
            return MusicError(
                .invalidRequest, "The request is no JSON object", advice: "write it as {\"caption\": \"...\", ...}")
        }
        return MusicError(
            .invalidRequest, "The field \(path.map(\.stringValue).joined(separator: ".")) \(problem)",
            advice: "see docs/tasks.md for the fields")
    }
}
