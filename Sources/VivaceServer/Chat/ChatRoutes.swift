import Foundation
import Hummingbird
import MusicCore
import MusicJobs

/// `POST /v1/chat/completions`: songs as answers of a chat.
enum ChatRoutes {
    static let all: [Route] = ["/v1/chat/completions", "/api/v1/chat/completions"].map { path in
        Route(.post, path, .header, .chat, answer)
    }

    @Sendable private static func answer(_ exchange: Exchange) async throws -> Response {
        try await exchange.whileConnected { exchange in
            let body = try await exchange.jsonObject(limit: exchange.state.settings.limits.chat)
            let chat = try ChatRequest(body)
            let request = try await Submission(exchange: exchange, isLenient: true, usualBatch: 1)
                .request(chat.fields, chat.files)
            let usual = try await exchange.state.models.defaultName()
            let reply = ChatReply(model: request.model ?? usual, now: exchange.now)
            let admission = try await exchange.submit(request, priority: .interactive)
            // What is refused is refused before a stream begins.
            if chat.isStream { return stream(exchange, admission.job.id, reply) }
            let job = try await exchange.finished(admission.job.id)
            let audio = try await audio(of: job, exchange)
            return try Reply.object(reply.completion(job, audio: audio), headers: NativeRoutes.replay(admission))
        }
    }

    /// The songs of a job that is over.
    ///
    /// - Throws: ``ServerFailure`` where it made none.
    private static func audio(of job: Job, _ exchange: Exchange) async throws -> JSONValue {
        if let error = job.error { throw ServerFailure(error) }
        guard let result = job.result, job.state == .succeeded else {
            throw ServerFailure(409, "The job was cancelled", code: "cancelled")
        }
        return try await ChatReply.audio(of: result, in: exchange.service.library)
    }

    private static func stream(_ exchange: Exchange, _ id: String, _ reply: ChatReply) -> Response {
        // Clients show the points as a sign that the work goes on.
        let beat = (try? reply.chunk(["content": "."])) ?? ": keep-alive\n\n"
        return EventStreamReply.response(exchange.state.clock, every: .seconds(2), beat: beat) { write in
            try await write(.event(reply.chunk(["role": "assistant", "content": ""])))
            do {
                let job = try await exchange.finished(id)
                let audio = try await audio(of: job, exchange)
                try await write(.event(reply.chunk(["content": .text("\n\n" + ChatReply.content(of: job))])))
                try await write(.event(reply.chunk(["audio": audio])))
                if let codes = job.result?.songs.first?.parameters["audio_codes"]?.saying {
                    try await write(.event(reply.chunk(["content": .text("\n\n[audio_codes]\(codes)[/audio_codes]")])))
                }
                try await write(.event(reply.chunk([:], finish: "stop")))
            } catch {
                let text = ServerFailure(error).detail
                try await write(.event(reply.chunk(["content": .text("\n\nError: \(text)")])))
                try await write(.event(reply.chunk([:], finish: "error")))
            }
            try await write(.event("data: [DONE]\n\n"))
        }
    }
}
