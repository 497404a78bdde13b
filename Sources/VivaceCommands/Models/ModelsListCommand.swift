import ArgumentParser
import Foundation
import ModelHub
import MusicCore

/// `vivace models list`: what is known and what is here.
struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List known models, and which of them are on this machine.",
        discussion: "Sizes include parts that models share, such as the VAE and the text encoder.")

    @Flag(help: "Only models that are on this machine, as a whole or in part.")
    var installed = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        var inventory = try ModelsSupport.locator().inventory()
        if installed { inventory.models.removeAll { $0.status == .absent } }
        if json {
            Terminal.output(try ModelsSupport.json(inventory))
            return
        }
        for line in Self.table(inventory.models) { Terminal.output(line) }
        Terminal.output("\nIn \(inventory.cacheDirectory): \(ByteCount.text(inventory.cachedBytes))")
        if inventory.models.contains(where: { $0.status == .absent }) {
            Terminal.output("Download one with: vivace models pull NAME")
        }
    }

    /// Rows with aligned columns: name, status, size, and what it is.
    static func table(_ models: [ListedModel]) -> [String] {
        if models.isEmpty { return ["No model is on this machine."] }
        let rows =
            [["NAME", "STATUS", "SIZE", "PARAMETERS", "WHAT IT IS"]]
            + models.map { [$0.name, status($0), size($0), $0.parameters ?? "", summary($0)] }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = (0..<4).map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 2 ? padding + row[column] : row[column] + padding
            }
            return (cells + [row[4]]).joined(separator: "  ")
        }
    }

    private static func status(_ model: ListedModel) -> String {
        switch model.status {
        case .installed: "installed"
        case .partial: "incomplete"
        case .unreadable: "unreadable"
        case .absent: "-"
        }
    }

    private static func size(_ model: ListedModel) -> String {
        if model.status == .installed || model.status == .partial { return ByteCount.text(model.diskBytes) }
        return model.downloadBytes.map { "~" + ByteCount.text($0) } ?? ""
    }

    private static func summary(_ model: ListedModel) -> String {
        switch model.origin {
        case .official: return model.summary ?? ""
        case .builtin: return [model.summary, model.directory].compactMap { $0 }.joined(separator: ": ")
        case .user: return [model.summary, model.source].compactMap { $0 }.joined(separator: ": ")
        case .cache: return "in the cache, without a short name"
        }
    }
}
