/// The catalogs of all families that a program knows, in order of preference.
public struct ModelCatalog: Sendable {
    public let families: [FamilyCatalog]

    public init(_ families: [FamilyCatalog] = []) { self.families = families }

    /// Published checkpoints, in the order in which they are listed.
    public var models: [KnownModel] { families.flatMap(\.models) }

    /// The published checkpoint of that name, whatever its case.
    public func model(named name: String) -> KnownModel? {
        let name = name.lowercased()
        return models.first { $0.names.contains { $0.lowercased() == name } }
    }

    /// Checkpoints to choose from for a user who names none, the best first.
    ///
    /// - Parameter memory: leaves out those that machines with so many bytes don't suit; `nil` for all.
    public func preferred(for purpose: ModelPurpose, memory: Int64? = nil) -> [KnownModel] {
        families.flatMap { family in
            family.preferred.compactMap { name in family.models.first { $0.name == name } }
        }.filter { $0.purpose == purpose && $0.minimumMemory <= memory ?? .max }
    }

    /// The checkpoint to install first.
    public func recommended(for purpose: ModelPurpose) -> KnownModel? {
        models.first { $0.purpose == purpose && $0.isRecommended }
    }

    /// What a folder holds, by the family that can say most of it; `nil` if no family knows it.
    public func contents(of folder: FolderView) -> (family: FamilyCatalog, contents: FolderContents)? {
        let answers = families.map { (family: $0, contents: $0.recognise(folder)) }
        func first(_ matches: (FolderContents) -> Bool) -> (family: FamilyCatalog, contents: FolderContents)? {
            answers.first { matches($0.contents) }
        }
        return first { if case .model = $0 { true } else { false } }
            ?? first { if case .several = $0 { true } else { false } }
            ?? first { if case .part = $0 { true } else { false } }
    }
}
