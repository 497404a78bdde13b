import Foundation
import MusicCore
import MusicEngine
import MusicJobs
import Synchronization
import Testing
import ToneFamily

/// Jobs with real files and recipes, of a family that nothing but tests knows.
@Suite struct EngineRunnerTests {
    private func made(_ folder: Folder, _ document: [String: JSONValue], _ service: JobService) async throws -> Job {
        let id = try await service.queue.submit(JobSubmission(JobRequest(.generate, document: document), owner: "a"))
            .job.id
        let end = try await service.end(of: id)
        #expect(end.state == .succeeded, "\(String(describing: end.error))")
        return end
    }

    private func started(_ folder: Folder) async throws -> JobService {
        let engine = try toneEngine(folder)
        let service = try await JobService.open(
            at: folder["service"], runner: EngineRunner(engine), check: RequestCheck(engine).callAsFunction)
        try await service.start()
        return service
    }

    @Test func songsHaveHandlesAndRecipes() async throws {
        let folder = try Folder()
        let service = try await started(folder)
        let job = try await made(
            folder, ["caption": "two tones", "duration": 0.2, "batch_size": 2, "pitch": 300], service)
        let songs = try #require(job.result?.songs)
        #expect(songs.count == 2 && Set(songs.map(\.seed)).count == 2)
        for (index, song) in songs.enumerated() {
            #expect(Handle.kind(of: song.handle) == .song && song.handle.hasSuffix(".flac"))
            #expect(song.duration == 0.2 && song.sampleRate == 44_100 && song.parameters["pitch"] == 300)
            let record = try await service.library.song(song.handle, owner: "a")
            #expect(record.index == index && record.caption == "two tones" && record.model == "tone")
            let recipe = try Recipe(file: try await service.library.file(of: song.handle))
            #expect(recipe.request.seeds == [song.seed])
        }
        guard case .object(let document)? = job.result?.document, case .list(let audios)? = document["audios"],
            case .object(let first)? = audios.first
        else {
            Issue.record("the document is no generation result")
            return
        }
        #expect(first["path"] == .text(songs[0].handle) && document["success"] == true)
        #expect(job.result?.notices.isEmpty == false)
        #expect(!String(decoding: try JSONEncoder().encode(job), as: UTF8.self).contains(folder.url.lastPathComponent))
    }

    @Test func anotherAttemptMakesTheSameSongs() async throws {
        let folder = try Folder()
        let engine = try toneEngine(folder)
        var seeds: [[UInt64]] = []
        for number in 0..<2 {
            let place = folder["attempt-\(number)"]
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let request = JobRequest(
                .generate, document: ["caption": "x", "duration": 0.2, "seed": [-1, 4, -1].json, "batch_size": 4])
            let outcome = try await EngineRunner(engine).run(
                RunTask(id: "j", request: request, seed: 99, folder: place.path)
            ) { _ in }
            seeds.append(outcome.files.map(\.seed))
        }
        #expect(seeds[0] == seeds[1] && Set(seeds[0]).count == 4 && seeds[0].contains(4))
        #expect(seeds[0].allSatisfy { $0 < 1 << 32 })
    }

