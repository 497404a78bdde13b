import MusicCore

/// The sentences that name a task in the prompt, in the wording with which the models were trained.
package enum TaskInstruction {
    /// That of text2music.
    package static let text2music = "Fill the audio semantic mask based on the given conditions:"

    /// The sentence for a request: its own if it has one, else that of its task and tracks.
    package static func sentence(for request: ACEStepRequest) -> String {
        if let own = request.instruction, !own.allSatisfy(\.isWhitespace) { return own }
        let tracks = request.tracks.map { $0.rawValue.uppercased() }
        switch request.task {
        case .cover:
            return cover
        case .repaint:
            return "Repaint the mask area based on the given conditions:"
        case .extract:
            return tracks.first.map { "Extract the \($0) track from the audio:" } ?? "Extract the track from the audio:"
        case .lego:
            return tracks.first.map { "Generate the \($0) track based on the audio context:" }
                ?? "Generate the track based on the audio context:"
        case .complete:
            return tracks.isEmpty
                ? "Complete the input track:" : "Complete the input track with \(tracks.joined(separator: " | ")):"
        default:
            // Codes are followed as the source of a cover is.
            return request.audioCodes == nil ? text2music : cover
        }
    }

    private static let cover = "Generate audio semantic tokens based on the given conditions:"
}
