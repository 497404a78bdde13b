import MusicCore

/// Errors in words that may leave the server: fields of its JSON for what to do, and no paths.
enum PublicText {
    /// Message and advice of an error.
    static func of(_ error: MusicError) -> String {
        guard error.code != .internal else { return "The server has met a fault of its own; its log says more" }
        return withoutPaths(error.description(in: ServerWording()))
    }

    /// A text in which absolute paths are the names at their ends.
    static func withoutPaths(_ text: String) -> String {
        guard text.contains("/") else { return text }
        let path = /(^|[\s"'(=:,])\/(?:[^\s\/"'(),:;]+\/)+([^\s\/"'(),:;]*)/
        return text.replacing(path) { String($0.output.1) + String($0.output.2) }
    }
}

/// Suggestions in fields and routes.
struct ServerWording: ErrorWording {
    func phrase(for suggestion: Suggestion) -> String {
        switch suggestion {
        case .listModels: "see GET /v1/model_inventory for the models"
        default: NeutralWording().phrase(for: suggestion)
        }
    }
}
