import MusicCore

/// What is said of a route in the description of the server.
struct OperationText: Sendable {
    /// A parameter in the query or in a header field.
    struct Query: Sendable {
        var name: String
        var words: String
        var schema: JSONValue
        var place = "query"
        var isRequired = false

        init(_ name: String, _ words: String, _ schema: [String: JSONValue], in place: String = "query") {
            self.name = name
            self.words = words
            self.schema = .object(schema)
            self.place = place
        }
    }

    /// What comes back with a status.
    struct Answer: Sendable {
        var words: String
        /// Media type; `nil` without a body.
        var type: String?
        var schema: Schema = .inline(.object([:]))

        static func json(_ words: String, _ name: String) -> Answer {
            Answer(words: words, type: "application/json", schema: .named(name))
        }

        static func bytes(_ words: String, _ type: String) -> Answer {
            Answer(words: words, type: type, schema: .inline(.object(["type": "string", "format": "binary"])))
        }

        static func text(_ words: String, _ type: String) -> Answer {
            Answer(words: words, type: type, schema: .inline(.object(["type": "string"])))
        }

        static func empty(_ words: String) -> Answer { Answer(words: words) }
    }

    var tag: String
    var summary: String
    var query: [Query] = []
    /// By media type.
    var bodies: [String: Schema] = [:]
    var isBodyRequired = false
    /// By status.
    var answers: [Int: Answer]

    private init(
        _ tag: String, _ summary: String, query: [Query] = [], json: String? = nil, bodies: [String: Schema] = [:],
        isBodyRequired: Bool = false, _ answers: [Int: Answer]
    ) {
        self.tag = tag
        self.summary = summary
        self.query = query
        self.bodies = bodies
        if let json { self.bodies["application/json"] = .named(json) }
        self.isBodyRequired = isBodyRequired
        self.answers = answers
    }

    // MARK: What routes have in common

    private static let anyObject = Schema.inline(.object(["type": "object"]))
    private static let anyBytes = Schema.inline(.object(["type": "string", "format": "binary"]))
    private static let once = Query(
        "Idempotency-Key", "makes a submission come through once only",
        ["type": "string", "minLength": .integer(1), "maxLength": .integer(128)], in: "header")
    private static let lastEvent = Query(
        "Last-Event-ID", "the number of the last event that was had",
        ["type": "integer", "minimum": .integer(0)], in: "header")
    private static let pull = Answer.json("The download", "ModelPull")
    private static let number: [String: JSONValue] = ["type": "integer", "minimum": .integer(0)]

    /// A route of the reference, which reads a body leniently.
    private static func lenient(_ tag: String, _ summary: String, _ answer: String = "Envelope") -> OperationText {
        OperationText(
            tag, summary,
            bodies: [
                "application/json": .named("RestRequest"), "multipart/form-data": .named("RestRequest"),
                "application/x-www-form-urlencoded": .named("RestRequest"),
            ], [200: .json("Done, or a failure in the envelope", answer)])
    }

    private static func adapters(_ summary: String) -> OperationText {
        OperationText(
            "models", summary, bodies: ["application/json": anyObject], [200: .json("In the envelope", "Envelope")])
    }

    private static func wrapped(_ tag: String, _ summary: String) -> OperationText {
        OperationText(tag, summary, [200: .json("In the envelope", "Envelope")])
    }

    private static let audio = OperationText(
        "native", "A song, whole or in ranges",
        query: [
            Query("path", "handle of the song", ["type": "string"]),
            Query("Range", "bytes=FIRST-LAST", ["type": "string"], in: "header"),
        ],
        [
            200: .bytes("The file", "audio/*"), 206: .bytes("A part of it", "audio/*"),
            304: .empty("As it was"), 416: .empty("Beyond its end"),
        ])

    private static let chat = OperationText(
        "chat", "Songs as the answer of a chat", query: [once],
        bodies: ["application/json": .named("ChatRequest")], isBodyRequired: true,
        [
            200: Answer(
                words: "The songs as data URLs; with stream, events", type: "application/json",
                schema: .named("ChatCompletion"))
        ])

