import Foundation
import MusicCore
import MusicEngine
import Synchronization
import Testing

import MusicJobs

@Suite struct UploadTests {
    private let audio = Data("RIFF and what belongs to it".utf8)

    @Test func aFileComesInPieces() async throws {
        let folder = try Folder()
        let service = try await service(folder, ScriptedRunner())
        let upload = try await service.uploads.create(owner: "a", name: "my song.wav", length: audio.count)
        #expect(Handle.kind(of: upload.id) == .upload)
        let half = try await service.uploads.append(audio.prefix(10), to: upload.id, offset: 0, owner: "a")
        #expect(half.offset == 10 && !half.isComplete)
        for offset in [0, 9, 11, 27] {
            await #expect {
                try await service.uploads.append(Data("x".utf8), to: upload.id, offset: offset)
            } throws: { ($0 as? JobRefusal)?.reason == .wrongOffset && ($0 as? JobRefusal)?.error.expected == "10" }
        }
        await #expect {
            try await service.uploads.append(audio, to: upload.id, offset: 10)
        } throws: { ($0 as? JobRefusal)?.reason == .tooLarge }
        await #expect(throws: JobRefusal.self) { try await service.uploads.file(of: upload.id) }
        let whole = try await service.uploads.append(audio.dropFirst(10), to: upload.id, offset: 10)
        #expect(whole.isComplete && whole.audio?.sampleRate == 8000)
        #expect(whole.sha256?.count == 64)
        #expect(try Data(contentsOf: try await service.uploads.file(of: upload.id, owner: "a")) == audio)
        await #expect(throws: JobRefusal.self) { try await service.uploads.file(of: upload.id, owner: "b") }
        // A complete file takes nothing more.
        await #expect(throws: JobRefusal.self) {
            try await service.uploads.append(Data(), to: upload.id, offset: audio.count)
        }
    }

    @Test func whatIsNoAudioIsRefusedAndGone() async throws {
        let folder = try Folder()
        let service = try await service(folder, ScriptedRunner())
        await #expect(throws: MusicError.self) {
            try await service.uploads.store(Data("text".utf8), owner: "a")
        }
        #expect(folder.names("service/spool/uploads").isEmpty)
        _ = try await service.uploads.store(audio, owner: "a")
        #expect(folder.names("service/spool/uploads").count == 1)
    }

    @Test func limitsHold() async throws {
        let folder = try Folder()
        let service = try await service(
            folder, ScriptedRunner(), uploads: .init(bytes: 100, ownerBytes: 150, lifetime: 10))
        for length in [0, -1] {
            await #expect(throws: MusicError.self) { try await service.uploads.create(owner: "a", length: length) }
        }
        for length in [101, Int.max] {
            await #expect { try await service.uploads.create(owner: "a", length: length) } throws: {
                ($0 as? JobRefusal)?.reason == .tooLarge
            }
        }
        _ = try await service.uploads.create(owner: "a", length: 100)
        await #expect(throws: JobRefusal.self) { try await service.uploads.create(owner: "a", length: 60) }
        _ = try await service.uploads.create(owner: "b", length: 60)
    }

    @Test func whatAJobNeedsStays() async throws {
        let folder = try Folder()
        let time = Mutex(Date(timeIntervalSince1970: 0))
        let service = try await service(
            folder, ScriptedRunner(), uploads: .init(lifetime: 10), now: { time.withLock { $0 } })
        let (used, unused) = (
            try await service.uploads.store(audio, owner: "a"), try await service.uploads.store(audio, owner: "a")
        )
        let job = try await service.queue.submit(
            JobSubmission(JobRequest(.generate, document: ["reference_audio": .text(used.id)]), owner: "a")
        ).job
        #expect(job.inputs == [used.id])
        #expect(try await service.sweep() == [])
        time.withLock { $0 = Date(timeIntervalSince1970: 11) }
        #expect(try await service.sweep() == [unused.id])
        _ = try await service.queue.cancel(job.id)
        #expect(try await service.sweep() == [used.id])
        #expect(folder.names("service/spool/uploads").isEmpty)
    }

    @Test func aRestartGoesOnWhereThePiecesEnd() async throws {
        let folder = try Folder()
        var first: JobService? = try await service(folder, ScriptedRunner())
        let upload = try #require(await first?.uploads.create(owner: "a", length: audio.count))
        _ = try await first?.uploads.append(audio.prefix(10), to: upload.id, offset: 0)
        let lost = try #require(await first?.uploads.create(owner: "a", length: 5))
        first = nil
        unlink(folder["service/spool/uploads/\(lost.id)"].path)
        try Data().write(to: folder["service/spool/uploads/stranger"])
        let second = try await service(folder, ScriptedRunner())
        try await second.start()
        #expect(folder.names("service/spool/uploads") == [upload.id])
        #expect(try await second.uploads.upload(upload.id).offset == 10)
        await #expect(throws: JobRefusal.self) { try await second.uploads.upload(lost.id) }
        #expect(try await second.uploads.append(audio.dropFirst(10), to: upload.id, offset: 10).isComplete)
    }

    @Test func aNameIsNoPath() async throws {
        let folder = try Folder()
        let service = try await service(folder, ScriptedRunner())
        _ = try await service.uploads.create(owner: "a", name: "../../x", length: 3)
        for id in ["../lock", "..", "up_../../lock", "lock", ""] {
            await #expect(throws: JobRefusal.self) { try await service.uploads.upload(id) }
            try await service.uploads.remove(id)
        }
        #expect(FileManager.default.fileExists(atPath: folder["service/lock"].path))
    }
}
