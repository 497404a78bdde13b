/// What a family of models tells about itself: which checkpoints are published, and what a folder holds.
public struct FamilyCatalog: Sendable {
    /// The family's name, such as `ace-step`.
    public var family: String
    /// The name as its authors write it.
    public var title: String
    /// Published checkpoints, in the order in which they are listed.
    public var models: [KnownModel]
    /// Short names for a user who names none, the first choice for each purpose first.
    public var preferred: [String]
    /// Names of files that it needs beside weights, configuration and tokenizer data.
    public var extraFiles: Set<String>
    /// Environment variables of the family's own that name a folder with checkpoints side by side.
    public var checkpointVariables: [String]
    /// Environment variables of the family's own that name the site to download from.
    public var sourceVariables: [String]
    /// What a folder must hold, for a user whose folder is not recognised: `a folder with ...`.
    public var folderDescription: String
    /// Looks into a folder, at names and small JSON files alone.
    public var recognise: @Sendable (FolderView) -> FolderContents

    public init(
        family: String, title: String, models: [KnownModel], preferred: [String] = [], extraFiles: Set<String> = [],
        checkpointVariables: [String] = [], sourceVariables: [String] = [], folderDescription: String,
        recognise: @escaping @Sendable (FolderView) -> FolderContents
    ) {
        self.family = family
        self.title = title
        self.models = models
        self.preferred = preferred
        self.extraFiles = extraFiles
        self.checkpointVariables = checkpointVariables
        self.sourceVariables = sourceVariables
        self.folderDescription = folderDescription
        self.recognise = recognise
    }
}