    private static let models = OperationText(
        "models", "The models, as OpenRouter lists them",
        query: [Query("format", "native for the reference's own list", ["enum": ["native", "openrouter"]])],
        [200: .json("The list; with format=native the reference's envelope", "AnyModelList")])

    private static let session = Answer.json("The session", "Session")
    private static let job = Answer.json("The job", "Job")
    private static let song = Answer.json("The song", "Song")

    // MARK: All routes

    /// By method and path.
    static let all: [String: OperationText] = own.merging(native) { $1 }

    private static let own: [String: OperationText] = [
        "POST /v1/jobs": OperationText(
            "jobs", "Have songs made, or described", query: [once], json: "JobRequest",
            [200: .json("The job that the same key made before", "Job"), 202: .json("Taken on", "Job")]),
        "POST /v1/jobs/batch": OperationText(
            "jobs", "Several jobs, all or none", query: [once], json: "JobBatch",
            [200: .json("The jobs that the same key made before", "JobList"), 202: .json("Taken on", "JobList")]),
        "GET /v1/jobs": OperationText(
            "jobs", "Jobs, the newest first",
            query: [
                Query("state", "one or more of queued, running, succeeded, failed, cancelled", ["type": "string"]),
                Query("limit", "most jobs", ["type": "integer", "minimum": .integer(1), "maximum": .integer(1000)]),
                Query("batch", "those that were submitted together", ["type": "string"]),
                Query("cursor", "the last job of the page before", ["type": "string"]),
            ], [200: .json("Jobs", "JobList")]),
        "GET /v1/jobs/{id}": OperationText("jobs", "A job", [200: job]),
        "DELETE /v1/jobs/{id}": OperationText("jobs", "Cancel a job", [200: job]),
        "POST /v1/jobs/{id}/cancel": OperationText("jobs", "Cancel a job", [200: job]),
        "POST /v1/jobs/{id}/move": OperationText(
            "jobs", "Put a job that waits before another of yours, or behind all of them", json: "JobMove", [200: job]),
        "GET /v1/queue": OperationText("jobs", "Your jobs that wait", [200: .json("In order", "QueueLine")]),
        "PATCH /v1/queue": OperationText(
            "jobs", "Let none of your songs begin, or let them begin again", json: "QueueChange",
            [200: .json("Your jobs that wait", "QueueLine")]),
        "GET /v1/jobs/{id}/events": OperationText(
            "jobs", "The events of a job to its end", query: [lastEvent],
            [200: .text("Server-sent events", "text/event-stream")]),
        "GET /v1/jobs/{id}/parts/{name}": OperationText(
            "jobs", "A stretch of a song that is being made", [200: .bytes("WAV", "audio/wav")]),
        "GET /v1/jobs/{id}/archive": OperationText(
            "jobs", "The songs of a job, or of its batch, in one ZIP file",
            [200: .bytes("The archive", "application/zip")]),
        "GET /v1/events": OperationText(
            "jobs", "The events of all jobs; without an end", query: [lastEvent],
            [200: .text("Server-sent events", "text/event-stream")]),
        "POST /v1/music/generate": OperationText(
            "jobs", "Have songs made, as the reference's first release took it",
            bodies: [
                "application/json": .named("RestRequest"), "multipart/form-data": .named("RestRequest"),
            ], [200: job]),
        "GET /v1/songs": OperationText(
            "library", "Search the library",
            query: [
                Query("text", "words in title, caption or lyrics", ["type": "string"]),
                Query("folder", "name of a folder; empty for songs in none", ["type": "string"]),
                Query("favourite", "favourites alone, or the others", ["type": "boolean"]),
                Query("rating", "least rating", ["type": "integer", "minimum": .integer(1), "maximum": .integer(5)]),
                Query("trashed", "whether the trash is searched", ["type": "boolean"]),
                Query("order", "order", ["enum": ["newest", "oldest", "title", "rating", "longest"]]),
                Query("limit", "most songs", ["type": "integer", "minimum": .integer(1), "maximum": .integer(1000)]),
                Query("offset", "songs that are left out at the beginning", number),
            ], [200: .json("Songs", "SongPage")]),
        "GET /v1/songs/{id}": OperationText("library", "A song", [200: song]),
        "GET /v1/songs/{id}/lyrics.lrc": OperationText(
            "library", "When the lyrics are sung, as LRC; of songs made with get_lrc",
            [200: .text("Lines with their times", "text/plain")]),
        "GET /v1/songs/{id}/lyrics.srt": OperationText(
            "library", "When the lyrics are sung, as SubRip",
            [200: .text("Subtitles", "text/plain")]),
        "GET /v1/songs/{id}/lyrics.vtt": OperationText(
            "library", "When the lyrics are sung, as WebVTT",
            [200: .text("Subtitles", "text/vtt")]),
        "PATCH /v1/songs/{id}": OperationText(
            "library", "Say what you think of a song", json: "SongChange", [200: song]),
        "DELETE /v1/songs/{id}": OperationText("library", "Put a song into the trash", [200: song]),
        "POST /v1/songs/{id}/restore": OperationText("library", "Take a song out of the trash", [200: song]),
        "GET /v1/folders": OperationText("library", "Folders", [200: .json("Folders", "Folders")]),
        "DELETE /v1/trash": OperationText(
            "library", "Remove what is in the trash for good",
            query: [Query("older_than", "seconds that it has been there", number)],
            [200: .json("What was removed", "Removed")]),
        "GET /v1/songs/{id}/cue": OperationText(
            "dj", "The cue sheet of a mix", [200: .text("Cue sheet", "application/x-cue")]),
        "GET /v1/dj/providers": OperationText(
            "dj", "Who can answer in conversations", [200: .json("Services", "DJProviders")]),
        "GET /v1/dj/providers/{id}/models": OperationText(
            "dj", "The models of a service", [200: .json("Names", "DJModels")]),
        "POST /v1/dj/chat": OperationText(
            "dj", "Say something to the DJ", json: "DJChat",
            [200: .text("Server-sent events: text, notice, plan, failed, done", "text/event-stream")]),
        "POST /v1/dj/plan": OperationText(
            "dj", "Check a plan, and have the jobs that it is", json: "DJPlanRequest",
            [200: .json("The plan; each track with its request and its problems", "DJPlanAnswer")]),
        "POST /v1/dj/mixes": OperationText(
            "dj", "Have songs joined to one", query: [once], json: "DJMix",
            [200: .json("The job that the same key made before", "Job"), 202: .json("Taken on", "Job")]),
        "POST /v1/uploads": OperationText(
            "uploads", "Send an audio file; with Upload-Length, begin to send one in pieces (tus 1.0)",
            query: [
                Query("name", "name of the file", ["type": "string"]),
                Query("Upload-Length", "bytes that the file will have", ["type": "integer"], in: "header"),
            ],
            bodies: ["application/octet-stream": anyBytes, "multipart/form-data": anyObject],
            [201: .json("The upload", "Upload")]),
        "OPTIONS /v1/uploads": OperationText("uploads", "What of tus is there", [204: .empty("In header fields")]),
        "HEAD /v1/uploads/{id}": OperationText("uploads", "How much is there", [200: .empty("In header fields")]),
        "GET /v1/uploads/{id}": OperationText("uploads", "An upload", [200: .json("The upload", "Upload")]),
        "PATCH /v1/uploads/{id}": OperationText(
            "uploads", "Send a piece",
            query: [
                Query(
                    "Upload-Offset", "where the piece begins", ["type": "integer", "minimum": .integer(0)], in: "header"
                )
            ],
            bodies: ["application/offset+octet-stream": anyBytes, "application/octet-stream": anyBytes],
            isBodyRequired: true,
            [204: .empty("How much is there now, in header fields")]),
        "DELETE /v1/uploads/{id}": OperationText("uploads", "Remove an upload", [204: .empty("Removed")]),
        "GET /v1/models/catalog": OperationText(
            "models", "Models that can be had: size, licence, memory, and whether they are here",
            [200: .json("Models", "ModelCatalog")]),
        "GET /v1/models/{name}/pull": OperationText("models", "How a download stands", [200: pull]),
        "GET /v1/models/{name}/pull/events": OperationText(
            "models", "A download to its end, whole in each event",
            [200: .text("Server-sent events", "text/event-stream")]),
        "POST /v1/models/{name}/pull": OperationText(
            "models", "Download a model, or go on with that", [200: pull, 202: pull]),
        "DELETE /v1/models/{name}/pull": OperationText(
            "models", "Stop a download; what has arrived is kept", [200: pull]),
        "POST /v1/lora/load": adapters("Load an adapter for this client's later jobs"),
        "POST /v1/lora/unload": adapters("Let go of all adapters"),
        "POST /v1/lora/toggle": adapters("Use the adapter, or leave it out"),
        "POST /v1/lora/scale": adapters("Set the strength of an adapter, 0 to 1"),
        "GET /v1/lora/status": OperationText(
            "models", "The adapters of this client", [200: .json("Names and strengths", "Envelope")]),
        "GET /v1/capabilities": OperationText(
            "server", "Models, fields and limits", [200: .json("What there is", "Capabilities")]),
        "GET /livez": OperationText("server", "Whether the server lives", [200: .json("It does", "Status")]),
        "GET /readyz": OperationText("server", "Whether jobs are taken on", [200: .json("They are", "Status")]),
        "GET /metrics": OperationText(
            "server", "Measurements for Prometheus", [200: .text("Text format 0.0.4", "text/plain")]),
        "GET /v1/session": OperationText(
            "server", "Whether a key is needed, and whose session this is", [200: session]),
        "POST /v1/session": OperationText(
            "server", "Log in with a browser",
            bodies: [
                "application/json": .inline(
                    .object([
                        "type": "object", "additionalProperties": false,
                        "properties": .object(["key": .object(["type": ["string", "null"]])]),
                    ]))
            ], [200: session]),
        "DELETE /v1/session": OperationText("server", "Log out", [204: .empty("Logged out")]),
        "GET /openapi.json": OperationText(
            "server", "This description",
            [200: Answer(words: "OpenAPI 3.1", type: "application/json", schema: anyObject)]),
    ]

