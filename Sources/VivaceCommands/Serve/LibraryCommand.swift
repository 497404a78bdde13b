import ArgumentParser
import Foundation
import MusicCore
import MusicEngine
internal import MusicJobs

/// `vivace library`: the songs of a server, which are plain files with an index.
struct LibraryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "library", abstract: "List the songs of a server, or make their index anew.",
        subcommands: [LibraryListCommand.self, LibraryRebuildCommand.self])
}

/// Which library is meant.
struct LibraryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of the server's data.", valueName: "folder"))
    var data: String?

    /// - Throws: ``MusicError``, also where a server is at work on the folder.
    func service() async throws -> JobService {
        let folder = ServePlan.dataFolder(data)
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw MusicError(
                .unreadableInput, "There is no folder \(folder.path)",
                advice: "name the folder that the server was started with")
        }
        return try await JobService.open(at: folder, runner: EngineRunner(try CommandEnvironment.required().engine))
    }
}

/// `vivace library list`: songs that have some words in title, caption or lyrics.
struct LibraryListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List songs, the newest first.")

    @OptionGroup var library: LibraryOptions

    @Argument(help: "Words that all occur in title, caption or lyrics.")
    var words: [String] = []

    @Flag(help: "Look through the trash.")
    var trashed = false

    @Option(help: ArgumentHelp("Most songs that are listed.", valueName: "count"))
    var limit: Int = 50

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        guard (1...1000).contains(limit) else {
            throw MusicError(
                .invalidRequest, "The limit is \(limit)", advice: "use 1 to 1000", field: "limit", value: String(limit),
                expected: "1 to 1000")
        }
        let page = try await library.service().library.songs(
            SongQuery(words.joined(separator: " "), isTrashed: trashed, limit: limit))
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            Terminal.output(String(decoding: try encoder.encode(page.songs), as: UTF8.self))
            return
        }
        for song in page.songs {
            let length = song.duration.map { " (\(Int($0.rounded())) s)" } ?? ""
            Terminal.output("\(song.file): \(song.title)\(length)")
        }
        if page.total > page.songs.count { Terminal.output("... and \(page.total - page.songs.count) more") }
    }
}

/// `vivace library rebuild`: the index out of the recipes in the files.
struct LibraryRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make the index of the songs anew from the recipes in their files.",
        discussion: "Ratings, favourites and folders stay where the song's handle is known. No server may be running.")

    @OptionGroup var library: LibraryOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let report = try await library.service().library.rebuild()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            Terminal.output(String(decoding: try encoder.encode(report), as: UTF8.self))
            return
        }
        Terminal.output(
            "\(report.songs) songs; \(report.added.count) added, \(report.removed.count) without a file removed, "
                + "\(report.moved.count) moved")
        for name in report.withoutRecipe { Terminal.output("without a recipe: \(name)") }
    }
}
