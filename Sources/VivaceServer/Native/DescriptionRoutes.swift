import Foundation
import Hummingbird
import MusicCore
import MusicJobs

/// Routes whose answers are songs in words.
enum DescriptionRoutes {
    static let all: [Route] = [
        Route(.post, "/format_input", .body, format),
        Route(.post, "/format_lyrics", .body, format),
        Route(.post, "/v1/create_sample", .body, create),
        Route(.post, "/create_random_sample", .body, random),
    ]

    @Sendable private static func format(_ exchange: Exchange) async throws -> Response {
        try await exchange.whileConnected { exchange in
            let (exchange, form) = try await NativeRoutes.form(exchange)
            var fields = form.fields
            fields["format"] = nil
            return try await answer(exchange, fields, .format)
        }
    }

    @Sendable private static func create(_ exchange: Exchange) async throws -> Response {
        try await exchange.whileConnected { exchange in
            let (exchange, form) = try await NativeRoutes.form(exchange)
            return try await answer(exchange, form.fields, .create)
        }
    }

    /// Has the language model work, as a job in front of others, and waits.
    private static func answer(
        _ exchange: Exchange, _ fields: [String: JSONValue], _ kind: JobKind
    ) async throws -> Response {
        var lenient = fields
        for (name, own) in ["temperature": "lm_temperature", "top_k": "lm_top_k", "top_p": "lm_top_p"] {
            if let value = lenient.removeValue(forKey: name), lenient[own] == nil { lenient[own] = value }
        }
        let query = ["query", "sample_query", "description"].lazy.compactMap { fields[$0]?.saying }.first
        lenient["sample_query"] = nil
        if kind == .create { lenient["prompt"] = .text(query ?? fields["prompt"]?.saying ?? "NO USER INPUT") }
        lenient["analysis_only"] = true
        lenient["task_type"] = nil
        var request = try await Submission(exchange: exchange).request(lenient)
        request.kind = kind
        if kind == .create {
            var document = request.document
            document["query"] = .text(query ?? fields["prompt"]?.saying ?? "NO USER INPUT")
            for name in ["caption", "lyrics", "bpm", "duration", "keyscale", "timesignature"] { document[name] = nil }
            if let instrumental = fields["instrumental"]?.truth { document["instrumental"] = .flag(instrumental) }
            if let language = fields["vocal_language"]?.saying, language != "unknown" {
                document["vocal_language"] = .text(language)
            }
            request.document = document
        }
        let id = try await exchange.submit(request, priority: .interactive, isOnce: false).job.id
        let job = try await exchange.finished(id)
        if let error = job.error {
            if error.code == .modelNotFound {
                throw ServerFailure(503, PublicText.of(error), code: error.code.rawValue)
            }
            let text = (kind == .format ? "format_sample" : "create_sample") + " failed: " + PublicText.of(error)
            return try Reply.wrapped(.null, now: exchange.now, code: 500, error: text)
        }
        guard let result = job.result else { throw ServerFailure(503, "The work was cancelled") }
        return try Reply.wrapped(DescriptionWords(result.document).all, now: exchange.now)
    }

    @Sendable private static func random(_ exchange: Exchange) async throws -> Response {
        let (exchange, form) = try await NativeRoutes.form(exchange)
        let type = form.fields["sample_type"]?.saying ?? "simple_mode"
        guard let sample = RandomSample.all.randomElement() else {
            return try Reply.wrapped(.null, now: exchange.now, code: 500, error: "No example data available")
        }
        return try Reply.wrapped(type == "simple_mode" ? sample.simple : sample.custom, now: exchange.now)
    }
}
