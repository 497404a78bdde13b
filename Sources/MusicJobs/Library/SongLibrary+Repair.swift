import Foundation
import MusicCore
import MusicEngine

/// What was found in the library's folder that the index had otherwise.
public struct LibraryReport: Sendable, Equatable, Codable {
    /// Songs in the library and in the trash.
    public var songs = 0
    /// Handles of files that the index did not know.
    public var added: [String] = []
    /// Handles of records whose file is gone.
    public var removed: [String] = []
    /// Handles of files that were moved into the trash or out of it, where their record has them.
    public var moved: [String] = []
    /// Names of files that hold no recipe: they are kept under their names.
    public var withoutRecipe: [String] = []

    public init() {}

    /// Whether everything was as the index has it.
    public var isClean: Bool { added.isEmpty && removed.isEmpty && moved.isEmpty }
}

extension SongLibrary {
    /// Extensions of the files that are songs.
    private static let endings: Set<String> = ["flac", "wav", "mp3", "ogg", "opus", "aac", "m4a", "aif", "aiff"]

    /// Brings index and folder together: no record without its file, no file without its record.
    ///
    /// - Throws: ``MusicError`` if the folder can't be read.
    public func repair() async throws -> LibraryReport {
        try await reconcile { song, _ in song }
    }

    /// Makes the index anew from the recipes in the files; what users have said of songs is kept where their handles
    /// are known.
    ///
    /// - Throws: ``MusicError`` if the folder can't be read.
    public func rebuild() async throws -> LibraryReport {
        try await reconcile { song, read in
            var song = song
            guard let read else { return song }
            song.caption = read.caption
            song.lyrics = read.lyrics
            song.parameters = read.parameters
            song.model = read.model
            song.seed = read.seed
            song.duration = read.duration ?? song.duration
            song.sampleRate = read.sampleRate ?? song.sampleRate
            song.bytes = read.bytes
            return song
        }
    }

    /// - Parameter update: makes the new record of a known song from the old one and from what its file says; the
    ///   latter is read on demand.
    private func reconcile(
        _ update: (SongRecord, SongRecord?) -> SongRecord
    ) async throws -> LibraryReport {
        var report = LibraryReport()
        let here = Set(try songNames(folder.library)), trashed = Set(try songNames(folder.trash))
        let known = try await index.allSongs()
        var changed: [SongRecord] = []
        for song in known {
            let isHere = here.contains(song.file), isTrashed = trashed.contains(song.file)
            guard isHere || isTrashed else {
                report.removed.append(song.id)
                continue
            }
            if song.trashed == nil, !isHere {
                try JobsFolder.move(folder.trash.appendingPathComponent(song.file), to: place(of: song))
                report.moved.append(song.id)
            } else if song.trashed != nil, !isTrashed {
                try JobsFolder.move(folder.library.appendingPathComponent(song.file), to: place(of: song))
                report.moved.append(song.id)
            }
            // Repairs leave records as they are, and have no need of the files' contents.
            let probe = update(song, nil)
            let next =
                update(song, nil) == probe ? update(song, read(song.file, isTrashed: song.trashed != nil)) : probe
            if next != song { changed.append(next) }
        }
        let files = Set(known.map(\.file))
        var handles = Set(known.map(\.id))
        for (names, isTrashed) in [(here, false), (trashed, true)] {
            for name in names.sorted() where !files.contains(name) {
                // The same name in both places: a copy that somebody made.
                if isTrashed, here.contains(name) { continue }
                var song = read(name, isTrashed: isTrashed)
                if song.parameters.isEmpty { report.withoutRecipe.append(name) }
                if handles.contains(song.id) { song.id = Handle.make(.song, ending: song.format) }
                handles.insert(song.id)
                changed.append(song)
                report.added.append(song.id)
            }
        }
        try await index.put(changed)
        try await index.removeSongs(report.removed)
        report.songs = known.count - report.removed.count + report.added.count
        return report
    }

    private func songNames(_ folder: URL) throws -> [String] {
        try JobsFolder.names(folder).filter {
            Self.endings.contains(URL(fileURLWithPath: $0).pathExtension.lowercased())
                && JobsFolder.size(folder.appendingPathComponent($0)) != nil
        }
    }

    /// What a file says of itself.
    private func read(_ name: String, isTrashed: Bool) -> SongRecord {
        let file = (isTrashed ? folder.trash : folder.library).appendingPathComponent(name)
        let ending = file.pathExtension.lowercased()
        // A file that tells nothing is a song all the same: somebody has put it there.
        let recipe = try? Recipe(file: file)
        let mix = recipe == nil ? MixRecipe(file: file) : nil
        let summary = try? AudioSummary(file: file)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        let request = recipe?.request
        let stem = file.deletingPathExtension().lastPathComponent
        var song = SongRecord(
            id: Handle.song(inFileName: name) ?? Handle.make(.song, ending: ending), file: name, owner: "",
            title: request.map { SongTitle.title(of: $0.prompt) } ?? mix?.title ?? stem,
            caption: request?.prompt ?? mix?.cues.map(\.title).joined(separator: ", ") ?? "",
            lyrics: request?.options["lyrics"]?.plainText ?? "", parameters: request?.object ?? mix?.parameters ?? [:],
            model: recipe?.model ?? "", seed: request?.seeds.first ?? 0, duration: summary?.duration,
            sampleRate: summary?.sampleRate, bytes: JobsFolder.size(file) ?? 0,
            created: attributes?[.modificationDate] as? Date ?? now())
        if isTrashed { song.trashed = now() }
        return song
    }
}

/// What songs and their files are called.
package enum SongTitle {
    /// The beginning of a caption, cut at a word.
    package static func title(of caption: String) -> String {
        let line = caption.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard line.count > 60 else { return line.isEmpty ? "Untitled" : line }
        let start = line.prefix(60)
        return String(start.lastIndex(of: " ").map { start[..<$0] } ?? start) + "…"
    }

    /// The name of a song's file: letters and numbers of the title, and the handle.
    package static func fileName(title: String, handle: String) -> String {
        let words = title.lowercased().split { !($0.isLetter || $0.isNumber) }
        var name = ""
        // Names of files are limited in bytes.
        for word in words where name.utf8.count + word.utf8.count < 60 { name += word + "-" }
        return name + handle
    }
}
