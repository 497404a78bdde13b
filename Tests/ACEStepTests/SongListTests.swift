import ACEStep
import Foundation
import ModelSupport
import MusicCore
import Testing

/// Requests whose songs have texts, languages or audio codes of their own.
@MLXActor
struct SongListTests {
    private nonisolated static let one = "<|audio_code_3|><|audio_code_1|><|audio_code_2|>"
    private nonisolated static let two = "<|audio_code_7|><|audio_code_9|><|audio_code_8|><|audio_code_5|>"

    /// What two songs have for themselves, and the same for each song alone.
    private struct Lists: Sendable {
        var name: String
        var all: @Sendable (inout ACEStepRequest) -> Void
        var each: @Sendable (inout ACEStepRequest, Int) -> Void
    }

    private nonisolated static let cases = [
        Lists(name: "caption", all: { $0.prompts = ["slow jazz", "loud metal"] }) {
            $0.prompt = ["slow jazz", "loud metal"][$1]
        },
        Lists(name: "lyrics", all: { $0.lyricsOfSongs = ["la la", ""] }) { $0.lyrics = ["la la", ""][$1] },
        Lists(name: "vocal_language", all: { $0.vocalLanguages = ["ja", "de"] }) {
            $0.vocalLanguage = ["ja", "de"][$1]
        },
        Lists(name: "audio_codes", all: { $0.audioCodesOfSongs = [one, two] }) { $0.audioCodes = [one, two][$1] },
        Lists(name: "codes of one song", all: { $0.audioCodesOfSongs = [one, ""] }) {
            $0.audioCodes = $1 == 0 ? one : nil
        },
    ]

    private nonisolated static func base(_ request: inout ACEStepRequest) {
        request.prompt = "slow jazz"
        request.lyrics = "la"
        request.duration = nil
        request.steps = 2
        request.seeds = [3, 3]
        request.batchSize = 2
    }

    @Test(arguments: cases.indices) func eachSongIsWhatItIsAlone(_ index: Int) async throws {
        let lists = Self.cases[index]
        let run = try TestRun("turbo-f32", .official)
        let batch = try await run.result {
            Self.base(&$0)
            if lists.name != "audio_codes" { $0.duration = 0.6 }
            lists.all(&$0)
        }
        #expect(batch.songs.count == 2 && batch.songs[0].latents != batch.songs[1].latents)
        for (song, made) in batch.songs.enumerated() {
            let alone = try await run.song {
                Self.base(&$0)
                $0.seeds = [3]
                $0.batchSize = 1
                if lists.name != "audio_codes" { $0.duration = 0.6 }
                lists.each(&$0, song)
            }
            #expect(alone.audio == made.audio && alone.latents == made.latents, "\(lists.name), song \(song + 1)")
            // What is stored with the song makes it again.
            let stored = try ACEStepRequest(batch.request(ofSong: song))
            #expect(stored.prompts.isEmpty && stored.lyricsOfSongs.isEmpty && stored.audioCodesOfSongs.isEmpty)
            let again = try await run.song { $0 = stored }
            #expect(again.audio == made.audio, "\(lists.name), song \(song + 1) again")
        }
        // So does the whole.
        let whole = try await run.result { $0 = try ACEStepRequest(batch.request) }
        #expect(whole.songs.map(\.audio) == batch.songs.map(\.audio))
    }

    @Test func songsThatFollowCodesAreAsLongAsThey() async throws {
        let result = try await TestRun("turbo-f32", .official).result {
            Self.base(&$0)
            $0.audioCodesOfSongs = [Self.one, Self.two]
        }
        #expect(result.songs.compactMap { $0.latents?.shape[0] } == [15, 20])
        #expect(result.request.duration == nil)
        #expect(result.songs.compactMap { $0.request?.duration }.map { Int($0 * 10 + 0.5) } == [6, 8])
    }

    @Test func noticesSayWhichSongsTheyAreAbout() throws {
        var request = ACEStepRequest(prompt: "")
        Self.base(&request)
        request.duration = 20
        request.prompts = ["x", " "]
        let resolved = try RequestResolver(variant: .turbo).resolve(request)
        #expect(resolved.notices == ["Song 2: The caption is empty: the model chooses the style"])
        request.duration = 2
        request.prompts = ["x", "y"]
        let both = try RequestResolver(variant: .turbo).resolve(request).notices
        #expect(both.count == 1 && both[0].hasPrefix("A duration of 2 seconds"))
    }

    @Test func namesOfBothAreToldThatDoNotGoTogether() throws {
        var request = ACEStepRequest(prompt: "")
        Self.base(&request)
        request.prompts = ["a", "b"]
        request.lyricsOfSongs = ["x", "y", "z"]
        let error = #expect(throws: MusicError.self) { try RequestResolver(variant: .turbo).resolve(request) }
        #expect(error?.message == "The field caption has 2 values, and the field lyrics has 3 values")
        request.lyricsOfSongs = []
        request.batchSize = 3
        let counts = #expect(throws: MusicError.self) { try RequestResolver(variant: .turbo).resolve(request) }
        #expect(counts?.message == "The field caption has 2 values, and batch_size is 3")
        request.prompts = (1...9).map(String.init)
        request.batchSize = 9
        #expect(throws: MusicError.self) { try RequestResolver(variant: .turbo).resolve(request) }
    }

    @Test func everySongIsChecked() throws {
        var request = ACEStepRequest(prompt: "x")
        Self.base(&request)
        request.audioCodesOfSongs = [Self.one, "no codes"]
        #expect(throws: MusicError.self) { try RequestResolver(variant: .turbo).resolve(request) }
        request.audioCodesOfSongs = []
        request.lyricsOfSongs = ["a", "b\0"]
        #expect(throws: MusicError.self) { try request.validate() }
    }

    @Test func documentsHaveLists() throws {
        func content(_ json: String) throws -> MusicRequest {
            try RequestDocument(json: Data(json.utf8)).content(for: ACEStepFamily()).request
        }
        let request = try content(#"{"prompt": ["a", "b"], "lyrics": ["x", "y"], "language": "de", "seed": 5}"#)
        #expect(request.prompts == ["a", "b"] && request.batchSize == 2 && request.seeds == [5])
        let options = try ACEStepOptions(request.options)
        #expect(options.lyricsOfSongs == ["x", "y"] && options.vocalLanguage == "de")
        #expect(try content(#"{"audio_codes": ["<|audio_code_1|>", "<|audio_code_2|>"]}"#).batchSize == 2)
        // One value in a list is one song.
        #expect(try content(#"{"caption": ["a"]}"#).batchSize == 1)
        // What is written is read again.
        let again = try JSONDecoder().decode(MusicRequest.self, from: JSONEncoder().encode(request))
        #expect(again == request)
        #expect(throws: MusicError.self) { try content(#"{"caption": ["a", 1.5, []]}"#) }
    }

    @Test func songsWithTextsOfTheirOwnAreNotPlanned() async throws {
        let backend = try await ACEStepBackend.load(
            try TestCheckpoint("turbo-f32", .official).location,
            options: LoadOptions(precision: .float32, device: .cpu))
        #expect(backend.reasonAgainstPlan(of: MusicRequest(prompts: ["a", "b"]), isAskedFor: false) != nil)
        #expect(backend.reasonAgainstPlan(of: MusicRequest(prompt: "a"), isAskedFor: false) == nil)
    }
}
