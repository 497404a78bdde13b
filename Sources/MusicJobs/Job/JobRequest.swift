public import MusicCore
public import MusicEngine

/// What a job makes.
public enum JobKind: String, Sendable, Codable, CaseIterable {
    /// Songs; its document is a ``RequestDocument``.
    case generate
    /// A song's description out of a few words; its document, like those that follow, is a ``DescriptionDocument``.
    case create
    /// A better caption, and lyrics laid out.
    case format
    /// A song in words.
    case understand
    /// The audio codes of a file.
    case codes
    /// Songs one after another as one; its document is a ``MixDocument``.
    case mix
}

/// What a job is asked for: everything that decides the result, as it came.
///
/// Audio that it works on is named by handles (``Handle``), in the fields that hold files.
public struct JobRequest: Sendable, Codable, Equatable {
    /// A description that a language model makes first, and from which the songs are then made.
    public struct Prelude: Sendable, Codable, Equatable {
        /// `create` or `format`.
        public var kind: JobKind
        /// A ``DescriptionDocument``.
        public var document: [String: JSONValue]

        public init(_ kind: JobKind, document: [String: JSONValue]) {
            self.kind = kind
            self.document = document
        }
    }

    /// Which language model plans the songs.
    public struct Planning: Sendable, Codable, Equatable {
        /// `nil` takes what the document says, and otherwise a language model that is there.
        public var wish: PlanningWish?
        /// Its name; `nil` takes the document's, else the one that suits.
        public var languageModel: String?
        /// Name of the memory tier; `nil` takes the machine's.
        public var tier: String?

        public init(wish: PlanningWish? = nil, languageModel: String? = nil, tier: String? = nil) {
            self.wish = wish
            self.languageModel = languageModel
            self.tier = tier
        }
    }

    public var kind: JobKind
    /// The fields of the request.
    public var document: [String: JSONValue]
    public var prelude: Prelude?
    public var planning: Planning
    /// Name of the model; `nil` takes the document's, else the default one.
    public var model: String?
    public var loadOptions: LoadOptions
    /// Extension of the songs' files, such as `flac`; `wav32` is WAV in 32 bits; `nil` takes the document's, else
    /// `flac`.
    public var audioFormat: String?
    /// Title of the songs in the library; `nil` takes the beginning of the caption.
    public var title: String?
    /// Folder of the songs in the library.
    public var folder: String
    /// What is to be said of the request, by whoever took it.
    public var notices: [String]
    /// Whether the songs can be heard in parts while they are made.
    public var givesParts: Bool?
    /// Where the news of its end is sent; `nil` for nowhere.
    public var callback: String?

    public init(
        _ kind: JobKind, document: [String: JSONValue], prelude: Prelude? = nil, planning: Planning = Planning(),
        model: String? = nil, loadOptions: LoadOptions = LoadOptions(), audioFormat: String? = nil,
        title: String? = nil, folder: String = "", notices: [String] = []
    ) {
        self.kind = kind
        self.document = document
        self.prelude = prelude
        self.planning = planning
        self.model = model
        self.loadOptions = loadOptions
        self.audioFormat = audioFormat
        self.title = title
        self.folder = folder
        self.notices = notices
    }
}

/// Who goes first.
public enum JobPriority: String, Sendable, Codable, CaseIterable {
    /// Somebody waits at a screen: these go first, for four turns in five.
    case interactive
    case normal
}

/// A request, with who makes it.
public struct JobSubmission: Sendable, Equatable {
    public var request: JobRequest
    /// Name of the key that it came with; owners see their own jobs alone, and get fair turns.
    public var owner: String
    public var priority: JobPriority
    /// Two submissions with one key, 1 to 128 printable ASCII characters, are one job; without a key each is its own.
    public var idempotencyKey: String?
    /// Jobs of this owner that may wait, with this one; `nil` takes the queue's limit.
    public var waitingLimit: Int?

    public init(
        _ request: JobRequest, owner: String = "", priority: JobPriority = .normal, idempotencyKey: String? = nil,
        waitingLimit: Int? = nil
    ) {
        self.request = request
        self.owner = owner
        self.priority = priority
        self.idempotencyKey = idempotencyKey
        self.waitingLimit = waitingLimit
    }
}
