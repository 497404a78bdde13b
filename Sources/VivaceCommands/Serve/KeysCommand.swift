import ArgumentParser
import Foundation
import MusicCore
internal import VivaceServer

/// `vivace keys`: named keys of a server.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make and list the keys of a server.",
        subcommands: [NewCommand.self, ListCommand.self])

    /// `vivace keys new`: a new key, which is shown once.
    struct NewCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Make a key, print it once, and note its digest in a file.",
            discussion: "The server reads the file with --keys-file. To take a key back, delete its lines there.")

        @Argument(help: "Whose key it is; jobs and songs are kept under this name.")
        var name: String

        @Option(help: ArgumentHelp("TOML file of the keys; it is made if there is none.", valueName: "file"))
        var file: String = "keys.toml"

        @Option(
            name: [.customLong("scope"), .customLong("scopes")],
            help: ArgumentHelp("What it is for: read, generate, admin; may be given several times.", valueName: "scope")
        )
        var scopes: [String] = ["read", "generate"]

        @Option(help: ArgumentHelp("Jobs of its holder that may wait.", valueName: "count"))
        var waiting: Int?

        func run() async throws {
            let key = AccessKeys.newKey()
            let entry = KeysFile.Key(
                name: name, sha256: AccessKeys.hexDigest(of: key), scopes: scopes, waiting: waiting)
            _ = try entry.holder()
            guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.@".contains($0)) }) else {
                throw MusicError(
                    .invalidRequest, "The key's name is \(name)", advice: "use letters, digits and . - _ @",
                    field: "name", value: name)
            }
            let isThere = FileManager.default.fileExists(atPath: file)
            if isThere, try KeysFile(file).keys.contains(where: { $0.name == name }) {
                throw MusicError(
                    .invalidRequest, "There is a key named \(name) in \(file)",
                    advice: "use another name, or delete that key's lines first", field: "name", value: name)
            }
            var lines = ["[[key]]", "name = \"\(name)\"", "sha256 = \"\(entry.sha256)\""]
            lines.append("scopes = [" + scopes.map { "\"\($0)\"" }.joined(separator: ", ") + "]")
            if let waiting { lines.append("waiting = \(waiting)") }
            try append((isThere ? "\n" : "") + lines.joined(separator: "\n") + "\n")
            Terminal.output(key)
        }

        private func append(_ text: String) throws {
            let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemFault(errno, path: file).error(.unwritableOutput) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            do {
                try handle.write(contentsOf: Data(text.utf8))
                try handle.synchronize()
            } catch {
                throw MusicError(.unwritableOutput, "\(file) can't be written: \(error.localizedDescription)")
            }
        }
    }

    /// `vivace keys list`: whose keys there are.
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the keys of a file.")

        @Option(help: ArgumentHelp("TOML file of the keys.", valueName: "file"))
        var file: String = "keys.toml"

        func run() async throws {
            for key in try KeysFile(file).keys {
                let holder = try key.holder()
                let scopes = AccessScope.allCases.filter(holder.scopes.contains).map(\.rawValue)
                let waiting = holder.waiting.map { ", at most \($0) jobs wait" } ?? ""
                Terminal.output("\(holder.name): \(scopes.joined(separator: ", "))\(waiting)")
            }
        }
    }
}
