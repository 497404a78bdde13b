import DJ
import Testing

@Suite struct SetOrderTests {
    @Test(arguments: [
        ("A minor", 0, true), ("Am", 0, true), ("C major", 0, false), ("C", 0, false), ("G", 1, false),
        ("F# minor", 3, true), ("Gb major", 6, false), ("B♭", 10, false), ("bb min", 7, true), ("D-Moll", 11, true),
        ("E Minor", 1, true), ("Eb Dur", 9, false),
    ])
    func keysHaveTheirPlace(name: String, fifths: Int, isMinor: Bool) throws {
        let key = try #require(KeyWheel(name))
        #expect(key == KeyWheel(fifths: fifths, isMinor: isMinor))
        #expect(KeyWheel(key.name) == key)
    }

    @Test(arguments: ["", "H", "A quick brown", "12", "minor"])
    func otherWordsAreNone(_ name: String) { #expect(KeyWheel(name) == nil) }

    @Test(arguments: [
        ("C", "C", 0), ("C", "Am", 1), ("C", "G", 1), ("C", "F", 1), ("C", "F#", 6), ("C", "Ebm", 7), ("Am", "Em", 1),
    ])
    func nearKeysAreNear(first: String, second: String, steps: Int) throws {
        #expect(try #require(KeyWheel(first)).distance(to: try #require(KeyWheel(second))) == steps)
    }

    private func track(_ title: String, _ key: String?, _ bpm: Double?, _ energy: Double? = nil) -> SetTrack {
        var track = SetTrack(title: title)
        (track.key, track.bpm, track.energy) = (key, bpm, energy)
        return track
    }

    @Test func neighboursAreNear() {
        let tracks = [
            track("a", "C", 120), track("far", "F#", 120), track("b", "G", 121), track("c", "D", 122),
            track("mid", "A", 123),
        ]
        let titles = SetOrder.ordered(tracks, along: nil).map(\.title)
        #expect(titles == ["a", "b", "c", "mid", "far"] || titles == ["far", "mid", "c", "b", "a"])
    }

    @Test func energyFollowsTheCurve() {
        let tracks = [0.9, 0.3, 0.7, 0.5].map { (energy: Double) in track("\(energy)", nil, nil, energy) }
        #expect(SetOrder.ordered(tracks, along: .building).map(\.title) == ["0.3", "0.5", "0.7", "0.9"])
        #expect(SetOrder.ordered(tracks, along: .windDown).map(\.title) == ["0.9", "0.7", "0.5", "0.3"])
    }

    @Test func fixedTracksStay() {
        let tracks = [0.9, 0.3, 0.7, 0.5].map { (energy: Double) in track("\(energy)", nil, nil, energy) }
        let ordered = SetOrder.ordered(tracks, along: .building, keeping: [0])
        #expect(ordered.map(\.title) == ["0.9", "0.3", "0.5", "0.7"])
    }

    @Test func curvesAreWhatTheyAreCalled() {
        #expect(MoodCurve.building.energy(at: 0) < MoodCurve.building.energy(at: 1))
        #expect(MoodCurve.windDown.energy(at: 0) > MoodCurve.windDown.energy(at: 1))
        #expect(MoodCurve.static.energy(at: 0) == MoodCurve.static.energy(at: 1))
        #expect(MoodCurve.peakValley.energy(at: 0) > MoodCurve.peakValley.energy(at: 0.25))
        for curve in MoodCurve.allCases {
            for step in 0...20 { #expect((0...1).contains(curve.energy(at: Double(step) / 20))) }
        }
    }
}
