import Foundation
import Testing

/// What library messages may say: they are read by users of every face, whatever the family.
struct MessageWordingTests {
    /// Targets of the command line, which speak its language.
    private static let commandLine: Set = ["VivaceCommands", "vivace"]

    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources", directoryHint: .isDirectory)

    /// The literals of a target that match a pattern, each with its place.
    private func literals(of target: String, matching pattern: Regex<Substring>) throws -> [String] {
        let folder = Self.sources.appending(path: target, directoryHint: .isDirectory)
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        return try files.sorted().flatMap { file in
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            return StringLiterals.all(in: text).filter { $0.text.contains(pattern) }
                .map { "\(target)/\(file):\($0.line): \($0.text)" }
        }
    }

    @Test func librariesNameNoFlagsAndNoCommands() throws {
        let targets = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
            .filter { !Self.commandLine.contains($0) }
        #expect(targets.contains("MusicCore") && targets.contains("ModelHub"))
        let found = try targets.sorted().flatMap { try literals(of: $0, matching: #/--[a-z]|\bvivace /#) }
        #expect(found == [])
    }

    @Test func theHubKnowsNoFamily() throws {
        let words = #/(?i)ace-?step|qwen|\bvae\b|\bdit\b|turbo|silence|oobleck/#
        #expect(try literals(of: "ModelHub", matching: #/[a-z]/#).count > 100)
        let found = try literals(of: "ModelHub", matching: words)
        #expect(found == [])
    }

    @Test func literalsAreFoundAndCommentsAreNot() {
        let source = #####"""
            // "--comment"
            let a = "use --flag" /* "--more" */ + "\(b ? "x --y" : f("(")) \"z\""
            let c = #"raw "\(d) \#(e)"#
            let f = """
                many "lines"
                """
            """#####
        let found = StringLiterals.all(in: source)
        #expect(found.map(\.text).contains("use --flag"))
        #expect(found.map(\.text).contains("x --y"))
        #expect(found.map(\.text).contains(#"\() \"z\""#))
        #expect(found.map(\.text).contains(#"raw "\(d) \()"#))
        #expect(found.last?.text.contains("many \"lines\"") == true && found.last?.line == 4)
        #expect(!found.contains { $0.text.contains("comment") || $0.text.contains("more") })
    }
}
