import Foundation
import MusicCore

/// Where a language model lies: in a folder of its own, or beside the models that it plans for.
package enum PlannerFolder {
    /// The folder of the language model at a location, if there is one: the location itself, or the one that it names,
    /// or the one to take of those that it holds.
    package static func find(_ location: ModelLocation) -> URL? {
        let directory = FolderView(location.directory)
        if isPlanner(directory) { return location.directory }
        let named = location.components.sorted { $0.key < $1.key }.map { FolderView($0.value) }.filter(isPlanner)
        if let planner = ACEStepFolders.usualPlanner(of: named) { return planner.url }
        guard case .model(let found) = ACEStepFolders.recognise(directory) else { return nil }
        return found.directory(of: .languageModel)
    }

    private static func isPlanner(_ folder: FolderView) -> Bool { ACEStepFolders.role(of: folder) == .languageModel }
}
