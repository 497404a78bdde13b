import Foundation
import MusicCore
import Synchronization
import Testing

import MusicJobs

@Suite struct LibraryTests {
    private func song(
        _ title: String, caption: String = "", lyrics: String = "", owner: String = "", created: Double = 0
    ) -> SongRecord {
        let id = Handle.make(.song, ending: "flac")
        return SongRecord(
            id: id, file: SongTitle.fileName(title: title, handle: id), owner: owner, title: title, caption: caption,
            lyrics: lyrics, parameters: ["bpm": 90], model: "m", seed: .max, duration: 3, sampleRate: 48_000, bytes: 1,
            created: Date(timeIntervalSince1970: created))
    }

    /// A library with the given songs, each with a file.
    private func library(_ songs: [SongRecord], _ folder: Folder) async throws -> SongLibrary {
        let place = JobsFolder(folder["service"])
        try place.prepare()
        let store = try SQLiteStore(file: place.database)
        try await store.put(songs)
        for song in songs { try Data("x".utf8).write(to: place.library.appendingPathComponent(song.file)) }
        return SongLibrary(index: store, folder: place, now: { Date(timeIntervalSince1970: 1000) })
    }

    @Test func songsAreFoundByTheBeginningsOfTheirWords() async throws {
        let folder = try Folder()
        let library = try await library(
            [
                song("Rain", caption: "warm lo-fi piano", lyrics: "night after night"),
                song("Café \"Größe\"", caption: "fast drums", lyrics: "la la"), song("雨の夜", caption: "静かな pianissimo"),
            ], folder)
        let cases: [(String, Set<String>)] = [
            ("rain", ["Rain"]), ("PIANO", ["Rain"]), ("pian", ["Rain", "雨の夜"]), ("night warm", ["Rain"]),
            ("night drums", []), ("cafe grosse", []), ("cafe größe", ["Café \"Größe\""]), ("lo-fi", ["Rain"]),
            ("夜", ["雨の夜"]), ("雨の", ["雨の夜"]), ("かな", ["雨の夜"]), ("\"größe\"", ["Café \"Größe\""]), ("iano", []),
            ("", ["Rain", "Café \"Größe\"", "雨の夜"]), ("   ", ["Rain", "Café \"Größe\"", "雨の夜"]), ("\"", []), ("*", []),
            ("rain OR drums", []), ("title:rain", []), ("a\0b", []), ("NEAR(rain)", []), ("-rain", ["Rain"]),
        ]
        for (text, titles) in cases {
            let page = try await library.songs(SongQuery(text))
            #expect(Set(page.songs.map(\.title)) == titles, "\(text)")
            #expect(page.total == titles.count, "\(text)")
        }
    }

    @Test func searchKeepsUpWithChanges() async throws {
        let folder = try Folder()
        let one = song("Rain")
        let library = try await library([one], folder)
        _ = try await library.change(one.id, SongChange(title: "Sun"))
        #expect(try await library.songs(SongQuery("rain")).total == 0)
        #expect(try await library.songs(SongQuery("sun")).songs.map(\.id) == [one.id])
        _ = try await library.trash(one.id)
        #expect(try await library.songs(SongQuery("sun")).total == 0)
        #expect(try await library.songs(SongQuery("sun", isTrashed: true)).total == 1)
        _ = try await library.emptyTrash()
        #expect(try await library.songs(SongQuery("sun", isTrashed: true)).total == 0)
    }

    /// No search reads through the table of songs: the words or an index tell which rows to look at.
    @Test func aThousandSongsAreSearchedByIndex() async throws {
        let folder = try Folder()
        let statements = Mutex<[String]>([])
        let store = try SQLiteStore(file: folder["jobs.sqlite"]) { text in statements.withLock { $0.append(text) } }
        try await store.put(
            (0..<1000).map { song("song \($0)", caption: $0 % 100 == 0 ? "rare" : "usual", created: Double($0)) })
        statements.withLock { $0 = [] }
        let page = try await store.songs(SongQuery("rare son", limit: 3))
        #expect(page.total == 10 && page.songs.map(\.title) == ["song 900", "song 800", "song 700"])
        let selects = statements.withLock { $0.filter { $0.contains("SELECT") && $0.contains("FROM") } }
        #expect(selects.filter { $0.contains("songs") }.count == 2)

        for query in [SongQuery("rare"), SongQuery("rare", owner: "a", isFavourite: true, rating: 3, order: .title)] {
            let plan = try await store.plan(of: query)
            #expect(plan.contains { $0.contains("song_texts VIRTUAL TABLE INDEX") })
            #expect(plan.contains { $0.contains("SEARCH songs USING INTEGER PRIMARY KEY") })
            #expect(!plan.contains { $0.contains("SCAN songs") })
        }
        for order in SongQuery.Order.allCases {
            let plan = try await store.plan(of: SongQuery(order: order))
            #expect(plan.contains { $0.contains("SEARCH songs USING INDEX songs_by_") }, "\(order): \(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(order): \(plan)")
        }
        #expect(try await store.songs(SongQuery(offset: 990, limit: 50)).songs.count == 10)
    }

