import Foundation
import MusicCore
import TOMLKit

/// Where a server's settings come from: options win over variables of the environment, those over a file `.env` (whose
/// variables are set where the environment has none), and those over a configuration file.
package struct SettingSources {
    private let environment: [String: String]
    private let file: [String: JSONValue]
    private let path: String
    /// Names of the file that somebody asked for.
    private var asked: Set<String> = []

    /// - Parameter path: of a TOML file; `nil` for none.
    /// - Throws: ``MusicError`` `unreadableInput` or `invalidRequest`.
    init(environment: [String: String] = ProcessInfo.processInfo.environment, path: String?) throws {
        self.environment = environment
        self.path = path ?? ""
        file = try path.map(Self.table) ?? [:]
    }

    /// - Parameters:
    ///   - text: TOML.
    ///   - path: for messages.
    package init(environment: [String: String], text: String, path: String) throws {
        self.environment = environment
        self.path = path
        file = try Self.table(text, path)
    }

    private static func table(_ path: String) throws -> [String: JSONValue] {
        guard case .content(let data) = PlainFile(path: path, limit: 1 << 20),
            let text = String(data: data, encoding: .utf8)
        else {
            throw MusicError(
                .unreadableInput, "The configuration \(path) can't be read", advice: "give a TOML file in UTF-8")
        }
        return try table(text, path)
    }

    private static func table(_ text: String, _ path: String) throws -> [String: JSONValue] {
        do {
            let json = try TOMLTable(string: text).convert(to: .json)
            guard case .object(let object) = try JSONText.read(Data(json.utf8), what: path) else { return [:] }
            return object
        } catch let error as TOMLParseError {
            throw MusicError(
                .invalidRequest, "Line \(error.source.begin.line) of \(path): \(error.description)",
                advice: "write one name = value a line, and texts in quotes")
        }
    }

    /// The variables of the environment, with those of `.env`.
    var variables: [String: String] { environment }

    /// A setting as text.
    ///
    /// - Parameters:
    ///   - option: as the command line has it; wins.
    ///   - variables: names of the environment; the first one that is set and not empty counts.
    ///   - names: in the file.
    mutating func text(_ option: String?, _ variables: [String] = [], _ names: [String]) -> String? {
        asked.formUnion(names)
        if let option { return option }
        for name in variables { if let value = environment[name], !value.isEmpty { return value } }
        for name in names {
            if let value = file[name], value != .null, value != "" { return value.plainText }
        }
        return nil
    }

    /// A list; in the environment with commas between.
    mutating func list(_ options: [String], _ variables: [String] = [], _ names: [String]) -> [String] {
        asked.formUnion(names)
        if !options.isEmpty { return options }
        for name in variables {
            if let value = environment[name], !value.isEmpty {
                return value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            }
        }
        for name in names {
            switch file[name] {
            case .list(let items)?: return items.map(\.plainText)
            case .text(let text)? where !text.isEmpty: return [text]
            default: continue
            }
        }
        return []
    }

    /// Yes or no, as the reference's launcher reads it: `true`, `1` and `yes` in any case; `nil` for nothing said.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` for other words.
    mutating func flag(_ option: String?, _ variables: [String] = [], _ names: [String]) throws -> Bool? {
        guard let text = text(option, variables, names)?.lowercased() else { return nil }
        switch text {
        case "true", "1", "yes", "y", "on": return true
        case "false", "0", "no", "n", "off": return false
        case "auto", "none", "": return nil
        default:
            throw MusicError(
                .invalidRequest, "The setting \(names.first ?? "") is \(text)", advice: "use true, false or auto",
                field: names.first, value: text, expected: "true, false or auto")
        }
    }

    /// A whole number.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` beyond the range.
    mutating func integer(
        _ option: String?, _ variables: [String] = [], _ names: [String], _ range: ClosedRange<Int>
    ) throws -> Int? {
        guard let text = text(option, variables, names) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw MusicError(
                .invalidRequest, "The setting \(names.first ?? "") is \(text)",
                advice: "use a whole number from \(range.lowerBound) to \(range.upperBound)", field: names.first,
                value: text, expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of several names.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` for another one.
    mutating func choice(
        _ option: String?, _ variables: [String] = [], _ names: [String], _ choices: [String]
    ) throws -> String? {
        guard let text = text(option, variables, names)?.lowercased() else { return nil }
        guard choices.contains(text) else {
            throw MusicError(
                .invalidRequest, "The setting \(names.first ?? "") is \(text)",
                advice: "use one of \(choices.joined(separator: ", "))", field: names.first, value: text,
                expected: choices.joined(separator: ", "))
        }
        return text
    }

    /// Names of the file that mean nothing to the server.
    func unused(knownElsewhere known: Set<String>) -> [String] {
        file.keys.filter { !asked.contains($0) && !known.contains($0) }.sorted()
    }
}
