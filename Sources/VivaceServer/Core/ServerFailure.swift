import MusicCore
import MusicJobs

/// Why a request is not answered as it was meant, with its HTTP status.
struct ServerFailure: Error {
    var status: Int
    /// One sentence, without anything of the server's inside.
    var detail: String
    /// A word for programs.
    var code: String
    /// The fields at fault, where the shape of a body is wrong.
    var fields: [Field] = []
    /// The field at fault, and what it must be, where its value is wrong.
    var field: String?
    var expected: String?
    /// Seconds after which it is worth another try.
    var retryAfter: Double?
    /// Methods that the path has, of a 405.
    var allow: String?

    /// A field that is not what it must be.
    struct Field {
        var name: String
        var message: String
        var input: JSONValue
    }

    init(_ status: Int, _ detail: String, code: String? = nil, retryAfter: Double? = nil) {
        self.status = status
        self.detail = detail
        self.code = code ?? Self.codes[status] ?? "internal"
        self.retryAfter = retryAfter
    }

    /// The shape of a body is wrong.
    init(fields: [Field]) {
        self.init(422, fields.map { "\($0.name): \($0.message)" }.joined(separator: "; "))
        self.fields = fields
    }

    private static let codes = [
        400: "invalidRequest", 401: "unauthorized", 403: "forbidden", 404: "notFound", 405: "methodNotAllowed",
        409: "conflict", 413: "tooLarge", 415: "unsupportedMediaType", 422: "invalidRequest", 429: "busy",
        431: "tooLarge", 501: "unsupported", 503: "unavailable",
    ]

    static func tooLarge(_ limit: Int) -> ServerFailure {
        ServerFailure(413, "The body is larger than \(ByteCount.text(Int64(limit))); send a smaller one")
    }

    /// What an error is to a client.
    init(_ error: any Error) {
        switch error {
        case let failure as ServerFailure: self = failure
        case let refusal as JobRefusal: self.init(refusal)
        case let error as MusicError:
            self.init(Self.status(of: error.code), PublicText.of(error), code: error.code.rawValue)
            (field, expected) = (error.field, error.expected)
        case is CancellationError: self.init(503, "The server is about to end; try again in a moment", retryAfter: 10)
        default: self.init(500, "Internal Server Error")
        }
    }

    private init(_ refusal: JobRefusal) {
        let text = PublicText.of(refusal.error)
        switch refusal.reason {
        case .queueFull:
            self.init(429, "Server busy: queue is full", code: "queueFull", retryAfter: refusal.retryAfter ?? 5)
        case .ownerLimit: self.init(429, text, code: "ownerLimit", retryAfter: refusal.retryAfter ?? 5)
        case .draining: self.init(503, text, code: "draining", retryAfter: refusal.retryAfter ?? 10)
        case .keyReused: self.init(409, text, code: "keyReused")
        case .wrongState: self.init(409, text, code: "wrongState")
        case .wrongOffset: self.init(409, text, code: "wrongOffset")
        case .notFound: self.init(404, text, code: "notFound")
        case .tooLarge: self.init(413, text, code: "tooLarge")
        }
    }

    /// The status for an error that shows before a job is taken on.
    static func status(of code: MusicError.Code) -> Int {
        switch code {
        case .invalidRequest, .unsupported, .modelNotFound, .unreadableInput: 400
        case .unwritableOutput: 507
        case .outOfMemory: 503
        case .network: 502
        case .cancelled: 409
        case .invalidCheckpoint, .numericalFailure, .internal: 500
        }
    }
}
