import Foundation
import MusicCore

/// The audio that a request works on: handles in the fields that hold files.
///
/// No path comes in.
enum JobInputs {
    /// Names of the fields that hold files, of requests and of descriptions.
    private static let names: Set<String> = {
        let fields = MusicRequest.fields.descriptions.filter { $0.kind == .file }
        return Set(fields.flatMap { [$0.name] + $0.aliases })
            .union(["src_audio", "src_audio_path", "audio", "audio_path", "file"])
    }()

    /// The handles of a request.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` for a file that is named otherwise.
    static func handles(of request: JobRequest) throws -> [String] {
        try checkModels(of: request)
        var handles: [String] = []
        _ = try mapped(request) { name, text in
            guard Handle.kind(of: text) != nil else {
                throw MusicError(
                    .invalidRequest, "The field \(name) is \"\(text.prefix(64))\", and no handle of a file",
                    advice: "upload the file and give its handle, up_..., or give that of a song, au_...", field: name,
                    value: String(text.prefix(64)), expected: "a handle, up_... or au_...")
            }
            if !handles.contains(text) { handles.append(text) }
            return text
        }
        return handles
    }

    /// Models come by name alone: no folder is looked into because a request names it.
    private static func checkModels(of request: JobRequest) throws {
        let documents = [request.document, request.prelude?.document ?? [:]]
            .flatMap { document in
                [document]
                    + ["params", "config"].compactMap { name -> [String: JSONValue]? in
                        if case .object(let inner)? = document[name] { inner } else { nil }
                    }
            }
        let models = ["model", "model_name", "dit_model", "synth_model"]
        let planners = ["lm", "lm_model", "lm_model_path", "language_model"]
        var named = [("model", request.model), ("lm", request.planning.languageModel)]
        for document in documents {
            named +=
                models.map { ("model", document[$0]?.plainText) } + planners.map { ("lm", document[$0]?.plainText) }
        }
        for (field, name) in named {
            guard let name else { continue }
            let isPath =
                ["/", ".", "~"].contains { name.hasPrefix($0) } || name.contains("\\")
                || name.contains("\0") || name.split(separator: "/", omittingEmptySubsequences: false).contains("..")
            guard isPath else { continue }
            throw MusicError(
                .invalidRequest, "The field \(field) is \"\(name.prefix(64))\", which is a path",
                advice: "give the name of a model, or OWNER/NAME", field: field, value: String(name.prefix(64)),
                expected: "the name of a model", suggestion: .listModels)
        }
    }

    /// The request with other texts in the fields that hold files.
    static func mapped(
        _ request: JobRequest, _ change: (_ field: String, _ text: String) throws -> String
    ) rethrows -> JobRequest {
        var request = request
        if request.kind == .mix {
            request.document["songs"] = try request.document["songs"].map { songs in
                // What is no list of texts is the field's own mistake, which the request's check words.
                guard case .list(let items) = songs else { return songs }
                return .list(
                    try items.map { item in
                        guard case .text(let text) = item else { return item }
                        return .text(try change("songs", text))
                    })
            }
            return request
        }
        request.document = try mapped(request.document, change)
        if let prelude = request.prelude { request.prelude?.document = try mapped(prelude.document, change) }
        return request
    }

    private static func mapped(
        _ object: [String: JSONValue], _ change: (String, String) throws -> String
    ) rethrows -> [String: JSONValue] {
        var object = object
        for (name, value) in object {
            if ["params", "config"].contains(name), case .object(let inner) = value {
                object[name] = .object(try mapped(inner, change))
            } else if names.contains(name), value != .null {
                let text = value.plainText
                // What is no text is the field's own mistake, which the request's check words.
                if !text.isEmpty { object[name] = .text(try change(name, text)) }
            }
        }
        return object
    }
}

extension JSONValue {
    /// The value with other texts in the place of some.
    func replacingTexts(_ change: (String) -> String) -> JSONValue {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let list): .list(list.map { $0.replacingTexts(change) })
        case .object(let object): .object(object.mapValues { $0.replacingTexts(change) })
        default: self
        }
    }
}
