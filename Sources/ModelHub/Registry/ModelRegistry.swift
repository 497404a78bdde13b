import Foundation
import MusicCore

/// The models that have short names: those that the families publish, and the user's own.
public struct ModelRegistry: Sendable {
    /// The name of the model that comes with the program.
    public static let builtinName = "builtin"

    /// What the families say of themselves.
    public let catalog: ModelCatalog
    /// The user's own names.
    public let userModels: [UserModel]

    public init(catalog: ModelCatalog, userModels: [UserModel] = []) {
        self.catalog = catalog
        self.userModels = userModels
    }

    /// The published models and those of the user's file.
    ///
    /// The file need not exist, and counts as absent in a folder that nobody lets this user look into. Its form is:
    ///
    ///     {"models": [{"name": "mine", "model": "/data/my-model"},
    ///                 {"name": "jazz", "model": "someone/jazz@v2", "summary": "fine-tuned on jazz"}]}
    ///
    /// - Throws: ``MusicError`` `unreadableInput` if the file can't be read or does not have this form.
    public init(catalog: ModelCatalog, userFile: URL) throws {
        self.catalog = catalog
        guard FileSystem.isFile(userFile) else {
            userModels = []
            return
        }
        func broken(_ reason: String) -> MusicError {
            MusicError(
                .unreadableInput, "\(userFile.path) can't be used: \(reason)",
                advice: "its form is {\"models\": [{\"name\": \"NAME\", \"model\": \"FOLDER or OWNER/NAME\"}]}")
        }
        guard (FileSystem.size(userFile) ?? 0) <= 1 << 20 else { throw broken("it must have at most a megabyte") }
        struct Document: Decodable { var models: [UserModel] }
        let data: Data
        do {
            data = try SystemFile.contents(of: userFile)
        } catch {
            throw error.error()
        }
        do {
            userModels = try JSONDecoder().decode(Document.self, from: data).models
        } catch {
            throw broken("it is not the JSON that is expected here")
        }
        var taken = Set(catalog.models.flatMap(\.names).map { $0.lowercased() } + [Self.builtinName])
        for model in userModels {
            guard !model.name.isEmpty, !model.name.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace }) else {
                throw broken("the name '\(model.name)' must have at least one letter, and no slash, @ or space")
            }
            guard taken.insert(model.name.lowercased()).inserted else {
                throw broken("the name '\(model.name)' is taken")
            }
        }
    }

    /// The published models, in the order in which they are listed.
    public var models: [KnownModel] { catalog.models }

    /// Every repository that parts of published models lie in.
    var repositories: Set<RepositoryID> { Set(models.flatMap { $0.components.map(\.repository) }) }

    /// Whether a repository lies on more than one site under the same name, by the same owners.
    func isMirrored(_ repository: RepositoryID) -> Bool {
        models.contains { $0.components.contains { $0.repository == repository && $0.sites.count > 1 } }
    }

    /// The published model of that name, whatever its case.
    public func model(named name: String) -> KnownModel? { catalog.model(named: name) }

    /// The user's model of that name, whatever its case.
    public func userModel(named name: String) -> UserModel? {
        userModels.first { $0.name.lowercased() == name.lowercased() }
    }

    /// The published model whose own part is this place on the hubs.
    func model(at repository: RepositoryID, folder: String) -> KnownModel? {
        models.first { $0.ownComponent.repository == repository && $0.ownComponent.folder == folder }
    }

    /// At most three known names that are spelled like the given one, nearest first.
    public func names(near text: String) -> [String] {
        let text = text.lowercased()
        let known =
            models.flatMap { model in model.names.map { ($0, model.name) } }
            + models.map { ("\($0.ownComponent.repository)", $0.name) }
            + userModels.map { ($0.name, $0.name) } + [(Self.builtinName, Self.builtinName)]
        var best: [String: Int] = [:]
        for (spelling, name) in known {
            let spelling = spelling.lowercased()
            var distance = NearestName.distance(text, spelling)
            // "turbo-xl" and "acestep-turbo" mean something although many letters differ.
            if Set(Self.words(text)) == Set(Self.words(spelling)) { distance = min(distance, 1) }
            if text.count >= 3, spelling.contains(text) { distance = min(distance, 2) }
            if distance <= max(1, min(text.count, spelling.count) / 3) {
                best[name] = min(distance, best[name] ?? .max)
            }
        }
        return best.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(3).map(\.key)
    }

    private static func words(_ text: String) -> [Substring] {
        text.split { "-_./ ".contains($0) }
    }
}
