import ArgumentParser
import Foundation
import ModelHub
import MusicCore

/// `vivace models remove`: take a model off this machine.
struct ModelsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a model from the cache.",
        discussion: "Parts that other models here need stay, and so do contents that another revision has as well.")

    @Argument(help: "A short name, or a hub id OWNER/NAME[@REVISION][/FOLDER].")
    var name: String

    @Flag(name: .shortAndLong, help: "Say what would go, and remove nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let locator = try ModelsSupport.locator()
        let plan = try locator.removal(of: name)
        let freed = dryRun ? plan.freedBytes : try locator.remove(plan)
        if json {
            let document = Document(
                name: name, removed: plan.removed, freedBytes: freed, kept: plan.kept, isDryRun: dryRun)
            Terminal.output(try ModelsSupport.json(document))
            return
        }
        for place in plan.removed { Terminal.output("\(dryRun ? "would remove" : "removed") \(place)") }
        for (part, users) in plan.kept.sorted(by: { $0.key < $1.key }) {
            Terminal.output("kept \(part): \(users.joined(separator: ", ")) \(users.count == 1 ? "needs" : "need") it")
        }
        Terminal.output("\(ByteCount.text(freed)) \(dryRun ? "would be freed" : "freed")")
    }

    private struct Document: Encodable {
        var name: String
        var removed: [String]
        var freedBytes: Int64
        var kept: [String: [String]]
        var isDryRun: Bool

        enum CodingKeys: String, CodingKey {
            case name, removed, kept
            case freedBytes = "freed_bytes"
            case isDryRun = "dry_run"
        }
    }
}
