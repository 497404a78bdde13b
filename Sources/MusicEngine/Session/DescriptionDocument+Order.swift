import Foundation
public import MusicCore

extension DescriptionDocument {
    /// What is known of the song, as a language model has it.
    ///
    /// - Parameter family: its fields say what the values must be.
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field and what it must be.
    public func metadata(for family: any MusicFamily) throws -> SongMetadata {
        let fields = family.fields + MusicRequest.fields.descriptions
        var values: [String: JSONValue] = [:]
        for (name, value) in known {
            guard let field = fields.first(where: { $0.name == name }) else { continue }
            values[name] = try field.normalized(value)
        }
        let language = values["vocal_language"]?.plainText
        return SongMetadata(
            bpm: values["bpm"].flatMap { Int(json: $0) },
            duration: values["duration"]?.numberValue.flatMap { $0 > 0 ? Int($0) : nil },
            keyScale: values["keyscale"]?.plainText, language: language == "unknown" ? nil : language,
            timeSignature: values["timesignature"]?.plainText)
    }

    /// How tokens are drawn: what the document says on top of the usual, with all tokens to draw from.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` that names the field and what it must be.
    public func plannerSampling() throws -> PlannerSampling {
        var sampling = PlannerSampling()
        sampling.topP = 0
        try PlannerSampling.fields.read(self.sampling, into: &sampling)
        return sampling
    }
}
