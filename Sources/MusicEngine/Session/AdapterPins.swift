import Foundation
import MusicCore

/// The adapters of a song in its recipe: their paths as absolute ones, and the hashes of their files.
///
/// The tensor file of the first adapter is pinned as `adapters[1]`, its configuration as `adapters[1].config`.
enum AdapterPins {
    private static func name(_ index: Int) -> String { "adapters[\(index + 1)]" }

    /// The pins of a request's adapters.
    ///
    /// - Parameters:
    ///   - names: what paths are called, if not by these.
    ///   - pin: reads a file through.
    /// - Throws: ``MusicError`` `unreadableInput`.
    static func of(
        _ request: MusicRequest, names: [String: String], _ pin: (URL) throws -> FilePin
    ) throws -> [String: FilePin] {
        var pins: [String: FilePin] = [:]
        for (index, use) in request.adapters.enumerated() {
            let files = try AdapterFiles(path: use.path)
            var own = try pin(files.weights)
            own.path = names[use.path] ?? URL(fileURLWithPath: use.path).standardizedFileURL.path
            pins[name(index)] = own
            if let configuration = files.configuration {
                var own = try pin(configuration)
                own.path = configuration.lastPathComponent
                pins["\(name(index)).config"] = own
            }
        }
        return pins
    }

    /// Calls the adapters of a request as their pins do.
    static func name(_ request: inout MusicRequest, by pins: [String: FilePin]) {
        for index in request.adapters.indices {
            if let pin = pins[name(index)] { request.adapters[index].path = pin.path }
        }
    }

    /// Looks for the adapters where they were, and beside a song.
    ///
    /// - Returns: notices for those that are not what they were.
    static func find(
        _ request: inout MusicRequest, by pins: [String: FilePin], beside song: URL
    ) -> [String] {
        var notices: [String] = []
        for (index, use) in request.adapters.enumerated() {
            guard let pin = pins[name(index)] else { continue }
            let own = URL(fileURLWithPath: use.path)
            let beside = song.deletingLastPathComponent().appendingPathComponent(own.lastPathComponent)
            let found = [own, beside].filter { FileManager.default.fileExists(atPath: $0.path) }
            func isSame(_ place: URL) -> Bool {
                guard let files = try? AdapterFiles(path: place.path), pin.matches(files.weights) else { return false }
                guard let settings = pins["\(name(index)).config"] else { return true }
                return files.configuration.map(settings.matches) ?? false
            }
            let same = found.first(where: isSame)
            guard let place = same ?? found.first else { continue }
            if same == nil {
                notices.append(
                    "\(place.path) is not the adapter that this song was made with: the song will be another")
            }
            request.adapters[index].path = place.path
        }
        return notices
    }
}
