import Foundation
import ModelHub
import MusicCore

/// How a service is asked and answers.
struct ServiceDialect: Sendable {
    let kind: ProviderKind
    let base: String
    let key: String?

    init?(_ kind: ProviderKind, _ settings: ProviderSettings) {
        self.kind = kind
        switch kind {
        case .local: return nil
        case .openrouter: (base, key) = (settings.openRouterBase, settings.openRouterKey)
        case .gemini: (base, key) = (settings.geminiBase, settings.geminiKey)
        case .ollama: (base, key) = (settings.ollamaBase, nil)
        case .openai:
            guard let address = settings.openAIBase else { return nil }
            (base, key) = (address, settings.openAIKey)
        }
    }

    /// Seconds for a whole answer: a large model on a small machine takes its time.
    private static let timeout = 600.0
    private static let temperature = 0.7

    private func address(_ path: String) throws -> WebURL {
        var root = base
        while root.hasSuffix("/") { root.removeLast() }
        // Bases are given with the version of the interface and without.
        if path.hasPrefix("/v1/"), root.hasSuffix("/v1") { root.removeLast(3) }
        return try WebURL(root + path)
    }

    private var credentials: [String: String] {
        guard let key else { return [:] }
        return kind == .gemini ? ["x-goog-api-key": key] : ["Authorization": "Bearer " + key]
    }

    /// The request for an answer in pieces.
    func question(_ messages: [ChatMessage], model: String) throws -> HTTPRequest {
        let path =
            switch kind {
            case .ollama: "/api/chat"
            case .gemini: "/v1beta/models/\(WebURL.encode(model)):streamGenerateContent?alt=sse"
            default: "/v1/chat/completions"
            }
        var headers = ["Content-Type": "application/json"]
        if kind == .openrouter { headers["X-Title"] = "Vivace" }
        return HTTPRequest(
            url: try address(path), headers: headers, credentials: credentials,
            body: JSONText.write(body(messages, model)), timeout: Self.timeout)
    }

    private func body(_ messages: [ChatMessage], _ model: String) -> JSONValue {
        let said = messages.map {
            JSONValue.object(["role": .text($0.role.rawValue), "content": .text($0.content)])
        }
        switch kind {
        case .gemini:
            let system = messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
            let turns = messages.filter { $0.role != .system }.map { message in
                JSONValue.object([
                    "role": message.role == .user ? "user" : "model",
                    "parts": .list([.object(["text": .text(message.content)])]),
                ])
            }
            return .object([
                "systemInstruction": .object(["parts": .list([.object(["text": .text(system)])])]),
                "contents": .list(turns),
                "generationConfig": .object(["temperature": .number(Self.temperature)]),
            ])
        case .ollama:
            return .object([
                "model": .text(model), "messages": .list(said), "stream": .flag(true),
                "options": .object(["temperature": .number(Self.temperature)]),
            ])
        default:
            return .object([
                "model": .text(model), "messages": .list(said), "stream": .flag(true),
                "temperature": .number(Self.temperature),
            ])
        }
    }

    /// The request for the names of models.
    func inventory() throws -> HTTPRequest {
        let path =
            switch kind {
            case .ollama: "/api/tags"
            case .gemini: "/v1beta/models?pageSize=1000"
            default: "/v1/models"
            }
        return HTTPRequest(url: try address(path), credentials: credentials, timeout: 20)
    }

    /// The names in the answer to ``inventory()``.
    func models(in value: JSONValue) -> [String] {
        let list = value["models"] ?? value["data"]
        guard case .list(let items)? = list else { return [] }
        return items.compactMap { item in
            if kind == .gemini {
                // Others make no text.
                let methods = item["supportedGenerationMethods"]
                if case .list(let names)? = methods, !names.contains("generateContent") { return nil }
                return (item["name"]?.plainText).map { String($0.trimmingPrefix("models/")) }
            }
            return item["id"]?.plainText ?? item["name"]?.plainText ?? item["model"]?.plainText
        }
    }

    /// What a line of an answer adds.
    enum Piece: Equatable {
        case text(String)
        case end
        /// The service has given up, and says why.
        case failure(String)
        case nothing
    }

    /// - Parameter line: of the body, without its end.
    func piece(_ line: String) -> Piece {
        var line = line[...]
        if kind != .ollama {
            guard line.hasPrefix("data:") else {
                // Some answer a wrong request with an object in place of a stream.
                return line.hasPrefix("{") ? failure(in: line) ?? .nothing : .nothing
            }
            line = line.dropFirst(5)
        }
        let text = line.trimmingCharacters(in: .whitespaces)
        if text.isEmpty { return .nothing }
        if text == "[DONE]" { return .end }
        guard let value = try? JSONText.read(Data(text.utf8), what: "") else { return .nothing }
        if let failure = Self.failure(in: value) { return failure }
        switch kind {
        case .ollama:
            if let content = value["message"]?["content"]?.plainText, !content.isEmpty { return .text(content) }
            return value["done"] == .flag(true) ? .end : .nothing
        case .gemini:
            guard case .list(let parts)? = value["candidates"]?[0]?["content"]?["parts"] else { return .nothing }
            // What the model thinks before it answers is not part of the answer.
            let said = parts.filter { $0["thought"] != .flag(true) }.compactMap { $0["text"]?.plainText }.joined()
            return said.isEmpty ? .nothing : .text(said)
        default:
            let choice = value["choices"]?[0]
            let content = choice?["delta"]?["content"] ?? choice?["message"]?["content"]
            guard case .text(let text)? = content, !text.isEmpty else { return .nothing }
            return .text(text)
        }
    }

    private func failure(in line: Substring) -> Piece? {
        (try? JSONText.read(Data(line.utf8), what: "")).flatMap(Self.failure)
    }

    private static func failure(in value: JSONValue) -> Piece? {
        switch value["error"] {
        case nil, .null?: nil
        case .text(let text)?: .failure(text)
        case .some(let error): .failure(error["message"]?.plainText ?? "it does not say why")
        }
    }

    /// What the body of a refusal says.
    func reason(in body: String) -> String? {
        let value = try? JSONText.read(Data(body.utf8), what: "")
        // Gemini answers a stream's request with a list.
        guard let value, case .failure(let text)? = Self.failure(in: value[0] ?? value) else { return nil }
        return text
    }
}

extension JSONValue {
    /// A member of an object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// An item of a list.
    subscript(index: Int) -> JSONValue? {
        guard case .list(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }
}
