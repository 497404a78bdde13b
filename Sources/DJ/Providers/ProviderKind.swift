/// Services that answer.
public enum ProviderKind: String, Sendable, CaseIterable, Codable {
    /// No service: rules, and the language model that plans songs.
    case local
    case openrouter, gemini, ollama
    /// Anything that speaks OpenAI's chat completions.
    case openai

    /// As it is called.
    public var name: String {
        switch self {
        case .local: "Vivace"
        case .openrouter: "OpenRouter"
        case .gemini: "Gemini"
        case .ollama: "Ollama"
        case .openai: "OpenAI-compatible"
        }
    }

    public var needsKey: Bool { self == .openrouter || self == .gemini }

    /// Models that are offered where the service can't be asked for its own.
    var knownModels: [String] {
        switch self {
        case .local, .openai: []
        case .openrouter:
            [
                "anthropic/claude-opus-4-6:online", "anthropic/claude-sonnet-4-20250514",
                "anthropic/claude-haiku-3-5-20241022", "google/gemini-2.5-pro-preview:online",
                "google/gemini-2.5-flash-preview:online", "meta-llama/llama-3.1-405b-instruct",
                "meta-llama/llama-3.1-70b-instruct", "deepseek/deepseek-chat-v3-0324",
            ]
        case .gemini: ["gemini-2.0-flash", "gemini-2.5-pro-preview-06-05", "gemini-2.5-flash-preview-05-20"]
        case .ollama: ["llama3.1:8b", "llama3.1:70b", "qwen3:8b", "mistral:7b", "gemma3:9b"]
        }
    }

    /// The model where none is named; `nil` where one must be.
    var usualModel: String? { knownModels.first }
}

/// How services are reached: their addresses and keys, which stay here.
public struct ProviderSettings: Sendable {
    public var openRouterKey: String?
    public var geminiKey: String?
    public var openAIKey: String?
    public var openRouterBase = "https://openrouter.ai/api"
    public var geminiBase = "https://generativelanguage.googleapis.com"
    public var ollamaBase = "http://localhost:11434"
    /// `nil` where no such service is set.
    public var openAIBase: String?
    public var openAIModel: String?
    /// The service where a request names none; `nil` takes the first with a key, else the rules of ``local``.
    public var usual: ProviderKind?

    public init() {}

    /// Variables with keys, which nobody needs who asks no service.
    public static let secrets = [
        "OPENROUTER_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY", "ACESTEP_OPENAI_API_KEY",
    ]

    /// Settings out of variables of the environment.
    public init(environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        openRouterKey = value("OPENROUTER_API_KEY")
        geminiKey = value("GEMINI_API_KEY", "GOOGLE_API_KEY")
        openAIKey = value("OPENAI_API_KEY", "ACESTEP_OPENAI_API_KEY")
        openRouterBase = value("OPENROUTER_BASE_URL") ?? openRouterBase
        geminiBase = value("GEMINI_BASE_URL") ?? geminiBase
        ollamaBase = value("OLLAMA_BASE_URL", "OLLAMA_HOST").map(Self.address) ?? ollamaBase
        openAIBase = value("OPENAI_BASE_URL", "ACESTEP_EXTERNAL_BASE_URL") ?? openAIKey.map { _ in Self.openAI }
        openAIModel = value("OPENAI_MODEL", "ACESTEP_EXTERNAL_LM_MODEL")
        usual = value("VIVACE_DJ_PROVIDER", "ACESTEP_EXTERNAL_LM_PROVIDER").flatMap {
            ProviderKind(rawValue: $0.lowercased())
        }
    }

    private static let openAI = "https://api.openai.com/v1"

    /// Ollama's own variable leaves the scheme out, and may say on which address its server listens.
    private static func address(_ text: String) -> String {
        let text = text.replacing("0.0.0.0", with: "127.0.0.1")
        return text.contains("://") ? text : "http://" + text
    }

    /// What is missing for a service; `nil` if it can be asked.
    public func missing(_ kind: ProviderKind) -> String? {
        switch kind {
        case .local, .ollama: nil
        case .openrouter: openRouterKey == nil ? "set OPENROUTER_API_KEY where the program runs" : nil
        case .gemini: geminiKey == nil ? "set GEMINI_API_KEY where the program runs" : nil
        case .openai:
            openAIBase == nil ? "set OPENAI_BASE_URL, and OPENAI_API_KEY if it takes one, where the program runs" : nil
        }
    }

    /// The model of a service where none is named; `nil` where one must be.
    public func usualModel(of kind: ProviderKind) -> String? { kind == .openai ? openAIModel : kind.usualModel }

    /// Models that are offered where the service can't be asked for its own.
    public func knownModels(of kind: ProviderKind) -> [String] {
        kind == .openai ? [openAIModel].compactMap { $0 } : kind.knownModels
    }

    /// The service where none is named.
    public var first: ProviderKind {
        if let usual, missing(usual) == nil { return usual }
        return [.openrouter, .gemini, .openai].first { missing($0) == nil } ?? .local
    }
}
