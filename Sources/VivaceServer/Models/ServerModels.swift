import MusicCore
import MusicEngine
import MusicJobs

/// Which models requests may name, and which are there.
///
/// A name is only ever one of the catalog's, or one that the operator gave: a path or a hub id of a client's is none.
struct ServerModels: Sendable {
    private let engine: Engine
    private let settings: ServerSettings

    init(_ engine: Engine, _ settings: ServerSettings) {
        self.engine = engine
        self.settings = settings
    }

    /// The model for requests that name none.
    func defaultName() async throws -> String {
        if let model = settings.model { return model }
        return try await engine.defaultName()
    }

    /// The models that are installed, the default one first.
    func installed() async throws -> [String] { try await installed(.music) }

    /// The language models that are installed.
    func installedLanguageModels() async throws -> [String] { try await installed(.planning) }

    private func installed(_ purpose: ModelPurpose) async throws -> [String] {
        var names: [String] = []
        if purpose == .music { names.append(try await defaultName()) }
        if purpose == .planning, let name = settings.languageModel { names.append(name) }
        for model in engine.catalog.preferred(for: purpose) where !names.contains(model.name) {
            if try await engine.isInstalled(model.name) { names.append(model.name) }
        }
        return names
    }

    /// What a model was trained for; all that there is, where that can't be told.
    func tasks(of name: String) async -> [MusicTask] {
        guard let found = try? await engine.find(name), let tasks = found.family.tasks(at: found.location) else {
            return [.text2music, .repaint, .cover, "extract", "lego", "complete"]
        }
        return tasks
    }

    /// The model that a request means.
    ///
    /// - Parameters:
    ///   - name: as the request says it; what stands before a slash is the maker's.
    ///   - isLenient: whether the default one takes the place of one that isn't there.
    ///   - notices: takes what is to be said.
    /// - Throws: ``MusicError`` `modelNotFound`.
    func music(_ name: String?, isLenient: Bool = false, notices: inout [String]) async throws -> String? {
        guard let name, !name.isEmpty else { return settings.model }
        let usual = try await defaultName()
        if name == usual { return name }
        let short = name.split(separator: "/").last.map(String.init) ?? name
        if short == usual { return usual }
        for candidate in [name, short] where try await isThere(candidate, .music) {
            return engine.catalog.model(named: candidate)?.name ?? candidate
        }
        guard isLenient || settings.model != nil else {
            let names = try await installed()
            throw MusicError(
                .modelNotFound,
                "The model \(String(name.prefix(80))) is not installed on this server; it has "
                    + names.joined(separator: ", "),
                field: "model", value: String(name.prefix(80)), expected: names.joined(separator: ", "),
                suggestion: engine.catalog.model(named: short).map { .install(models: [$0.name], bytes: $0.bytes) })
        }
        notices.append("the model \(name.prefix(80)) is not installed: using \(usual)")
        return usual
    }

    /// The language model that a request means; `nil` for the one that suits.
    func planner(_ name: String?, notices: inout [String]) async throws -> String? {
        guard let name, !name.isEmpty else { return settings.languageModel }
        let short = name.split(separator: "/").last.map(String.init) ?? name
        if short == settings.languageModel { return short }
        if try await isThere(short, .planning) { return short }
        notices.append("the language model \(name.prefix(80)) is not installed: using the one that suits")
        return settings.languageModel
    }

    /// Makes a request do without a language model where the operator wants none.
    ///
    /// - Throws: ``MusicError`` `unsupported` for what nothing but a language model does.
    func leaveOutPlanner(of request: inout JobRequest) throws {
        guard settings.usesLanguageModel == false, request.kind != .codes else { return }
        guard request.kind == .generate, request.prelude == nil else {
            throw MusicError(
                .unsupported, "This server works without a language model, and songs are put into words by one",
                advice: "ask for the song itself, with caption and lyrics")
        }
        if request.planning.wish == .required || request.document["thinking"]?.truth == true {
            request.notices.append("this server works without a language model: no plan is made")
        }
        request.planning.wish = .never
    }

    private func isThere(_ name: String, _ purpose: ModelPurpose) async throws -> Bool {
        if name == engine.builtinName { return true }
        guard let known = engine.catalog.model(named: name), known.purpose == purpose else { return false }
        return try await engine.isInstalled(known.name)
    }

    /// Loads a model, and keeps it.
    func load(
        _ name: String?, with planner: String?, loadsLanguageModel: Bool, by runner: any JobRunner
    ) async throws -> [LoadedModel] {
        try await runner.load(
            LoadOrder(
                model: name ?? settings.model, loadsLanguageModel: loadsLanguageModel,
                languageModel: planner ?? settings.languageModel, options: settings.loadOptions))
    }

    /// The family of a model.
    func family(of name: String?) async throws -> any MusicFamily {
        try await engine.find(name ?? settings.model).family
    }
}
