import Foundation
import Testing

/// `vivace worker`, as a server starts it.
@Suite struct WorkerCommandTests {
    /// Without anything to read there is no server: it says that it is ready, and ends.
    @Test func aWorkerEndsWithItsServer() throws {
        let outcome = try Program.run(["worker"], program: "ToneProbe")
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        let frame = Array(outcome.output.utf8)
        #expect(frame.count > 4)
        let length = frame.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        #expect(frame.count == 4 + length)
        #expect(outcome.output.contains("\"ready\""))
        #expect(outcome.output.contains("\"version\":1"))
    }

    @Test func itIsNoCommandForPeople() throws {
        #expect(try !Program.run(["--help"], program: "ToneProbe").output.contains("worker"))
    }
}
