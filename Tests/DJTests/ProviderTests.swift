import DJ
import FakeProvider
import Foundation
import MusicCore
import Testing

@Suite struct ProviderTests {
    static let services: [ProviderKind] = [.openrouter, .gemini, .ollama, .openai]

    private func settings(_ fake: FakeProvider) -> ProviderSettings {
        var settings = ProviderSettings()
        settings.openRouterBase = fake.base
        settings.geminiBase = fake.base
        settings.ollamaBase = fake.base + "/"
        settings.openAIBase = fake.base + "/v1"
        (settings.openRouterKey, settings.geminiKey, settings.openAIKey) = (
            FakeProvider.key, FakeProvider.key, FakeProvider.key
        )
        return settings
    }

    private func withFake<Value>(_ body: (FakeProvider) async throws -> Value) async throws -> Value {
        let fake = try await FakeProvider()
        defer { fake.stop() }
        return try await body(fake)
    }

    private func events(_ kind: ProviderKind, _ fake: FakeProvider, _ model: String) async throws -> [DJEvent] {
        let session = DJSession(try RemoteProvider(kind, settings(fake)))
        var events: [DJEvent] = []
        let turn = DJTurn(
            [ChatMessage(.user, "hi"), ChatMessage(.assistant, "hello"), ChatMessage(.user, "a set")], model: model)
        for try await event in session.events(turn) { events.append(event) }
        return events
    }

    @Test(arguments: services, [FakeProvider.Manner.fine, .broken])
    func anAnswerBecomesAPlan(_ kind: ProviderKind, _ manner: FakeProvider.Manner) async throws {
        try await withFake { fake in
            let events = try await events(kind, fake, manner.rawValue)
            let said = events.compactMap { if case .text(let text) = $0 { text } else { nil } }
            #expect(said.joined() == FakeProvider.answer)
            #expect(said.count > 20)
            let plan = try #require(events.compactMap { if case .plan(let plan) = $0 { plan } else { nil } }.first)
            #expect(plan.tracks.map(\.title) == ["Dusk", "Dawn"])
            #expect(plan.tracks.map(\.bpm) == [80, 82])
            #expect(plan.tracks.map(\.duration) == [20, 20])
            #expect(events.last == .done(text: "Here is a small set.\n\nShall I make it?", isCut: false))
            let notices = events.compactMap { if case .notice(let text) = $0 { text } else { nil } }
            #expect(notices.count == 2)
            try check(try #require(fake.requests.first), kind, manner.rawValue)
        }
    }

    /// What a service must be sent.
    private func check(_ request: FakeProvider.Request, _ kind: ProviderKind, _ model: String) throws {
        let body = try JSONText.read(Data(request.body.utf8), what: "the body")
        guard case .object(let members) = body else {
            Issue.record("no object")
            return
        }
        switch kind {
        case .gemini:
            #expect(request.path == "/v1beta/models/\(model):streamGenerateContent")
            #expect(request.query == "alt=sse")
            #expect(request.headers["x-goog-api-key"] == FakeProvider.key)
            guard case .list(let turns)? = members["contents"] else {
                Issue.record("no contents")
                return
            }
            #expect(turns.count == 3)
            #expect(members["systemInstruction"] != nil)
        case .ollama:
            #expect(request.path == "/api/chat")
            #expect(request.headers["authorization"] == nil)
            #expect(members["stream"] == true)
        default:
            #expect(request.path == "/v1/chat/completions")
            #expect(request.headers["authorization"] == "Bearer " + FakeProvider.key)
            guard case .list(let messages)? = members["messages"] else {
                Issue.record("no messages")
                return
            }
            #expect(messages.count == 5)
        }
    }

    @Test(arguments: services) func aCutPlanIsToldOf(_ kind: ProviderKind) async throws {
        try await withFake { fake in
            let events = try await events(kind, fake, "cut")
            #expect(!events.contains { if case .plan = $0 { true } else { false } })
            #expect(events.last == .done(text: "Here is a small set.", isCut: true))
        }
    }

    @Test(arguments: services) func proseIsAnAnswer(_ kind: ProviderKind) async throws {
        try await withFake { fake in
            let events = try await events(kind, fake, "prose")
            #expect(events.last == .done(text: "What mood are you in?", isCut: false))
        }
    }

    @Test(arguments: services, [FakeProvider.Manner.failing, .refused, .busy, .page, .empty])
    func failuresSayWhyAndNoKey(_ kind: ProviderKind, _ manner: FakeProvider.Manner) async throws {
        try await withFake { fake in
            let error = await #expect(throws: MusicError.self) { try await events(kind, fake, manner.rawValue) }
            let text = try #require(error).description
            #expect(!text.contains("secret") && !text.contains("sk-or") && !text.contains("http"), "\(text)")
            let expected =
                switch manner {
                case .failing: "upstream said no"
                case .refused: "refuses the key"
                case .busy: "asked too often"
                case .page: "status 500"
                default: "empty"
                }
            #expect(text.contains(expected), "\(text)")
        }
    }

    @Test(arguments: services) func aStoppedAnswerEnds(_ kind: ProviderKind) async throws {
        try await withFake { fake in
            let session = DJSession(try RemoteProvider(kind, settings(fake)))
            let heard = Task {
                for try await _ in session.events(DJTurn([ChatMessage(.user, "x")], model: "slow")) { return true }
                return false
            }
            // The stream is let go of after its first word, and the request with it.
            #expect(try await heard.value)
        }
    }

    @Test(arguments: services) func modelsAreListed(_ kind: ProviderKind) async throws {
        try await withFake { fake in
            let names = try await RemoteProvider(kind, settings(fake)).models()
            #expect(names == (kind == .gemini ? ["fine"] : ["fine", "cut"]))
        }
    }

    @Test func nobodyThere() async throws {
        var settings = ProviderSettings()
        settings.ollamaBase = "http://127.0.0.1:1"
        let provider = try RemoteProvider(.ollama, settings)
        let error = await #expect(throws: MusicError.self) {
            for try await _ in provider.reply(to: [ChatMessage(.user, "x")], model: nil) {}
        }
        #expect(try #require(error).description.contains("Ollama does not answer: there is no connection; start it"))
    }

    @Test func keysAreTakenFromTheEnvironment() throws {
        #expect(ProviderSettings(environment: [:]).first == .local)
        #expect(ProviderSettings(environment: ["GEMINI_API_KEY": "x"]).first == .gemini)
        #expect(ProviderSettings(environment: ["GEMINI_API_KEY": "x", "OPENROUTER_API_KEY": "y"]).first == .openrouter)
        #expect(ProviderSettings(environment: ["OPENAI_API_KEY": "x"]).openAIBase == "https://api.openai.com/v1")
        #expect(ProviderSettings(environment: ["OLLAMA_HOST": "0.0.0.0:99"]).ollamaBase == "http://127.0.0.1:99")
        #expect(ProviderSettings(environment: ["VIVACE_DJ_PROVIDER": "ollama"]).first == .ollama)
        let error = #expect(throws: MusicError.self) { try RemoteProvider(.openrouter, ProviderSettings()) }
        #expect(error?.field == "provider")
    }
}
