public import Foundation
public import MusicCore
public import MusicEngine

/// Who does the work of a job: in this process (``EngineRunner``), or in another (``WorkerRunner``).
public protocol JobRunner: Sendable {
    /// Does the work of a job. Cancelling the task that waits stops it within one step.
    ///
    /// - Parameters:
    ///   - task: what to do; its inputs are files.
    ///   - report: takes what happens on the way, in order.
    /// - Returns: what was made, with complete files in the task's folder.
    /// - Throws: ``MusicError``; `cancelled` if the task was cancelled.
    func run(_ task: RunTask, report: @escaping @Sendable (RunEvent) -> Void) async throws -> RunOutcome

    /// What an audio file holds, told by its decoder; any other file is refused.
    ///
    /// - Throws: ``MusicError`` `unreadableInput`.
    func inspect(_ file: URL) async throws -> AudioSummary

    /// Loads a model, and a language model, ahead of the first job, and keeps them until the next call.
    ///
    /// - Throws: ``MusicError``.
    func load(_ order: LoadOrder) async throws -> [LoadedModel]

    /// What is loaded.
    func loadedModels() async -> [LoadedModel]

    /// Ends when the work under way is done, and takes on nothing more.
    func shutDown() async
}

/// One attempt at a job.
public struct RunTask: Sendable, Codable, Equatable {
    /// Of the job.
    public var id: String
    /// The job's request; files stand in the place of handles.
    public var request: JobRequest
    /// Where the seeds come from that the request leaves open.
    public var seed: UInt64
    /// Path of an empty folder for the songs.
    public var folder: String
    /// What inputs are called in recipes and results, by their paths.
    public var names: [String: String]

    public init(id: String, request: JobRequest, seed: UInt64, folder: String, names: [String: String] = [:]) {
        self.id = id
        self.request = request
        self.seed = seed
        self.folder = folder
        self.names = names
    }
}

/// What a runner reports on the way.
public enum RunEvent: Sendable, Codable, Equatable {
    case stage(MusicStage)
    case progress(MusicStage, completed: Int, total: Int, fraction: Double)
    case notice(String)
    /// A stretch of a song has its file, in the task's folder ``AudioPart/folder``.
    case part(AudioPart)
}

/// A stretch of a song that is not finished: a WAV file of 16 bits, before the level rule, which needs the whole song.
public struct AudioPart: Sendable, Codable, Equatable {
    /// Name of the folder within that of the task.
    static let folder = "parts"

    /// Index of the song in its batch.
    public var song: Int
    /// Seconds in the song at which it begins.
    public var start: Double
    /// Its length in seconds.
    public var seconds: Double
    /// Seconds that the song will have.
    public var total: Double
    /// Name of its file.
    public var name: String

    public init(song: Int, start: Double, seconds: Double, total: Double, name: String) {
        self.song = song
        self.start = start
        self.seconds = seconds
        self.total = total
        self.name = name
    }

    /// Whether a text can be the name of a part's file.
    static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[0-9]{1,4}-[0-9]{1,12}\.wav/) != nil }
}

/// What an attempt made.
public struct RunOutcome: Sendable, Codable, Equatable {
    /// A finished song.
    public struct File: Sendable, Codable, Equatable {
        /// Name in the task's folder.
        public var name: String
        public var seed: UInt64
        /// Seconds.
        public var duration: Double
        /// Samples per second.
        public var sampleRate: Int
        public var channels: Int
        public var caption: String
        public var lyrics: String
        /// What made it, under the names of the reference.
        public var parameters: [String: JSONValue]

        public init(
            name: String, seed: UInt64, duration: Double, sampleRate: Int, channels: Int, caption: String,
            lyrics: String, parameters: [String: JSONValue]
        ) {
            self.name = name
            self.seed = seed
            self.duration = duration
            self.sampleRate = sampleRate
            self.channels = channels
            self.caption = caption
            self.lyrics = lyrics
            self.parameters = parameters
        }
    }

    public var files: [File] = []
    /// See ``JobResult/document``; the paths of songs are names in the folder.
    public var document: JSONValue
    /// See ``JobResult/description``.
    public var description: JSONValue?
    /// What the user should know.
    public var notices: [String] = []
    /// Seconds by stage.
    public var seconds: [String: Double] = [:]
    public var model: String?
    public var info: ModelInfo?
    /// Seconds of sound that were made, which the work is measured by; `nil` where none was.
    public var soundSeconds: Double?

    public init(document: JSONValue) { self.document = document }
}

/// Which models are to be loaded.
public struct LoadOrder: Sendable, Codable, Equatable {
    /// `nil` takes the default one.
    public var model: String?
    /// Whether a language model is loaded too.
    public var loadsLanguageModel: Bool
    /// Its name; `nil` takes the one that suits.
    public var languageModel: String?
    public var options: LoadOptions

    public init(
        model: String? = nil, loadsLanguageModel: Bool = false, languageModel: String? = nil,
        options: LoadOptions = LoadOptions()
    ) {
        self.model = model
        self.loadsLanguageModel = loadsLanguageModel
        self.languageModel = languageModel
        self.options = options
    }
}

/// A model that is loaded.
public struct LoadedModel: Sendable, Codable, Equatable {
    public enum Purpose: String, Sendable, Codable { case music, planning }

    public var name: String
    public var purpose: Purpose
    public var info: ModelInfo?

    public init(_ name: String, _ purpose: Purpose, info: ModelInfo? = nil) {
        self.name = name
        self.purpose = purpose
        self.info = info
    }
}
