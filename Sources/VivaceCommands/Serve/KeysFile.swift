import Foundation
import MusicCore
import TOMLKit
package import VivaceServer

/// Named keys in a TOML file: a table `[[key]]` for each, with the key's SHA-256 in place of the key.
package struct KeysFile: Codable {
    package struct Key: Codable {
        package var name: String
        package var sha256: String
        /// Of ``AccessScope``; all of them where nothing is said.
        var scopes: [String]?
        /// Jobs that may wait.
        var waiting: Int?

        /// - Throws: ``MusicError`` `invalidRequest`.
        package func holder() throws -> AccessKeys.Holder {
            guard !name.isEmpty, name.utf8.count <= 64 else {
                throw MusicError(
                    .invalidRequest, "A key is named “\(name.prefix(64))”", advice: "use 1 to 64 characters",
                    field: "name")
            }
            if let waiting, waiting < 1 {
                throw MusicError(
                    .invalidRequest, "\(waiting) jobs of the key \(name) may wait", advice: "use 1 or more",
                    field: "waiting", value: String(waiting), expected: "1 or more")
            }
            let names = scopes ?? AccessScope.allCases.map(\.rawValue)
            return .init(name, scopes: try AccessScope.set(names), waiting: waiting)
        }
    }

    var key: [Key]?

    package var keys: [Key] { key ?? [] }

    /// - Throws: ``MusicError`` `unreadableInput` or `invalidRequest`.
    package init(_ path: String) throws {
        guard case .content(let data) = PlainFile(path: path, limit: 1 << 20),
            let text = String(data: data, encoding: .utf8)
        else {
            throw MusicError(
                .unreadableInput, "The keys in \(path) can't be read", advice: "give a TOML file in UTF-8")
        }
        do {
            self = try TOMLDecoder().decode(KeysFile.self, from: text)
        } catch {
            throw MusicError(
                .invalidRequest, "\(path) is no file of keys: \(error)",
                advice: "let `vivace keys new` write it: [[key]] with name, sha256, scopes and waiting")
        }
        let names = keys.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw MusicError(
                .invalidRequest, "Two keys in \(path) are named \(twice)", advice: "give each a name of its own",
                field: "name", value: twice)
        }
    }
}

extension AccessScope {
    /// - Throws: ``MusicError`` `invalidRequest` for a name that is none.
    static func set(_ names: [String]) throws -> Set<AccessScope> {
        let scopes = try names.map { name in
            guard let scope = AccessScope(rawValue: name) else {
                let all = allCases.map(\.rawValue).joined(separator: ", ")
                throw MusicError(
                    .invalidRequest, "The scope is \(name)", advice: "use \(all)", field: "scopes", value: name,
                    expected: all)
            }
            return scope
        }
        guard !scopes.isEmpty else {
            throw MusicError(.invalidRequest, "A key has no scope", advice: "give one at least", field: "scopes")
        }
        return Set(scopes)
    }
}
