import Foundation
import MusicCore

/// What `vivace understand`, `create` and `format` print: the fields of the reference's results.
struct DescriptionReport: Encodable {
    var caption: String
    var lyrics: String
    var bpm: Int?
    var duration: Double?
    var keyscale: String
    var language: String
    var timesignature: String
    var genres: String
    var instrumental: Bool
    var statusMessage: String
    var success: Bool
    var error: String?

    enum CodingKeys: String, CodingKey {
        case caption, lyrics, bpm, duration, keyscale, language, timesignature, genres, instrumental
        case statusMessage = "status_message"
        case success, error
    }

    init(_ description: SongDescription, status: String) {
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
        statusMessage = status
        success = true
    }

    /// After a failure.
    init(failure: any Error) {
        let text = (failure as? MusicError)?.description ?? "\(failure)"
        self.init(
            SongDescription(metadata: SongMetadata(), lyrics: "", instrumental: false), status: "Error: \(text)")
        success = false
        error = text
    }

    /// `null` for what is not known.
    func encode(to encoder: any Encoder) throws {
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

    /// Line by line, the lyrics last.
    var lines: [String] {
        let fields: [(String, String)] = [
            ("caption", caption), ("bpm", bpm.map(String.init) ?? ""),
            ("duration", duration.map { "\(Int($0)) s" } ?? ""), ("key", keyscale), ("metre", timesignature),
            ("language", language), ("genres", genres),
        ]
        let known = fields.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }
        return known + (lyrics.isEmpty ? [] : ["", lyrics])
    }

    /// Prints the description, as JSON or as lines, or the failure as JSON before it is thrown on.
    static func show(
        json: Bool, status: String, _ work: () async throws -> SongDescription
    ) async throws -> SongDescription {
        do {
            let description = try await work()
            let report = DescriptionReport(description, status: status)
            if json {
                Terminal.output(try GenerationReport.json(of: report))
            } else {
                report.lines.forEach(Terminal.output)
            }
            return description
        } catch {
            if json { Terminal.output(try GenerationReport.json(of: DescriptionReport(failure: error))) }
            throw error
        }
    }
}