    private static let native: [String: OperationText] = [
        "POST /release_task": lenient("native", "Have songs made", "Submitted"),
        "POST /query_result": OperationText(
            "native", "How jobs stand",
            bodies: [
                "application/json": .named("QueryResult"), "application/x-www-form-urlencoded": .named("QueryResult"),
            ], [200: .json("One item for each id, in order", "TaskResults")]),
        "POST /cancel_task": lenient("native", "Cancel a job"),
        "GET /v1/audio": audio, "GET /v1/audio/{handle}": audio,
        "POST /format_input": lenient("native", "Rewrite a caption and lay lyrics out"),
        "POST /format_lyrics": lenient("native", "Likewise"),
        "POST /v1/create_sample": lenient("native", "Describe a song out of a few words"),
        "POST /create_random_sample": lenient("native", "An idea"),
        "POST /v1/chat/completions": chat, "POST /api/v1/chat/completions": chat,
        "GET /v1/models": models, "GET /api/v1/models": models,
        "GET /health": wrapped("server", "Whether the server lives, and what is loaded"),
        "GET /v1/model_inventory": wrapped("models", "The models"),
        "GET /v1/stats": wrapped("server", "The queue"),
        "POST /v1/init": OperationText(
            "models", "Load a model",
            bodies: [
                "application/json": .inline(
                    .object([
                        "type": "object",
                        "properties": .object([
                            "model": .object(["type": ["string", "null"]]),
                            "slot": .object(["type": ["integer", "null"]]),
                            "init_llm": .object(["type": ["boolean", "null"]]),
                            "lm_model_path": .object(["type": ["string", "null"]]),
                        ]),
                    ]))
            ], [200: .json("Loaded, or a failure in the envelope", "Envelope")]),
        "POST /v1/reinitialize": wrapped("models", "Load what is loaded anew"),
    ]
}
