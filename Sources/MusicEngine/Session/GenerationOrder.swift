public import Foundation
public import MusicCore

/// Everything that a generation needs to be told.
public struct GenerationOrder: Sendable {
    /// Name of the model; `nil` takes the default one.
    public var model: String?
    /// How it is loaded.
    public var loadOptions: LoadOptions
    public var request: MusicRequest
    /// Which language model plans first.
    public var planning: PlannerChoice
    /// Where the songs are written; `nil` keeps them in memory alone.
    public var output: OutputPlan?
    /// Where the final latents are written, as `.safetensors` or `.npy`; with several songs, the next free numbers are
    /// put before the extension.
    public var latents: URL?
    /// Which events to report beside those that are always reported.
    public var details: MusicDetails
    /// Several takes, of which the best are kept; `nil` makes the songs of the request alone.
    public var bestOf: BestOf?
    /// Looks at each denoising step, and decides how its song goes on; `nil` lets all songs go on.
    public var onStepEnd: StepCallback?
    /// What is to be said before the work.
    public var notices: [String]
    /// What files that the request names are called in recipes, by their paths; others by their absolute path.
    public var inputNames: [String: String] = [:]

    public init(
        model: String? = nil, loadOptions: LoadOptions = LoadOptions(), request: MusicRequest,
        planning: PlannerChoice = .never, output: OutputPlan? = nil, latents: URL? = nil, details: MusicDetails = [],
        notices: [String] = []
    ) {
        self.model = model
        self.loadOptions = loadOptions
        self.request = request
        self.planning = planning
        self.output = output
        self.latents = latents
        self.details = details
        self.notices = notices
    }
}

extension GenerationOrder {
    /// Whether the song is written in place of a file that it is made from.
    var replacesInput: Bool {
        guard let output, let file = output.namedFile, output.replacesFile, request.batchSize == 1 else { return false }
        let source = request.usesSource ? request.source : nil
        return [source, request.reference].compactMap { $0?.path }.contains { path in
            !path.isEmpty && Self.place(URL(fileURLWithPath: path)) == Self.place(file)
        }
    }

    private static func place(_ file: URL) -> String { file.standardizedFileURL.resolvingSymlinksInPath().path }

    /// What was asked for, as ``MusicFamily/parameters(of:plan:)`` has it: nothing is filled in, and nothing was
    /// planned.
    public func requestedParameters(of family: any MusicFamily) -> [String: JSONValue] {
        var options = planning.options
        if planning.wish == .never { options.writesCodes = false }
        // Texts as the user spelled them.
        return family.parameters(of: request, plan: nil).merging(request.options) { _, own in own }
            .merging(PlanningOptions.fields.object(of: options)) { _, asked in asked }
    }
}
