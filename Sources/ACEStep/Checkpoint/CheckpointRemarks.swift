import Foundation
import ModelSupport
import MusicCore

/// What a checkpoint says of itself in `vivace.json`, beside its other files; published checkpoints have no such file.
struct CheckpointRemarks: Decodable {
    /// A line for the user.
    var notice: String?
    /// Whether its weights are random, so that no music is to be expected.
    private var random: Bool?
    /// The tasks it was trained for, where its variant doesn't tell.
    private var tasks: [MusicTask]?

    /// Whether its songs are to be music.
    var expectsMusic: Bool { random != true }

    /// Of lego, extract and complete those that it was trained for; `nil` leaves that to the variant.
    var trackTasks: Set<MusicTask>? { tasks.map { Set($0.filter(\.worksOnTracks)) } }

    /// Reads the file of the model's folder, or of the one above it.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`.
    static func read(_ layout: CheckpointLayout) throws -> CheckpointRemarks {
        let folders = [layout.model, layout.model.deletingLastPathComponent()]
        let files = folders.map { $0.appendingPathComponent("vivace.json") }
        guard let file = try files.first(where: SystemFile.exists) else {
            return CheckpointRemarks()
        }
        let remarks = try ConfigurationFile.decode(CheckpointRemarks.self, at: file)
        if let task = remarks.tasks?.first(where: { !MusicTask.ofACEStep.contains($0) }) {
            throw MusicError(
                .invalidCheckpoint, "vivace.json names the task \(task.rawValue)",
                advice: "it must name tasks of \(MusicTask.ofACEStep.map(\.rawValue).joined(separator: ", "))")
        }
        return remarks
    }
}
