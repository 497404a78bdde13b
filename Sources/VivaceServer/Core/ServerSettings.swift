public import DJ
public import Foundation
public import MusicCore

/// How a server is reached, who may use it, and what it makes songs with.
public struct ServerSettings: Sendable {
    /// Largest bodies, in bytes, and other sizes beyond which a request is refused.
    public struct Limits: Sendable, Equatable {
        /// JSON, forms and raw text.
        public var body: Int
        /// Chat requests, which carry audio as text.
        public var chat: Int
        /// Uploads and multipart forms.
        public var upload: Int
        /// A body whose sender has not shown a key yet.
        public var unauthenticated: Int
        /// All header fields together.
        public var headers: Int
        /// Ids in one question for results.
        public var ids: Int

        public init(
            body: Int = 8 << 20, chat: Int = 128 << 20, upload: Int = 256 << 20, unauthenticated: Int = 1 << 20,
            headers: Int = 64 << 10, ids: Int = 100
        ) {
            self.body = body
            self.chat = chat
            self.upload = upload
            self.unauthenticated = unauthenticated
            self.headers = headers
            self.ids = ids
        }
    }

    /// Where news of jobs may be sent.
    public struct Webhooks: Sendable, Equatable {
        /// Names of hosts in lower case, with a port where it isn't the usual one.
        public var hosts: Set<String> = []
        /// With which news are signed; `nil` for no signature.
        public var secret: String?

        public init() {}
    }

    /// Name or address on which it listens.
    public var host: String
    /// 0 takes a free one.
    public var port: Int
    /// Those who may use it; with none, everybody may.
    public var keys: AccessKeys
    /// Whether a server without keys may listen beyond this machine.
    public var isOpenBeyondLoopback = false
    /// Names in `Host` under which it answers, beside this machine's own.
    public var allowedHosts: Set<String> = []
    /// Web pages that may use it, beside those of this machine, such as `https://studio.example`.
    public var allowedOrigins: Set<String> = []
    /// Folders whose files clients on this machine may name by their paths.
    public var inputFolders: [String] = []
    /// Name of the model for requests that name none, or one that is not installed; `nil` takes the default one, and
    /// refuses models that are not installed.
    public var model: String?
    /// Name of the language model, where requests name none.
    public var languageModel: String?
    /// Whether language models are used: always where one is there, never, or as the memory suits (`nil`).
    public var usesLanguageModel: Bool?
    public var loadOptions = LoadOptions()
    /// Songs of a REST request that does not say how many.
    public var usualBatch = 2
    /// Of the pages, such as `en`.
    public var language = "en"
    public var webhooks = Webhooks()
    /// Services that the DJ asks, with their keys.
    public var dj = ProviderSettings()
    /// Folder of the Studio's pages; `nil` for none.
    public var studio: URL?
    /// Whether the model is loaded at the start.
    public var loadsAtStart = false
    public var limits = Limits()

    public init(host: String = "127.0.0.1", port: Int = 7860, keys: AccessKeys = AccessKeys()) {
        self.host = host
        self.port = port
        self.keys = keys
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { HostName(host)?.isLoopback == true }

    /// - Throws: ``MusicError`` `invalidRequest` for a server that anybody could use, or a port that there isn't.
    public func validate() throws {
        guard (0...65_535).contains(port) else {
            throw MusicError(
                .invalidRequest, "The port is \(port)", advice: "give 1 to 65535, or 0 for a free one", field: "port",
                value: String(port), expected: "0 to 65535")
        }
        guard isLoopback || !keys.isEmpty || isOpenBeyondLoopback else {
            throw MusicError(
                .invalidRequest, "A server on \(host) without a key can be used by everybody who reaches it",
                advice: "set a key, listen on 127.0.0.1, or say that no key is wanted", field: "api_key")
        }
    }
}
