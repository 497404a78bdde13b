public import Foundation
import MusicCore

/// The adapters that jobs may name: what lies in one folder, each under the name that it has there.
///
/// No path comes in: a name is one part of a path, with or without the ending `.safetensors`.
public struct AdapterFolder: Sendable {
    private let root: URL?

    /// - Parameter folder: `nil` if jobs may name none.
    public init(_ folder: URL?) { root = folder }

    /// Whether there is such a folder.
    public var isConfigured: Bool { root != nil }

    private static let ending = ".safetensors"

    /// The names of the adapters that can be read, sorted.
    public var names: [String] {
        guard let root, let entries = try? SystemFile.names(in: root) else { return [] }
        return entries.filter { name in
            !name.hasPrefix(".") && (try? AdapterFiles(path: root.appendingPathComponent(name).path)) != nil
                && (name.hasSuffix(Self.ending) || FolderView(root.appendingPathComponent(name)).exists)
        }
    }

    /// The path of an adapter.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for a name that there isn't, or for a path.
    public func path(of name: String) throws -> String {
        guard let root else {
            throw Self.fault(
                "No folder of adapters is set up here", name, advice: "leave the adapters out, or have a folder set up")
        }
        let isName =
            !name.isEmpty && !name.hasPrefix(".") && !name.contains { "/\\\0".contains($0) || $0.isNewline }
            && name.utf8.count <= 255
        guard isName else {
            throw Self.fault(
                "The adapter \"\(name.prefix(64))\" is a path", name, advice: "give the name of an adapter")
        }
        for candidate in [name, name + Self.ending] {
            let place = root.appendingPathComponent(candidate)
            do throws(SystemFault) {
                if try SystemFile.status(of: place) != nil { return place.path }
            } catch {
                throw error.error()
            }
        }
        let near = NearestName.suggestion(for: name, among: names)
        throw MusicError(
            .invalidRequest, "There is no adapter \"\(name.prefix(64))\"",
            advice: near == nil ? "there are: \(names.prefix(20).joined(separator: ", "))" : "", field: "adapters",
            value: String(name.prefix(64)), expected: "the name of an adapter",
            suggestion: near.map { .didYouMean([$0]) })
    }

    private static func fault(_ message: String, _ name: String, advice: String) -> MusicError {
        MusicError(
            .invalidRequest, message, advice: advice, field: "adapters", value: String(name.prefix(64)),
            expected: "the name of an adapter")
    }
}

/// The adapters in a job's document.
enum JobAdapters {
    /// The names under which documents have the field.
    static let fields: [String] = MusicRequest.fields["adapters"].map { [$0.name] + $0.description.aliases } ?? []

    /// The names of a request's adapters.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` for one that there isn't.
    static func check(_ request: JobRequest, _ folder: AdapterFolder) throws {
        _ = try mapped(request) { name in
            _ = try folder.path(of: name)
            return name
        }
    }

    /// The request with other texts in the place of the adapters' names.
    static func mapped(_ request: JobRequest, _ change: (String) throws -> String) rethrows -> JobRequest {
        var request = request
        request.document = try mapped(request.document, change)
        return request
    }

    private static func mapped(
        _ document: [String: JSONValue], _ change: (String) throws -> String
    ) rethrows -> [String: JSONValue] {
        var document = document
        for (name, value) in document {
            if ["params", "config"].contains(name), case .object(let inner) = value {
                document[name] = .object(try mapped(inner, change))
            } else if fields.contains(name), value != .null {
                document[name] = try changed(value, change)
            }
        }
        return document
    }

    /// What can't be read as adapters stays as it is, for the request's check to word, and is never looked for on the
    /// disk.
    private static func changed(_ value: JSONValue, _ change: (String) throws -> String) rethrows -> JSONValue {
        guard var adapters = try? AdapterUse.list(value) else { return value }
        for index in adapters.indices { adapters[index].path = try change(adapters[index].path) }
        return .list(adapters.map(\.document))
    }
}
