import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A server that answers as the services do that the DJ asks, in all four dialects; the model's name says how.
package final class FakeProvider: Sendable {
    /// How a model of that name answers.
    package enum Manner: String, CaseIterable, Sendable {
        /// With ``FakeProvider/answer``, in pieces.
        case fine
        /// The same, and breaks off within the plan.
        case cut
        /// Without a plan.
        case prose
        /// With nothing.
        case empty
        /// With lines between the others that are no JSON.
        case broken
        /// With a word, and then an error within the stream, in which the key is.
        case failing
        /// With a word, and then never again.
        case slow
        /// With status 401, and the key in its words.
        case refused
        /// With status 429.
        case busy
        /// With status 500 and a page.
        case page
    }

    /// A request as it came.
    package struct Request: Sendable {
        package var path: String
        package var query: String
        package var headers: [String: String]
        package var body: String
    }

    package let port: Int
    private let task: Task<Void, any Error>
    private let seen: Seen

    private final class Seen: Sendable {
        let requests = Mutex<[Request]>([])
    }

    package var base: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { seen.requests.withLock { $0 } }

    package static let key = "sk-or-secret-0123456789abcdef"

    /// A plan between words, as services give it.
    package static let answer = """
        Here is a small set.

        ```json
        {"narrative": "from dusk to dawn", "settings": {"inference_steps": 8},
         "tracks": [
           {"title": "Dusk", "caption": "lo-fi, piano, rain", "genre": "lo-fi", "bpm": "80 BPM", "key": "A minor",
            "duration": "0:20", "energy": "30%", "instrumental": true},
           {"title": "Dawn", "caption": "lo-fi, guitar, birds", "bpm": 82, "key": "C major", "duration": 20,
            "energy": 0.4, "instrumental": true, "reference_audio": "/etc/passwd", "mood": "soft",},
         ]}
        ```

        Shall I make it?
        """

    package init() async throws {
        let seen = Seen()
        let (ports, ready) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "fake")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                try await Self.respond(request, seen)
            },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in ready.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        task = Task { try await application.runService(gracefulShutdownSignals: []) }
        self.seen = seen
        var first = 0
        for await port in ports {
            first = port
            break
        }
        port = first
    }

    package func stop() { task.cancel() }

    private static func respond(_ request: Hummingbird.Request, _ seen: Seen) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let text = String(buffer: body)
        let path = request.uri.path
        seen.requests.withLock {
            $0.append(
                Request(
                    path: path, query: request.uri.query ?? "",
                    headers: Dictionary(
                        request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { $1 }),
                    body: text))
        }
        if request.method == .get { return models(path) }
        let service = Service(path)
        let manner = Manner.allCases.first { path.contains("/\($0.rawValue):") || text.contains("\"\($0.rawValue)\"") }
        switch manner {
        case nil: return json("{\"error\":{\"message\":\"no such model\"}}", .notFound)
        case .refused: return json("{\"error\":{\"message\":\"Incorrect API key provided: \(key)\"}}", .unauthorized)
        case .busy: return json("{\"error\":{\"message\":\"rate limit\"}}", .tooManyRequests)
        case .page: return Response(status: .internalServerError, body: .init(byteBuffer: .init(string: "<html>oops")))
        case let manner?: return stream(manner, service)
        }
    }

    private static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: .init(string: text)))
    }

    private static func models(_ path: String) -> Response {
        switch path {
        case "/api/tags": json("{\"models\":[{\"name\":\"fine\",\"model\":\"fine\"},{\"name\":\"cut\"}]}")
        case "/v1beta/models":
            json(
                "{\"models\":[{\"name\":\"models/fine\",\"supportedGenerationMethods\":[\"generateContent\"]},"
                    + "{\"name\":\"models/embedding\",\"supportedGenerationMethods\":[\"embedContent\"]}]}")
        case "/v1/models": json("{\"data\":[{\"id\":\"fine\"},{\"id\":\"cut\"}]}")
        default: json("{\"error\":\"not found\"}", .notFound)
        }
    }

    /// In whose form an answer is.
    private enum Service {
        case openAI, gemini, ollama

        init(_ path: String) {
            self = path.hasPrefix("/api/") ? .ollama : path.hasPrefix("/v1beta/") ? .gemini : .openAI
        }

        func piece(_ text: String) -> String {
            let quoted = (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
            return switch self {
            case .openAI: "data: {\"choices\":[{\"delta\":{\"content\":\(quoted)}}]}\n\n"
            case .gemini: "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\(quoted)}]}}]}\r\n\r\n"
            case .ollama: "{\"message\":{\"role\":\"assistant\",\"content\":\(quoted)},\"done\":false}\n"
            }
        }

        var end: String {
            switch self {
            case .openAI: "data: [DONE]\n\n"
            case .gemini: ""
            case .ollama: "{\"done\":true}\n"
            }
        }

        func failure(_ text: String) -> String {
            switch self {
            case .openAI, .gemini: "data: {\"error\":{\"code\":502,\"message\":\"\(text)\"}}\n\n"
            case .ollama: "{\"error\":\"\(text)\"}\n"
            }
        }
    }

    private static func stream(_ manner: Manner, _ service: Service) -> Response {
        var pieces: [String] = service == .openAI ? [": PROCESSING\n\n"] : []
        var end = service.end
        func say(_ text: String) {
            // In pieces of seven characters, so that fences and numbers are torn.
            var rest = text[...]
            while !rest.isEmpty {
                pieces.append(service.piece(String(rest.prefix(7))))
                rest = rest.dropFirst(7)
            }
        }
        switch manner {
        case .fine: say(answer)
        case .cut: say(String(answer.prefix(answer.count / 2)))
        case .prose: say("What mood are you in?")
        case .broken:
            say(answer)
            pieces.insert(service == .ollama ? "{\"message\": nonsense\n" : "data: {nonsense\n\n", at: 3)
        case .failing:
            say("Well")
            pieces.append(service.failure("upstream said no to \(key)"))
            end = ""
        case .slow: say("Let me think")
        case .empty, .refused, .busy, .page: break
        }
        pieces.append(end)
        let sent = pieces
        let body = ResponseBody { writer in
            for piece in sent where !piece.isEmpty { try await writer.write(ByteBuffer(string: piece)) }
            // Until the client hangs up.
            while manner == .slow {
                try await Task.sleep(for: .milliseconds(20))
                try await writer.write(ByteBuffer(string: "\n"))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
    }
}
