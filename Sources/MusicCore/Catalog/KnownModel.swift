/// A part of a model and where it lies on the hubs.
public struct ModelComponent: Sendable, Codable, Hashable {
    public var role: ModelRole
    public var repository: RepositoryID
    /// Folder in the repository; empty for its root.
    public var folder: String
    /// The folder's usual name on a disk, beside those of the other parts.
    public var directoryName: String
    /// Approximate size in bytes.
    public var bytes: Int64
    /// The files that make it complete.
    public var files: [FileRequirement]
    /// Identifier of its licence in the list of SPDX, such as `MIT`.
    public var licence: String
    /// The sites where the repository lies under this name, by the same owners.
    public var sites: Set<HubSite>
    /// Whether its owners ask everyone to accept their terms before a download.
    public var isGated: Bool

    public init(
        role: ModelRole, repository: RepositoryID, folder: String = "", directoryName: String, bytes: Int64,
        files: [FileRequirement], licence: String, sites: Set<HubSite> = [.huggingFace], isGated: Bool = false
    ) {
        self.role = role
        self.repository = repository
        self.folder = folder
        self.directoryName = directoryName
        self.bytes = bytes
        self.files = files
        self.licence = licence
        self.sites = sites
        self.isGated = isGated
    }

    /// Its place on the hubs: `owner/name` or `owner/name/folder`.
    public var place: String { folder.isEmpty ? "\(repository)" : "\(repository)/\(folder)" }
}

/// A checkpoint that has a short name.
public struct KnownModel: Sendable, Codable, Hashable {
    /// The short name.
    public var name: String
    /// Other names for it.
    public var aliases: [String]
    public var purpose: ModelPurpose
    public var layout: ModelLayout
    /// Every part that it needs, its own first; the others it shares with models that name the same component.
    public var components: [ModelComponent]
    /// What it is, in one line.
    public var summary: String
    /// Number of weights, for people, such as `2B`.
    public var parameters: String
    /// Memory in bytes of the smallest machine that it suits; 0 for any.
    public var minimumMemory: Int64
    /// Whether it is the one to install first.
    public var isRecommended: Bool

    /// - Precondition: there is at least one component.
    public init(
        name: String, aliases: [String] = [], purpose: ModelPurpose, layout: ModelLayout,
        components: [ModelComponent], summary: String, parameters: String, minimumMemory: Int64 = 0,
        isRecommended: Bool = false
    ) {
        precondition(!components.isEmpty, "a model has a part of its own")
        self.name = name
        self.aliases = aliases
        self.purpose = purpose
        self.layout = layout
        self.components = components
        self.summary = summary
        self.parameters = parameters
        self.minimumMemory = minimumMemory
        self.isRecommended = isRecommended
    }

    /// The part that makes it what it is; the others it shares.
    public var ownComponent: ModelComponent { components[0] }

    /// Approximate size of all parts in bytes.
    public var bytes: Int64 { components.reduce(0) { $0 + $1.bytes } }

    /// All names, the short one first.
    public var names: [String] { [name] + aliases }

    /// The licences of all parts as an SPDX expression, such as `MIT AND Apache-2.0`.
    public var licence: String {
        var licences: [String] = []
        for component in components where !licences.contains(component.licence) { licences.append(component.licence) }
        return licences.joined(separator: " AND ")
    }

    /// Whether the owners of some part ask everyone to accept their terms before a download.
    public var isGated: Bool { components.contains(where: \.isGated) }
}
