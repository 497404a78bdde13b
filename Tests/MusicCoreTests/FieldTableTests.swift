import MusicCore
import Testing

/// Tables of fields: reading and writing objects.
struct FieldTableTests {
    private struct Sample: Equatable, Sendable {
        var title = ""
        var count: Int?
        var level = 1.0
        var isLoud = false
        var marks: [Double] = []

        static let fields = FieldTable<Sample>([
            Field("title", \.title, .text, aliases: ["name", "label"], help: "What it is called.").alwaysWritten(),
            Field("count", \.count, .integer(1...8), aliases: ["number"], flags: ["count", "n"], group: .sampling),
            Field("level", \.level, .number(0...2)),
            Field("is_loud", \.isLoud, .flag),
            // A second spelling, which is only read.
            Field(
                "loudness", .choice(["loud", "quiet"]),
                read: { sample, json in sample.isLoud = json == .text("loud") }),
            Field("marks", \.marks, .list(.number(0...10))),
        ])
    }

    private struct Outer: Equatable, Sendable {
        var sample = Sample()
    }

    private func read(_ object: [String: JSONValue], into sample: Sample = Sample()) throws -> Sample {
        var sample = sample
        let rest = try Sample.fields.read(object, into: &sample)
        #expect(rest.isEmpty)
        return sample
    }

    // MARK: Reading

    @Test func valuesAreReadInAnyForm() throws {
        let sample = try read(["title": 7, "count": "3", "level": "0.5", "is_loud": "yes", "marks": "1, 2.5"])
        #expect(sample == Sample(title: "7", count: 3, level: 0.5, isLoud: true, marks: [1, 2.5]))
    }

    @Test func namesWinOverAliases() throws {
        #expect(try read(["name": "a"]).title == "a")
        #expect(try read(["label": "a", "name": "b"]).title == "b")
        #expect(try read(["label": "a", "name": "b", "title": "c"]).title == "c")
        // Null says nothing.
        #expect(try read(["name": "a", "title": .null]).title == "a")
    }

    @Test func laterSpellingsWin() throws {
        #expect(try read(["is_loud": false, "loudness": "loud"]).isLoud)
        #expect(try !read(["is_loud": true, "loudness": "quiet"]).isLoud)
    }

    @Test func nullLeavesTheDefault() throws {
        let object: [String: JSONValue] = [
            "title": .null, "count": .null, "level": .null, "is_loud": .null, "loudness": .null, "marks": .null,
        ]
        #expect(try read(object) == Sample())
        // And what there is already.
        let given = Sample(title: "x", count: 2, level: 0, isLoud: true, marks: [1])
        #expect(try read(object, into: given) == given)
        #expect(try read([:], into: given) == given)
    }

    @Test func whatIsUnknownComesBack() throws {
        var sample = Sample()
        let rest = try Sample.fields.read(["title": "x", "colour": "red", "size": .null, "Title": 1], into: &sample)
        #expect(rest == ["colour": "red", "size": .null, "Title": 1])
        #expect(sample == Sample(title: "x"))
    }

    @Test func badValuesNameTheField() throws {
        let wrong = #expect(throws: MusicError.self) { try read(["number": 9]) }
        #expect(wrong?.description == "The field count is 9; use 1 to 8" && wrong?.field == "count")
        let item = #expect(throws: MusicError.self) { try read(["marks": [1, "x"]]) }
        #expect(item?.description == "The field marks[2] is the text \"x\"; give a number from 0 to 10")
    }

    // MARK: Writing

    @Test func onlyDifferencesAreWritten() throws {
        #expect(Sample.fields.object(of: Sample(), usual: Sample()) == ["title": ""])
        let sample = Sample(title: "x", count: 3, level: 1, isLoud: true, marks: [1, 2.5])
        let object = Sample.fields.object(of: sample, usual: Sample())
        #expect(object == ["title": "x", "count": 3, "is_loud": true, "marks": [.number(1), .number(2.5)]])
        #expect(try read(object) == sample)
        // What counts is the default that is given; what is nil is left out all the same.
        let usual = Sample(title: "y", count: 5, level: 2)
        #expect(Sample.fields.object(of: Sample(level: 2), usual: usual) == ["title": ""])
        #expect(Sample.fields.object(of: Sample(), usual: usual) == ["title": "", "level": .number(1)])
    }

    @Test func allFieldsAreThereWithNulls() {
        #expect(
            Sample.fields.object(of: Sample())
                == ["title": "", "count": .null, "level": .number(1), "is_loud": false, "marks": []])
    }

    // MARK: The table

    @Test func fieldsAreFoundByEveryName() {
        for name in ["count", "number"] { #expect(Sample.fields[name]?.name == "count") }
        #expect(Sample.fields["n"] == nil && Sample.fields["Count"] == nil)
        #expect(Sample.fields.descriptions.map(\.name) == Sample.fields.fields.map(\.name))
        let count = Sample.fields["count"]?.description
        #expect(count?.aliases == ["number"] && count?.flags == ["count", "n"] && count?.group == .sampling)
        #expect(Sample.fields["title"]?.description.help == "What it is called.")
    }

    @Test func valuesInMemoryAreCheckedToo() throws {
        try Sample.fields.check(Sample())
        try Sample.fields.check(Sample(title: "x", count: 8, level: 2, marks: [10]))
        let cases: [(Sample, String)] = [
            (Sample(count: 0), "count"), (Sample(level: .nan), "level"), (Sample(level: .infinity), "level"),
            (Sample(marks: [0, -1]), "marks[2]"),
        ]
        for (sample, field) in cases {
            let error = #expect(throws: MusicError.self) { try Sample.fields.check(sample) }
            #expect(error?.code == .invalidRequest && error?.field == field)
        }
    }

    @Test func fieldsCanLieDeeper() throws {
        let fields = FieldTable<Outer>(Sample.fields.fields.map { $0.within(\Outer.sample) })
        var outer = Outer()
        let rest = try fields.read(["name": "x", "loudness": "loud"], into: &outer)
        #expect(rest.isEmpty)
        #expect(outer.sample == Sample(title: "x", isLoud: true))
        #expect(fields.object(of: outer, usual: Outer()) == ["title": "x", "is_loud": true])
        #expect(fields.descriptions == Sample.fields.descriptions)
    }

    @Test func unknownFieldsNameTheNearest() {
        let near = MusicError.unknownField("tilte", among: ["title", "count"], of: "A sample")
        #expect(near.code == .invalidRequest && near.field == "tilte")
        #expect(near.description == "A sample has no field 'tilte'; did you mean title?")
        let far = MusicError.unknownField("temperature_of_it_all", among: ["title", "count"], of: "A sample")
        #expect(far.suggestion == nil)
        #expect(
            far.description
                == "A sample has no field 'temperature_of_it_all'; docs/requests.md lists the fields")
    }
}
