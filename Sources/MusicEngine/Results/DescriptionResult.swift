import Foundation
public import MusicCore

/// What a language model says of codes; the name of ACE-Step's result.
public typealias UnderstandResult = DescriptionResult

/// What a language model makes of an idea; the name of ACE-Step's result.
public typealias CreateSampleResult = DescriptionResult

/// What a language model makes of a draft; the name of ACE-Step's result.
public typealias FormatSampleResult = DescriptionResult

/// A song in words, or why there are none, with the field names of ACE-Step's `UnderstandResult`, `CreateSampleResult`
/// and `FormatSampleResult`.
public struct DescriptionResult: Sendable, Equatable, Encodable {
    public var caption: String
    public var lyrics: String
    /// Beats per minute; `nil` if it isn't known.
    public var bpm: Int?
    /// Seconds; `nil` if it isn't known.
    public var duration: Double?
    /// Such as `F# minor`; empty if it isn't known.
    public var keyscale: String
    /// Language code of the lyrics; empty if it isn't known.
    public var language: String
    /// Beats per bar; empty if it isn't known.
    public var timesignature: String
    /// Empty if they aren't known.
    public var genres: String
    /// Whether the song is without vocals.
    public var instrumental: Bool
    public var statusMessage: String
    public var success: Bool
    /// What went wrong; `nil` after success.
    public var error: String?
    /// What the user should know of how it was made; not among the reference's fields, and not encoded.
    public var notices: [String] = []

    private enum CodingKeys: String, CodingKey {
        case caption, lyrics, bpm, duration, keyscale, language, timesignature, genres, instrumental
        case statusMessage = "status_message"
        case success, error
    }

    /// After success.
    ///
    /// - Parameters:
    ///   - description: of the language model.
    ///   - status: a sentence for people.
    public init(_ description: SongDescription, status: String) {
        let metadata = description.metadata
        caption = metadata.caption ?? ""
        lyrics = description.lyrics
        bpm = metadata.bpm
        duration = metadata.duration.map(Double.init)
        keyscale = metadata.keyScale ?? ""
        language = metadata.language ?? ""
        timesignature = metadata.timeSignature ?? ""
        genres = metadata.genres ?? ""
        instrumental = description.instrumental
        notices = description.notices
        statusMessage = status
        success = true
    }

    /// After a failure.
    public init(failure: any Error) {
        let text = (failure as? MusicError)?.description ?? "\(failure)"
        self.init(
            SongDescription(metadata: SongMetadata(), lyrics: "", instrumental: false), status: "Error: \(text)")
        success = false
        error = text
    }

    /// Where there is no language model, in the reference's words.
    public static var withoutLanguageModel: DescriptionResult {
        DescriptionResult(failure: MusicError(.modelNotFound, "LLM not initialized"))
    }

    /// Writes `null` for what is not known.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(caption, forKey: .caption)
        try values.encode(lyrics, forKey: .lyrics)
        try values.encode(bpm, forKey: .bpm)
        try values.encode(duration, forKey: .duration)
        try values.encode(keyscale, forKey: .keyscale)
        try values.encode(language, forKey: .language)
        try values.encode(timesignature, forKey: .timesignature)
        try values.encode(genres, forKey: .genres)
        try values.encode(instrumental, forKey: .instrumental)
        try values.encode(statusMessage, forKey: .statusMessage)
        try values.encode(success, forKey: .success)
        try values.encode(error, forKey: .error)
    }
}

extension DescriptionResult {
    /// The description as a document that asks a family for the song.
    ///
    /// - Parameter family: fields that it lacks are left out.
    public func document(for family: any MusicFamily) -> RequestDocument {
        let own: [String: JSONValue] = [
            "lyrics": instrumental ? "" : .text(lyrics), "instrumental": .flag(instrumental),
            "vocal_language": .text(language.isEmpty ? "unknown" : language), "bpm": bpm.json,
            "keyscale": .text(keyscale), "timesignature": .text(timesignature),
        ]
        let known = Set(family.fields.map(\.name))
        var object = own.filter { known.contains($0.key) }
        object["caption"] = .text(caption)
        object["duration"] = duration.json
        return RequestDocument(object)
    }
}
