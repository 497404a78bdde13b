import Foundation
import MusicCore

/// What an attempt has made, as it will be in the library.
package struct Arrival {
    package let announcement: Announcement

    /// - Parameters:
    ///   - folder: where the files are.
    ///   - names: what inputs are called, by their paths.
    package init(_ outcome: RunOutcome, of job: Job, folder: URL, names: [String: String], now: Date) {
        var handles = names
        var songs: [SongRecord] = []
        var result = JobResult(document: .null)
        let owned = outcome.files.map { file in
            (file, Handle.make(.song, ending: URL(fileURLWithPath: file.name).pathExtension.lowercased()))
        }
        for (file, handle) in owned {
            handles[file.name] = handle
            handles[folder.appendingPathComponent(file.name).path] = handle
        }
        func shown(_ value: JSONValue) -> JSONValue { value.replacingTexts { handles[$0] ?? $0 } }
        for (index, (file, handle)) in owned.enumerated() {
            let parameters = file.parameters.mapValues(shown)
            let title = job.request.title ?? SongTitle.title(of: file.caption)
            var song = SongRecord(
                id: handle, file: SongTitle.fileName(title: title, handle: handle), job: job.id, index: index,
                owner: job.owner, title: title, caption: file.caption, lyrics: file.lyrics, parameters: parameters,
                model: outcome.model ?? "", seed: file.seed, duration: file.duration, sampleRate: file.sampleRate,
                bytes: JobsFolder.size(folder.appendingPathComponent(file.name)) ?? 0, created: now)
            song.folder = job.request.folder
            songs.append(song)
            result.songs.append(
                .init(
                    handle: handle, seed: file.seed, duration: file.duration, sampleRate: file.sampleRate,
                    parameters: parameters))
        }
        result.document = shown(outcome.document)
        result.description = outcome.description.map(shown)
        result.notices = outcome.notices
        result.seconds = outcome.seconds
        result.model = outcome.model
        result.info = outcome.info
        announcement = Announcement(
            job: job.id, songs: songs, result: result, folder: folder.lastPathComponent,
            files: outcome.files.map(\.name))
    }
}
