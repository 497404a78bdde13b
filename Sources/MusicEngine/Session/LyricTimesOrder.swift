import AudioFile
import Foundation
public import MusicCore

/// When the lyrics of a song that exists are sung.
public struct LyricTimesOrder: Sendable {
    /// The song.
    public var file: String
    /// Name of the model; `nil` takes the recipe's, or the default one.
    public var model: String?
    public var loadOptions: LoadOptions
    /// What takes the place of what the recipe says, or of nothing where there is no recipe: `lyrics`,
    /// `vocal_language`, `caption`.
    public var given: [String: JSONValue]

    public init(
        file: String, model: String? = nil, loadOptions: LoadOptions = LoadOptions(), given: [String: JSONValue] = [:]
    ) {
        self.file = file
        self.model = model
        self.loadOptions = loadOptions
        self.given = given
    }
}

extension Engine {
    /// Finds out when the lyrics of a song are sung.
    ///
    /// What the model attended to when it made the song is made again from the recipe in the song's file. A song
    /// without a recipe needs its lyrics.
    ///
    /// - Returns: the times, the model's name, and what the user should know.
    /// - Throws: ``MusicError``; `invalidRequest` if there are no lyrics, `unsupported` if the model can't tell.
    public func lyricTimes(
        _ order: LyricTimesOrder
    ) async throws -> (lyrics: TimedLyrics, model: String, notices: [String]) {
        let song = URL(fileURLWithPath: order.file)
        try AudioInputs.checkSource(order.file)
        let recipe = try AudioFile.readTags(song).recipe == nil ? nil : try Recipe(file: song)
        guard recipe != nil || order.given["lyrics"] != nil else {
            throw MusicError(
                .invalidRequest, "\(order.file) holds no recipe, and its lyrics aren't given", field: "lyrics",
                suggestion: .give(field: "lyrics"))
        }
        let found = try await find(order.model ?? recipe?.model)
        var notices: [String] = []
        var request = MusicRequest()
        if let recipe {
            let isOwn = order.model == nil
            (request, notices) = recipe.repeated(beside: song, model: isOwn ? found.location : nil)
        }
        try request.read(order.given)
        _ = try found.family.validate(request)
        let lease = try await model(found, options: order.loadOptions)
        let info = lease.model.info
        let audio = try AudioInputs.read(
            AudioInput(path: order.file), sampleRate: info.sampleRate, channels: info.channelCount,
            limit: RequestLimits.sourceDuration)
        if recipe == nil { request.duration = audio.audio?.duration }
        let loaded = try AudioInputs.read(
            request, sampleRate: info.sampleRate, channels: info.channelCount)
        let (lyrics, remarks) = try await lease.model.lyricTimes(of: audio, request: loaded)
        await lease.release()
        return (lyrics, found.name, notices + remarks)
    }
}
