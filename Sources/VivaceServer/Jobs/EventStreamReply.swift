import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import MusicJobs
import NIOCore

/// An answer whose events are sent as they happen (`text/event-stream`), with signs of life between.
enum EventStreamReply {
    enum Piece: Sendable {
        case event(String)
        /// A comment, or what the stream has in its place.
        case beat
    }

    /// - Parameters:
    ///   - clock: by which a sign of life is due.
    ///   - interval: between signs of life.
    ///   - beat: what is sent as one.
    ///   - produce: gives the events to its parameter, and ends with the last one. It is cancelled when the client is
    ///     gone.
    static func response(
        _ clock: any Clock<Duration>, every interval: Duration = .seconds(15), beat: String = ": keep-alive\n\n",
        _ produce: @escaping @Sendable (@escaping @Sendable (Piece) async throws -> Void) async throws -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            let (pieces, feed) = AsyncThrowingStream<Piece, any Error>.makeStream()
            let work = Task {
                do {
                    try await produce { feed.yield($0) }
                    feed.finish()
                } catch {
                    feed.finish(throwing: error)
                }
            }
            let beats = Task {
                while !Task.isCancelled {
                    try await clock.sleep(for: interval)
                    feed.yield(.beat)
                }
            }
            defer {
                work.cancel()
                beats.cancel()
            }
            for try await piece in pieces {
                switch piece {
                case .event(let text): try await writer.write(ByteBuffer(string: text))
                case .beat: try await writer.write(ByteBuffer(string: beat))
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                HTTPField.Name("X-Accel-Buffering")!: "no",
            ],
            body: body)
    }
}

/// A job's events in the form of event streams.
enum JobEventText {
    /// - Parameter naming: whether the event says whose job it is of, as it must in a stream of all.
    static func text(of event: NumberedEvent, naming: Bool = false) throws -> String {
        var data = try json(of: event.event, job: event.job)
        if naming, case .object(var members) = data {
            members["job"] = .text(event.job)
            data = .object(members)
        }
        return "id: \(event.number)\nevent: \(event.event.name)\ndata: \(Reply.json(data))\n\n"
    }

    /// An event, with addresses of songs, and without anything of the server's inside.
    static func json(of event: JobEvent, job: String) throws -> JSONValue {
        switch event {
        case .failed(let error, let stage):
            return JSONValue([
                "event": .text(event.name), "error": JobDocument.error(error),
                "stage": JSONValue(optional: stage?.rawValue),
            ])
        case .finished(let result):
            return JSONValue(["event": .text(event.name), "result": JobDocument.result(result)])
        case .part(let part):
            return JSONValue([
                "event": .text(event.name), "index": JSONValue(part.song), "start": .number(part.start),
                "seconds": .number(part.seconds), "total": .number(part.total),
                "url": .text("/v1/jobs/\(job)/parts/\(part.name)"),
            ])
        case .notice(let text):
            return JSONValue(["event": .text(event.name), "notice": .text(PublicText.withoutPaths(text))])
        case .audio(let index, let handle):
            return JSONValue([
                "event": .text(event.name), "index": JSONValue(index), "handle": .text(handle),
                "url": .text(JobDocument.address(handle)),
            ])
        default: return try JSONText.read(Data(Reply.json(event).utf8), what: "The event")
        }
    }
}
