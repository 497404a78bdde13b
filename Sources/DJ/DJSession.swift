import MusicCore

/// One turn of a conversation with the DJ.
public struct DJTurn: Sendable {
    /// The conversation, oldest first, without what the system says; the last message is the user's.
    public var messages: [ChatMessage]
    public var defaults: SetDefaults
    /// The plan as it stands.
    public var plan: SetPlan?
    /// Titles of the tracks that are made.
    public var made: [String]
    /// `nil` takes the provider's usual one.
    public var model: String?

    public init(
        _ messages: [ChatMessage], defaults: SetDefaults = SetDefaults(), plan: SetPlan? = nil, made: [String] = [],
        model: String? = nil
    ) {
        self.messages = messages
        self.defaults = defaults
        self.plan = plan
        self.made = made
        self.model = model
    }
}

/// What happens in a turn.
public enum DJEvent: Sendable, Equatable {
    /// More of the answer.
    case text(String)
    case notice(String)
    case plan(SetPlan)
    /// The answer is over; its text without the plan's JSON, and whether a plan broke off.
    case done(text: String, isCut: Bool)
}

/// The conversation's other side: a service, or rules alone.
public struct DJSession: Sendable {
    private enum Side: Sendable {
        case service(any ChatProvider)
        case rules(LocalPlanner.Describe?)
    }

    private let side: Side

    /// - Parameter provider: answers.
    public init(_ provider: any ChatProvider) { side = .service(provider) }

    /// The DJ without any service.
    ///
    /// - Parameter describe: what a language model makes of a few words, if one is there.
    public init(local describe: LocalPlanner.Describe?) { side = .rules(describe) }

    /// What happens in a turn; the stream throws ``MusicError``.
    public func events(_ turn: DJTurn) -> AsyncThrowingStream<DJEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream<DJEvent, any Error>.makeStream()
        let work = Task {
            do {
                try await run(turn) { continuation.yield($0) }
                continuation.finish()
            } catch is CancellationError {
                continuation.finish(throwing: MusicError(.cancelled, "The answer was stopped"))
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in work.cancel() }
        return stream
    }

    private func run(_ turn: DJTurn, _ report: (DJEvent) -> Void) async throws {
        switch side {
        case .service(let provider): try await ask(provider, turn, report)
        case .rules(let describe):
            let answer = try await LocalPlanner(turn, describe: describe).answer()
            report(.text(answer.text))
            answer.notices.forEach { report(.notice($0)) }
            if let plan = answer.plan { report(.plan(plan)) }
            report(.done(text: answer.text, isCut: false))
        }
    }

    private func ask(
        _ provider: any ChatProvider, _ turn: DJTurn, _ report: (DJEvent) -> Void
    ) async throws {
        var whole = ""
        let messages =
            DJPrompt.messages(turn.defaults, plan: turn.plan, made: turn.made)
            + turn.messages.filter { $0.role != .system }
        for try await piece in provider.reply(to: messages, model: turn.model) {
            whole += piece
            report(.text(piece))
        }
        try Task.checkCancellation()
        guard !whole.allSatisfy(\.isWhitespace) else {
            throw MusicError(.network, "The provider's answer is empty", advice: "ask again, or choose another model")
        }
        let read = PlanReader(whole)
        read.notices.forEach { report(.notice($0)) }
        if let plan = read.plan { report(.plan(plan)) }
        report(.done(text: read.visible, isCut: read.isCut))
    }
}
