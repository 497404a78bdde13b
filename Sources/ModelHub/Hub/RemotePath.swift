/// Names of files as servers give them.
package enum RemotePath {
    /// Whether a path from a server can be used below a directory of ours: relative, of ordinary components, with
    /// nothing that climbs out of it or means something else to a file system.
    package static func isSafe(_ path: String) -> Bool {
        guard (1...1024).contains(path.utf8.count) else { return false }
        guard path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }) else {
            return false
        }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            (1...255).contains($0.utf8.count) && $0 != "." && $0 != ".."
        }
    }

    /// A path that is both a file and a directory of another file, or that comes twice; `nil` if there is none.
    package static func conflict(in paths: [String]) -> String? {
        var files: Set<String> = []
        for path in paths where !files.insert(path).inserted { return path }
        for path in paths {
            var end = path.startIndex
            while let slash = path[end...].firstIndex(of: "/") {
                let directory = String(path[..<slash])
                if files.contains(directory) { return directory }
                end = path.index(after: slash)
            }
        }
        return nil
    }

    /// Whether a path lies in a folder; every path lies in the folder "".
    static func isIn(_ folder: String, _ path: String) -> Bool {
        folder.isEmpty || path.hasPrefix(folder + "/")
    }
}
