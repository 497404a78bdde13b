import ACEStep
import Foundation
import MusicCore
import Testing

/// The page of fields is made of the tables, so that it can't say anything else.
struct RequestPageTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/requests.md")

    private static let tables: [(title: String, fields: [FieldDescription])] = [
        ("Every family", MusicRequest.fields.descriptions), ("ACE-Step", ACEStepOptions.fields.descriptions),
        ("Planning", PlanningOptions.fields.descriptions),
    ]

    @Test func thePageHoldsEveryField() throws {
        var made = ""
        for table in Self.tables {
            made += "\n### \(table.title)\n\n| field | must be | option | also called | |\n|---|---|---|---|---|\n"
            for field in table.fields.sorted(by: { $0.name < $1.name }) {
                func code(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
                let columns = [
                    "`\(field.name)`", field.kind.expected, code(field.flags.map { "--\($0)" }), code(field.aliases),
                    field.help,
                ]
                made += "| " + columns.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
            }
        }
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let start = try #require(text.range(of: "<!-- fields: made by `make goldens` -->\n"))
        let end = try #require(text.range(of: "<!-- end of fields -->"))
        if ProcessInfo.processInfo.environment["VIVACE_WRITE_GOLDENS"] == "1" {
            let whole = text[..<start.upperBound] + made + "\n" + text[end.lowerBound...]
            try Data(whole.utf8).write(to: Self.page)
            return
        }
        #expect(text[start.upperBound..<end.lowerBound] == made + "\n", "docs/requests.md is old: make goldens")
    }
}