    @Test func usersSayWhatTheyThink() async throws {
        let folder = try Folder()
        let (one, two) = (song("one", owner: "a", created: 1), song("two", owner: "b", created: 2))
        let library = try await library([one, two], folder)
        let changed = try await library.change(one.id, SongChange(rating: 4, isFavourite: true, folder: "best"))
        #expect(changed.rating == 4 && changed.isFavourite && changed.folder == "best" && changed.seed == .max)
        #expect(try await library.songs(SongQuery(isFavourite: true)).songs.map(\.id) == [one.id])
        #expect(try await library.songs(SongQuery(rating: 4)).songs.map(\.id) == [one.id])
        #expect(try await library.songs(SongQuery(rating: 5)).total == 0)
        #expect(try await library.songs(SongQuery(folder: "best")).total == 1)
        #expect(try await library.songs(SongQuery(folder: "")).songs.map(\.id) == [two.id])
        #expect(try await library.songs(SongQuery(order: .rating)).songs.first?.id == one.id)
        #expect(try await library.folders() == ["best": 1])
        #expect(try await library.folders(owner: "b") == [:])
        #expect(try await library.change(one.id, SongChange(rating: 0)).rating == nil)
        for change in [
            SongChange(rating: 6), SongChange(rating: -1), SongChange(title: String(repeating: "x", count: 201)),
        ] {
            await #expect(throws: MusicError.self) { try await library.change(one.id, change) }
        }
        await #expect(throws: JobRefusal.self) { try await library.change(one.id, SongChange(rating: 1), owner: "b") }
        #expect(try await library.songs(SongQuery(owner: "b")).songs.map(\.id) == [two.id])
    }

    @Test func whatIsInTheTrashComesBack() async throws {
        let folder = try Folder()
        let one = song("one")
        let library = try await library([one], folder)
        _ = try await library.trash(one.id)
        #expect(try await library.trash(one.id).trashed == Date(timeIntervalSince1970: 1000))
        #expect(folder.songs.isEmpty && folder.trash == [one.file])
        #expect(try await library.songs(SongQuery()).total == 0)
        #expect(try await library.restore(one.id) == one)
        #expect(try await library.restore(one.id) == one)
        #expect(folder.songs == [one.file] && folder.trash.isEmpty)
        _ = try await library.trash(one.id)
        #expect(try await library.emptyTrash(olderThan: 1) == [])
        #expect(try await library.emptyTrash(owner: "b") == [])
        #expect(try await library.emptyTrash() == [one.id])
        #expect(folder.trash.isEmpty)
        await #expect(throws: JobRefusal.self) { try await library.restore(one.id) }
    }

    /// Each state that a crash, or somebody with a file manager, can leave.
    @Test func folderAndIndexAreBroughtTogether() async throws {
        let folder = try Folder()
        let (fine, gone, back) = (song("fine"), song("gone"), song("back"))
        var half = song("half")
        let library = try await library([fine, gone, half, back], folder)
        let place = JobsFolder(folder["service"])
        unlink(place.library.appendingPathComponent(gone.file).path)
        // In the trash by its record, and not yet by its file; and the other way round.
        half.trashed = Date(timeIntervalSince1970: 1)
        try await library.index.put([half])
        rename(place.library.appendingPathComponent(back.file).path, place.trash.appendingPathComponent(back.file).path)
        let lost = Handle.make(.song, ending: "wav")
        try Data("x".utf8).write(to: place.library.appendingPathComponent("lost-\(lost)"))
        try Data("x".utf8).write(to: place.library.appendingPathComponent("from elsewhere.mp3"))
        try Data("x".utf8).write(to: place.library.appendingPathComponent("notes.txt"))
        try Data("x".utf8).write(to: place.library.appendingPathComponent(".vivace-part-1.flac"))

        let report = try await library.repair()
        #expect(report.removed == [gone.id])
        #expect(Set(report.moved) == [half.id, back.id])
        #expect(report.added.count == 2 && report.added.contains(lost))
        #expect(report.songs == 5)
        #expect(Set(folder.songs) == [fine.file, back.file, "lost-\(lost)", "from elsewhere.mp3", "notes.txt"])
        #expect(folder.trash == [half.file])
        #expect(try await library.song(fine.id) == fine)
        #expect(try await library.songs(SongQuery("elsewhere")).songs.first?.file == "from elsewhere.mp3")
        #expect(try await library.repair().isClean)
    }

    @Test func titlesAndNamesOfFilesAreOfModestLength() {
        #expect(SongTitle.title(of: "") == "Untitled")
        #expect(SongTitle.title(of: "a\nb") == "a")
        #expect(SongTitle.title(of: String(repeating: "word ", count: 40)).count <= 61)
        let handle = Handle.make(.song, ending: "flac")
        #expect(SongTitle.fileName(title: "../../etc/Passwd\0 x", handle: handle) == "etc-passwd-x-\(handle)")
        #expect(SongTitle.fileName(title: "…", handle: handle) == handle)
        let long = SongTitle.fileName(title: String(repeating: "雨 ", count: 500), handle: handle)
        #expect(long.utf8.count < 255 && Handle.song(inFileName: long) == handle)
    }
}
