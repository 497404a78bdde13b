import MusicCore
import MusicEngine
import MusicJobs

/// The body of `POST /v1/jobs`, which is read strictly: a field that isn't known is refused.
struct JobBody {
    private let body: [String: JSONValue]

    init(_ body: [String: JSONValue]) { self.body = body }

    private static let names: Set<String> = [
        "kind", "request", "prelude", "model", "lm", "planning", "audio_format", "title", "folder", "priority",
    ]

    /// The job that it asks for.
    ///
    /// - Throws: ``ServerFailure`` 422, ``MusicError``.
    func request(_ exchange: Exchange) async throws -> (JobRequest, JobPriority) {
        if let name = body.keys.filter({ !Self.names.contains($0) }).min() {
            throw ServerFailure(fields: [
                .init(
                    name: String(name.prefix(64)), message: "there is no such field; there are "
                        + Self.names.sorted().joined(separator: ", "), input: body[name] ?? .null)
            ])
        }
        let kind: JobKind = try choice("kind", usual: .generate)
        var document = try object("request") ?? [:]
        var notices: [String] = []
        let models = exchange.state.models
        let named = try text("model") ?? RequestDocument(document).model
        let model = try await models.music(named, notices: &notices)
        let given = try text("lm") ?? ["lm", "lm_model", "lm_model_path", "language_model"].lazy
            .compactMap { document[$0]?.saying }.first
        let planner = try await models.planner(given, notices: &notices)
        // What is checked above is what counts.
        for name in ["model", "model_name", "dit_model", "synth_model", "lm", "lm_model", "lm_model_path", "language_model"] {
            document[name] = nil
        }
        var request = JobRequest(
            kind, document: document, model: model, loadOptions: exchange.state.settings.loadOptions,
            audioFormat: try text("audio_format"), title: try text("title"), folder: try text("folder") ?? "",
            notices: notices)
        request.planning.languageModel = planner
        if let prelude = try object("prelude") {
            guard let name = prelude["kind"]?.saying, let kind = JobKind(rawValue: name), [.create, .format].contains(kind)
            else { throw wrong("prelude", "give kind, create or format, and request", .object(prelude)) }
            guard case .object(var inner)? = prelude["request"] else {
                throw wrong("prelude", "give a request, an object", .object(prelude))
            }
            for name in ["model", "lm", "lm_model", "lm_model_path", "language_model"] { inner[name] = nil }
            request.prelude = .init(kind, document: inner)
        }
        if let planning = try object("planning") {
            if let wish = planning["wish"]?.saying {
                guard let wish = PlanningWish(rawValue: wish) else {
                    throw wrong(
                        "planning", "wish is one of never, ifThere, required",
                        .object(planning))
                }
                request.planning.wish = wish
            }
            request.planning.tier = planning["tier"]?.saying
        }
        return (request, try choice("priority", usual: .normal))
    }

    private func wrong(_ name: String, _ message: String, _ input: JSONValue) -> ServerFailure {
        ServerFailure(fields: [.init(name: name, message: message, input: input)])
    }

    private func text(_ name: String) throws -> String? {
        switch body[name] {
        case nil, .null: return nil
        case .text(let text): return text
        case let value?: throw wrong(name, "give a text", value)
        }
    }

    private func object(_ name: String) throws -> [String: JSONValue]? {
        switch body[name] {
        case nil, .null: return nil
        case .object(let object): return object
        case let value?: throw wrong(name, "give an object", value)
        }
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, usual: Choice
    ) throws -> Choice where Choice.RawValue == String {
        guard let text = try text(name) else { return usual }
        guard let choice = Choice(rawValue: text) else {
            throw wrong(
                name, "give one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), .text(text))
        }
        return choice
    }
}
