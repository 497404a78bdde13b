public import Foundation
import MusicCore

/// What lies beside the program on disk.
public enum Installation {
    /// The folder of the built-in model: what `VIVACE_BUILTIN_MODEL` names, else `share/vivace/builtin` beside the
    /// program or one folder up, else `Models/builtin` in a source tree that holds the program.
    ///
    /// - Throws: ``MusicError`` `modelNotFound` if it is in none of these places, or what ``SystemFault`` makes of one
    ///   that can't be read.
    public static func builtinModel(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> URL {
        if let path = environment["VIVACE_BUILTIN_MODEL"], !path.isEmpty { return URL(fileURLWithPath: path) }
        guard let program = programFolder() else {
            throw MusicError(
                .modelNotFound, "the program can't tell where it is installed",
                advice: "set VIVACE_BUILTIN_MODEL to the folder of the built-in model")
        }
        var candidates = [
            program.appendingPathComponent("share/vivace/builtin"),
            program.deletingLastPathComponent().appendingPathComponent("share/vivace/builtin"),
        ]
        var folder = program
        for _ in 0..<5 {
            candidates.append(folder.appendingPathComponent("Models/builtin"))
            folder.deleteLastPathComponent()
        }
        let views = candidates.map(FolderView.init)
        guard let found = views.first(where: \.exists) else {
            if let obstacle = views.lazy.compactMap(\.obstacle).first { throw obstacle.error() }
            throw MusicError(
                .modelNotFound, "the built-in model is not beside the program in \(program.path)",
                advice: "set VIVACE_BUILTIN_MODEL to its folder", suggestion: .give(field: "model"))
        }
        return found.url
    }

    private static func programFolder() -> URL? {
        #if canImport(Darwin)
            let link = Bundle.main.executablePath
        #else
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        #endif
        return link.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent() }
    }
}
