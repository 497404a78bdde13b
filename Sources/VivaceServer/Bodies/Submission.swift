import MusicCore
import MusicJobs

/// The way of a lenient body into a job.
struct Submission {
    let exchange: Exchange
    /// Whether the default model takes the place of one that isn't installed.
    var isLenient = false
    /// Songs where nothing is said of their number; `nil` takes the server's.
    var usualBatch: Int?

    /// The request of a body, with handles and installed models.
    ///
    /// - Throws: ``ServerFailure``, ``JobRefusal``, ``MusicError``.
    func request(_ fields: [String: JSONValue], _ files: [BodyForm.File] = []) async throws -> JobRequest {
        let owner = try exchange.requiredOwner()
        let models = exchange.state.models
        let family = try await models.family(of: nil)
        var reader = RestReader(fields, family: family, usualBatch: usualBatch ?? exchange.state.settings.usualBatch)
        var result = try reader.read()
        var notices: [String] = []
        result.request.model = try await models.music(result.model, isLenient: isLenient, notices: &notices)
        result.request.planning.languageModel = try await models.planner(result.languageModel, notices: &notices)
        result.request.loadOptions = exchange.state.settings.loadOptions
        result.request.notices += notices
        try models.leaveOutPlanner(of: &result.request)
        try await AudioSources(exchange: exchange, owner: owner).complete(&result, files)
        return await exchange.state.adapters.completed(result.request, of: owner)
    }
}
