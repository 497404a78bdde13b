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
        let views = places(of: "builtin", inSources: "Models/builtin", program).map(FolderView.init)
        guard let found = views.first(where: \.exists) else {
            if let obstacle = views.lazy.compactMap(\.obstacle).first { throw obstacle.error() }
            throw MusicError(
                .modelNotFound, "the built-in model is not beside the program in \(program.path)",
                advice: "set VIVACE_BUILTIN_MODEL to its folder", suggestion: .give(field: "model"))
        }
        return found.url
    }

    /// The folder of the Studio's pages: what `VIVACE_STUDIO` names, else `share/vivace/studio` beside the program or
    /// one folder up, else `Studio` in a source tree that holds the program; `nil` if it is in none of these places.
    public static func studio(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL? {
        if let path = environment["VIVACE_STUDIO"], !path.isEmpty { return URL(fileURLWithPath: path) }
        guard let program = programFolder() else { return nil }
        return places(of: "studio", inSources: "Studio", program).first {
            FileManager.default.fileExists(atPath: $0.appendingPathComponent("index.html").path)
        }
    }

    private static func places(of name: String, inSources path: String, _ program: URL) -> [URL] {
        var places = [
            program.appendingPathComponent("share/vivace/\(name)"),
            program.deletingLastPathComponent().appendingPathComponent("share/vivace/\(name)"),
        ]
        var folder = program
        for _ in 0..<5 {
            places.append(folder.appendingPathComponent(path))
            folder.deleteLastPathComponent()
        }
        return places
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
