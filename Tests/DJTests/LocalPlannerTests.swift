import DJ
import MusicCore
import Testing

@Suite struct LocalPlannerTests {
    private func turn(
        _ said: String, plan: SetPlan? = nil, made: [String] = [], defaults: SetDefaults = SetDefaults(),
        describe: LocalPlanner.Describe? = nil
    ) async throws -> (plan: SetPlan?, text: String, notices: [String]) {
        var result: (plan: SetPlan?, text: String, notices: [String]) = (nil, "", [])
        let turn = DJTurn([ChatMessage(.user, said)], defaults: defaults, plan: plan, made: made)
        for try await event in DJSession(local: describe).events(turn) {
            switch event {
            case .plan(let plan): result.plan = plan
            case .done(let text, _): result.text = text
            case .notice(let text): result.notices.append(text)
            case .text: break
            }
        }
        return result
    }

    @Test func threeChillTracks() async throws {
        let plan = try #require(try await turn("three chill tracks, 20 seconds each").plan)
        #expect(plan.tracks.count == 3)
        #expect(plan.tracks.allSatisfy { $0.duration == 20 })
        #expect(plan.tracks.allSatisfy { $0.caption.contains("chill") })
        #expect(plan.tracks.allSatisfy { ($0.bpm ?? 999) < 120 && $0.isInstrumental })
        #expect(Set(plan.tracks.map(\.title)).count == 3)
        // Keys go from neighbour to neighbour.
        let keys = plan.tracks.compactMap { $0.key.flatMap { KeyWheel($0) } }
        #expect(keys.count == 3)
        for (first, second) in zip(keys, keys.dropFirst()) { #expect(first.distance(to: second) == 1) }
    }

    @Test(arguments: [
        ("make me 5 techno songs at 128-132 bpm", 5, "techno", 128.0...132.0),
        ("I'd like two more upbeat house tracks around 124 BPM", 2, "house", 124...124),
        ("drum & bass set of four tracks, building", 4, "drum and bass", 165...185),
        ("a dozen lofi beats tracks to study to", 12, "lo-fi", 60...90),
        ("给我三首轻松的爵士", 3, "jazz", 80...140),
    ])
    func wishesAreHeard(said: String, count: Int, genre: String, tempi: ClosedRange<Double>) async throws {
        let plan = try #require(try await turn(said).plan)
        #expect(plan.tracks.count == count)
        #expect(plan.tracks.allSatisfy { $0.genre == genre })
        #expect(plan.tracks.allSatisfy { tempi.contains($0.bpm ?? 0) }, "\(plan.tracks.map(\.bpm))")
    }

    @Test func theSameWordsGiveTheSamePlan() async throws {
        let first = try await turn("two jazz tracks").plan
        #expect(first != nil)
        #expect(try await turn("two jazz tracks").plan == first)
        #expect(try await turn("two jazz tracks, please").plan != first)
    }

    @Test func keyLengthLanguageAndVoiceAreTaken() async throws {
        let plan = try #require(
            try await turn("one pop song in F# minor, 1:30 long, with japanese lyrics and piano").plan)
        let track = plan.tracks[0]
        #expect(track.key == "F# minor")
        #expect(track.duration == 90)
        #expect(track.language == "ja")
        #expect(track.instrumental == false)
        #expect(track.caption.contains("piano"))
    }

    @Test func smallTalkMakesNoPlan() async throws {
        for said in ["hello", "who are you?", "thanks!"] {
            let answer = try await turn(said)
            #expect(answer.plan == nil)
            #expect(!answer.text.isEmpty)
        }
    }

    @Test func plansAreChanged() async throws {
        let plan = try #require(try await turn("three chill tracks, 20 seconds each, at 80 bpm").plan)
        #expect(try await turn("faster", plan: plan).plan?.tracks.map(\.bpm) == [86, 86, 86])
        #expect(try await turn("make track 2 longer", plan: plan).plan?.tracks.map(\.duration) == [20, 30, 20])
        let two = try #require(try await turn("remove track 2", plan: plan).plan)
        #expect(two.tracks.map(\.title) == [plan.tracks[0].title, plan.tracks[2].title])
        let four = try #require(try await turn("add a techno track", plan: plan).plan)
        #expect(four.tracks.count == 4 && four.tracks[3].genre == "techno")
        #expect(Array(four.tracks.prefix(3)) == plan.tracks)
        let sung = try await turn("the first track with vocals", plan: plan).plan
        #expect(sung?.tracks.map(\.instrumental) == [false, true, true])
        #expect(try await turn("the last track in C minor", plan: plan).plan?.tracks[2].key == "C minor")
    }

    /// What is made stays; the rest is planned anew.
    @Test func redirected() async throws {
        let plan = try #require(try await turn("four chill tracks").plan)
        let rest = try #require(
            try await turn("now techno", plan: plan, made: [plan.tracks[0].title]).plan)
        #expect(rest.tracks.count == 3)
        #expect(rest.tracks.allSatisfy { $0.genre == "techno" && $0.title != plan.tracks[0].title })
    }

    @Test func aLanguageModelWritesTheWords() async throws {
        let answer = try await turn("two pop songs with vocals") { query, isInstrumental, _ in
            #expect(!isInstrumental)
            return SongWords(caption: "written: " + query, lyrics: "[Verse]\nla")
        }
        let tracks = try #require(answer.plan?.tracks)
        #expect(tracks.allSatisfy { $0.caption.hasPrefix("written: pop") && $0.lyrics == "[Verse]\nla" })
        let without = try await turn("two pop songs with vocals")
        #expect(without.notices.count == 1)
    }

    @Test func numbersStayWithinLimits() async throws {
        let plan = try #require(try await turn("99 ambient tracks of 5000 seconds").plan)
        #expect(plan.tracks.count == SetPlan.limit)
        #expect(plan.tracks.allSatisfy { $0.duration == 600 })
    }
}
