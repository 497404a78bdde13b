import Foundation
import MusicCore

/// Tracks in the sentence that names a task, such as `Extract the bass track from the audio:`.
///
/// Models were trained with one wording, with tracks in capitals; a sentence that says the same is brought to it.
enum TrackSentence {
    /// What a sentence says.
    enum Reading: Equatable {
        /// These tracks, in the form that sentences of the task have.
        case tracks([Track])
        /// The task's form without a track.
        case noTrack
        /// Another sentence, that has names of tracks among its words.
        case mentioned
        /// Another sentence.
        case other
    }

    /// Reads a sentence.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for one that has the task's form and names a track which
    ///   there isn't.
    static func read(_ sentence: String, task: MusicTask) throws -> Reading {
        let plain = sentence.trimmingCharacters(in: .whitespacesAndNewlines.union([":", "."])).lowercased()
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !plain.isEmpty else { return .other }
        if generic.contains(plain) { return .noTrack }
        if let names = names(in: plain, task) {
            let tracks = try names.map { try Track(named: $0) }
            return .tracks(tracks)
        }
        let words = plain.split { !$0.isLetter && $0 != "_" }.map(String.init)
        let spoken = words + zip(words, words.dropFirst()).map { "\($0) \($1)" }
        return spoken.contains { (try? Track(named: $0)) != nil } ? .mentioned : .other
    }

    /// The sentences of the tasks without a track, in small letters and without their colon.
    private static let generic: Set<String> = [
        "extract the track from the audio", "generate the track based on the audio context",
        "complete the input track",
    ]

    /// The names of a sentence that has the task's form.
    private static func names(in plain: String, _ task: MusicTask) -> [String]? {
        switch task {
        case .extract:
            let form =
                #/
                (?:please\ )? (?:extract|isolate|separate)\ (?:the\ |an?\ )? (.+?)\ (?:track|stem|part)s?
                (?:\ (?:from|of|out\ of)\ .+)?
                /#
            return plain.wholeMatch(of: form).map { [String($0.output.1)] }
        case .lego:
            let form =
                #/
                (?:please\ )? (?:generate|add|create|make)\ (?:the\ |an?\ )? (.+?)\ (?:track|stem|part)
                (?:\ (?:based\ on|for|to|from)\ .+)?
                /#
            return plain.wholeMatch(of: form).map { [String($0.output.1)] }
        case .complete:
            let form = /(?:please )?complete (?:the |this )?(?:input )?(?:track|audio|song) with (?:the )?(.+)/
            return plain.wholeMatch(of: form).map { match in
                match.output.1.replacing(" and ", with: ",").replacing(" & ", with: ",")
                    .split { ",|+;/".contains($0) }
                    .map { name in
                        var name = name.trimmingCharacters(in: .whitespaces)
                        for ending in [" tracks", " track"] where name.hasSuffix(ending) {
                            name.removeLast(ending.count)
                        }
                        for article in ["and ", "the ", "a "] where name.hasPrefix(article) {
                            name.removeFirst(article.count)
                        }
                        return name
                    }
                    .filter { !$0.isEmpty }
            }
        default: return nil
        }
    }
}

extension ACEStepRequest {
    /// Takes tracks out of the task's sentence, where it has the form of the trained one; the trained one then stands in
    /// its place.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for a track which there isn't, or other ones than the
    ///   request's.
    mutating func readTracks() throws {
        guard self.task.worksOnTracks, let sentence = self.instruction,
            case .tracks(let named) = try TrackSentence.read(sentence, task: self.task)
        else { return }
        guard self.tracks.isEmpty || self.tracks == named else {
            let names = { (tracks: [Track]) in tracks.map(\.rawValue).joined(separator: ", ") }
            throw MusicError(
                .invalidRequest,
                "The instruction names \(names(named)), and the request's tracks are \(names(self.tracks))",
                advice: "name the tracks once", field: "instruction")
        }
        self.tracks = named
        self.instruction = nil
    }

    /// Whether the task's sentence is enough to know the track: it names one in words of its own, or it is the trained
    /// one without a track, spelled out.
    var sentenceStandsAlone: Bool {
        guard let sentence = self.instruction else { return false }
        return [.noTrack, .mentioned].contains(try? TrackSentence.read(sentence, task: self.task))
    }
}
