import ModelHub
import MusicCore
import MusicEngine
import MusicJobs

/// The body of `POST /v1/jobs`, which is read strictly: a field that isn't known is refused.
struct JobBody {
    private let body: StrictBody

    /// - Throws: ``ServerFailure`` 422.
    init(_ fields: [String: JSONValue]) throws { body = try StrictBody(fields, names: Self.names) }

    static let names: Set<String> = [
        "kind", "request", "prelude", "model", "lm", "planning", "audio_format", "title", "folder", "priority",
        "callback_url", "parts", "adapters",
    ]

    /// Fields of a request that name models, as well as the job itself does.
    private static let modelNames = ["model", "model_name", "dit_model", "synth_model"]
    private static let plannerNames = ["lm", "lm_model", "lm_model_path", "language_model"]

    /// The job that it asks for.
    ///
    /// - Throws: ``ServerFailure`` 422, ``MusicError``.
    func request(_ exchange: Exchange) async throws -> (JobRequest, JobPriority) {
        let kind: JobKind = try body.choice("kind", usual: .generate)
        var document = try body.object("request") ?? [:]
        var notices: [String] = []
        let models = exchange.state.models
        let named = try body.text("model") ?? RequestDocument(document).model
        let model = try await models.music(named, notices: &notices)
        let given = try body.text("lm") ?? Self.plannerNames.lazy.compactMap { document[$0]?.saying }.first
        let planner = try await models.planner(given, notices: &notices)
        if let adapters = body.fields["adapters"], adapters != .null {
            guard document["adapters"] == nil else {
                throw StrictBody.wrong("adapters", "give them here or in the request, and not in both", adapters)
            }
            document["adapters"] = adapters
        }
        // What is checked above is what counts.
        for name in Self.modelNames + Self.plannerNames { document[name] = nil }
        var request = JobRequest(
            kind, document: document, model: model, loadOptions: exchange.state.settings.loadOptions,
            audioFormat: try body.text("audio_format"), title: try body.text("title"),
            folder: try body.text("folder") ?? "", notices: notices)
        request.planning.languageModel = planner
        request.prelude = try prelude()
        if let planning = try body.object("planning") {
            let planning = try StrictBody(planning, names: ["wish", "tier"])
            if try planning.text("wish") != nil { request.planning.wish = try planning.choice("wish", usual: .ifThere) }
            request.planning.tier = try planning.text("tier")
        }
        request.givesParts = try body.flag("parts")
        try models.leaveOutPlanner(of: &request)
        if let callback = try body.text("callback_url") {
            let address = try CallbackAddress(callback, hosts: exchange.state.settings.webhooks.hosts)
            request.callback = address.url.text
        }
        request = try await exchange.state.adapters.completed(request, of: exchange.requiredOwner())
        return (request, try body.choice("priority", usual: .normal))
    }

    private func prelude() throws -> JobRequest.Prelude? {
        guard let fields = try body.object("prelude") else { return nil }
        let prelude = try StrictBody(fields, names: ["kind", "request"])
        let kind: JobKind = try prelude.choice("kind", usual: .create)
        guard [.create, .format].contains(kind), var inner = try prelude.object("request") else {
            throw StrictBody.wrong("prelude", "give kind, create or format, and request, an object", .object(fields))
        }
        for name in ["model"] + Self.plannerNames { inner[name] = nil }
        return JobRequest.Prelude(kind, document: inner)
    }
}