    @Test func inputsAreNamedByTheirHandles() async throws {
        let folder = try Folder()
        let service = try await started(folder)
        let first = try await made(folder, ["caption": "first", "duration": 1, "audio_format": "wav"], service)
        let handle = try #require(first.result?.songs.first?.handle)
        #expect(handle.hasSuffix(".wav"))
        let data = try Data(contentsOf: try await service.library.file(of: handle))
        let upload = try await service.uploads.store(data, owner: "a", name: "mine.wav")
        #expect(upload.audio == AudioSummary(duration: 1, sampleRate: 44_100, channels: 1))
        for input in [upload.id, handle] {
            let job = try await made(
                folder, ["caption": "second", "duration": 0.2, "reference_audio": .text(input)], service)
            let song = try #require(job.result?.songs.first)
            let recipe = try Recipe(file: try await service.library.file(of: song.handle))
            #expect(recipe.request.reference?.path == input)
            #expect(recipe.inputs?["reference_audio"]?.path == input)
            #expect(song.parameters["reference_audio"] == .text(input))
            #expect(
                !String(decoding: try JSONEncoder().encode(job), as: UTF8.self).contains(folder.url.lastPathComponent))
        }
        await #expect {
            try await service.queue.submit(
                JobSubmission(JobRequest(.generate, document: ["reference_audio": .text(handle)]), owner: "b"))
        } throws: { ($0 as? JobRefusal)?.reason == .notFound }
    }

    @Test func whatCantBeMadeIsRefusedBeforeItIsTakenOn() async throws {
        let folder = try Folder()
        let service = try await started(folder)
        let cases: [(JobRequest, String)] = [
            (JobRequest(.generate, document: ["caption": "x", "pich": 1]), "pich"),
            (JobRequest(.generate, document: ["caption": "x", "pitch": "high"]), "pitch"),
            (JobRequest(.generate, document: ["caption": "x", "batch_size": 99]), "batch_size"),
            (JobRequest(.generate, document: ["caption": "x"], audioFormat: "xyz"), "xyz"),
            (JobRequest(.generate, document: ["caption": "x", "output_type": "latent"]), "latents"),
            (JobRequest(.format, document: ["caption": " "]), "format"),
            (JobRequest(.codes, document: [:]), "audio"), (JobRequest(.create, document: ["qery": "x"]), "qery"),
            (JobRequest(.understand, document: ["audio_codes": "none"]), "audio codes"),
            (JobRequest(.create, document: [:], prelude: .init(.create, document: [:])), "first"),
            (JobRequest(.generate, document: [:], prelude: .init(.codes, document: [:])), "description"),
        ]
        for (request, word) in cases {
            await #expect("\(word)") {
                try await service.queue.submit(JobSubmission(request))
            } throws: { ($0 as? MusicError)?.description.contains(word) == true }
        }
        #expect(try await service.queue.jobs(JobQuery()).isEmpty)
    }

    @Test func withoutALanguageModelADescriptionFails() async throws {
        let folder = try Folder()
        let service = try await started(folder)
        for request in [
            JobRequest(.create, document: [:]), JobRequest(.understand, document: ["audio_codes": "<|audio_code_1|>"]),
        ] {
            let id = try await service.queue.submit(JobSubmission(request)).job.id
            let end = try await service.end(of: id)
            #expect(end.state == .failed && end.error?.code == .modelNotFound)
        }
    }

    /// A song can be heard in parts while it is made, and its parts go with the job.
    @Test func partsComeBeforeTheSong() async throws {
        let folder = try Folder()
        var request = JobRequest(.generate, document: ["caption": "tone", "duration": 0.5])
        request.givesParts = true
        let work = folder["attempt"]
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        let parts = Mutex<[AudioPart]>([])
        _ = try await EngineRunner(try toneEngine(folder)).run(
            RunTask(id: "x", request: request, seed: 1, folder: work.path)
        ) { event in
            if case .part(let part) = event { parts.withLock { $0.append(part) } }
        }
        let all = parts.withLock { $0 }
        #expect(
            all.map(\.start) == [0, 0.25] && all.map(\.seconds) == [0.25, 0.25] && all.map(\.total) == [0.5, 0.5])
        for part in all {
            let summary = try AudioSummary(file: work.appendingPathComponent("parts").appendingPathComponent(part.name))
            #expect(summary.sampleRate == 44_100 && abs(summary.duration - 0.25) < 1e-3)
        }

        let service = try await started(folder)
        let id = try await service.queue.submit(JobSubmission(request)).job.id
        let names = await service.allEvents(of: id).map(\.event.name)
        #expect(names.filter { $0 == "part" }.count == 2)
        for name in all.map(\.name) + ["../x.wav", "0-0.flac", ""] {
            await #expect(throws: JobRefusal.self) { try await service.queue.part(name, of: id) }
        }
        #expect(folder.names("service/spool/jobs").isEmpty)
    }

    /// Steps down in the said order, tells of each step, and refuses what doesn't fit even then.
    @Test func whatDoesNotFitIsTriedWithLess() async throws {
        let folder = try Folder()
        for (needs, steps) in [(GreedyFamily.Needs.eightBits, 3), (.oneNetwork, 2), (.nothing, 0), (.more, 3)] {
            let engine = try toneEngine(folder, families: [GreedyFamily(needs: needs)])
            let notices = Mutex<[String]>([])
            let work = folder["attempt-\(needs)"]
            try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
            let request = JobRequest(.generate, document: ["caption": "tone", "duration": 0.2])
            let outcome: Result<RunOutcome, any Error>
            do {
                let task = RunTask(id: "x", request: request, seed: 1, folder: work.path)
                outcome = .success(
                    try await EngineRunner(engine).run(task) { event in
                        if case .notice(let text) = event { notices.withLock { $0.append(text) } }
                    })
            } catch {
                outcome = .failure(error)
            }
            let said = notices.withLock { $0 }.filter { $0.hasPrefix("there is too little memory") }
            let words = ["let go of", "smaller tiles", "8 bits"]
            #expect(Array(zip(said, words)).allSatisfy { $0.contains($1) })
            #expect(said.count == steps, "\(needs): \(said)")
            switch outcome {
            case .success(let outcome):
                #expect(needs != .more && outcome.files.count == 1)
                #expect(outcome.notices.filter { $0.hasPrefix("there is too little memory") } == said)
            case .failure(let error): #expect(needs == .more && (error as? MusicError)?.code == .outOfMemory)
            }
        }
    }

    @Test func theIndexIsMadeAnewFromTheFiles() async throws {
        let folder = try Folder()
        var service: JobService? = try await started(folder)
        let job = try await made(
            folder, ["caption": "slow tone", "duration": 0.2, "pitch": 330], try #require(service))
        let handle = try #require(job.result?.songs.first?.handle)
        _ = try await service?.library.change(handle, SongChange(title: "Mine", rating: 5))
        let second = try await made(folder, ["caption": "trashed tone", "duration": 0.2], try #require(service))
        _ = try await service?.library.trash(try #require(second.result?.songs.first?.handle))

        // What users say of songs is kept while there is an index.
        let kept = try #require(try await service?.library.rebuild())
        #expect(kept.isClean && kept.songs == 2)
        #expect(try await service?.library.song(handle).rating == 5)
        #expect(try await service?.library.song(handle).title == "Mine")
        service = nil
        for name in ["jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm"] { unlink(folder["service/\(name)"].path) }

        let anew = try await started(folder)
        let song = try await anew.library.song(handle)
        #expect(
            song.caption == "slow tone" && song.duration == 0.2 && song.sampleRate == 44_100 && song.model == "tone")
        #expect(song.parameters["pitch"] == 330 && song.seed == job.result?.songs.first?.seed)
        #expect(try await anew.library.songs(SongQuery("slow")).total == 1)
        #expect(try await anew.library.songs(SongQuery("trashed")).total == 0)
        #expect(try await anew.library.songs(SongQuery("trashed", isTrashed: true)).total == 1)
    }
}

extension [Int] {
    fileprivate var json: JSONValue { .list(map { .integer(Int64($0)) }) }
}

/// Tones whose model takes more memory than there is, unless it is loaded with less.
private struct GreedyFamily: MusicFamily {
    enum Needs { case nothing, oneNetwork, eightBits, more }

    let needs: Needs
    var catalog: FamilyCatalog { ToneFamily().catalog }
    var fields: [FieldDescription] { ToneFamily().fields }

    func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend {
        let fits =
            switch needs {
            case .nothing: true
            case .oneNetwork: options.lowMemory
            case .eightBits: options.lowMemory && options.quantization == .q8
            case .more: false
            }
        guard fits else { throw MusicError(.outOfMemory, "the model takes more memory than there is") }
        return try await ToneFamily().load(location, options: options)
    }
}
