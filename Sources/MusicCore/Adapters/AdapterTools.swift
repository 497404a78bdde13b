public import Foundation

/// In whose spelling an adapter is written.
public enum AdapterFormat: String, Sendable, CaseIterable {
    /// A folder as PEFT and the official trainer write it.
    case peft
    /// One file as ComfyUI reads it; of LoKr and LoHa as LyCORIS writes it.
    case comfyui
    /// One file as Diffusers reads it; LoRA alone.
    case diffusers
}

/// What an extracted adapter keeps of the difference of two checkpoints.
public struct ExtractionReport: Sendable, Equatable, Codable {
    /// Where it is.
    public var adapter: String
    /// The rank that was asked for; modules whose difference has less have less.
    public var rank: Int
    /// Number of modules that differ.
    public var moduleCount: Int
    /// Share of the difference's square norm that the adapter keeps, 0 to 1.
    public var keptEnergy: Double
    /// Norm of what is lost as a share of the difference's, 0 to 1.
    public var relativeError: Double
    /// The same of the module that loses most, and its name.
    public var worstError: Double
    public var worstModule: String
    /// Tensors that differ and that no adapter can hold, such as norms.
    public var leftOut: [String]

    public init(
        adapter: String, rank: Int, moduleCount: Int, keptEnergy: Double, relativeError: Double, worstError: Double,
        worstModule: String, leftOut: [String]
    ) {
        self.adapter = adapter
        self.rank = rank
        self.moduleCount = moduleCount
        self.keptEnergy = keptEnergy
        self.relativeError = relativeError
        self.worstError = worstError
        self.worstModule = worstModule
        self.leftOut = leftOut
    }
}

/// What a family does with adapters beside making songs with them.
public protocol AdapterTools: Sendable {
    /// What an adapter is; with a checkpoint, what that takes of it.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`.
    func report(_ path: String, for location: ModelLocation?) throws -> AdapterReport

    /// Writes a copy of a checkpoint with adapters merged into its weights.
    ///
    /// - Parameters:
    ///   - adapters: with their strengths.
    ///   - location: of the checkpoint.
    ///   - directory: must not exist.
    ///   - precision: of the transformer in the copy; `auto` keeps that of each tensor.
    ///   - progress: called with the name of each file before it is written.
    /// - Throws: ``MusicError`` with code `unreadableInput`, `invalidCheckpoint` or `unwritableOutput`.
    func merge(
        _ adapters: [AdapterUse], into location: ModelLocation, to directory: URL, precision: LoadOptions.Precision,
        progress: @escaping @Sendable (_ file: String) -> Void
    ) async throws

    /// Writes an adapter in another spelling.
    ///
    /// - Parameters:
    ///   - path: of the adapter.
    ///   - format: the spelling.
    ///   - output: a folder for `peft`, which must not exist, and a file for the others.
    /// - Returns: names of tensors that are left out, since they belong to no module of the family.
    /// - Throws: ``MusicError`` with code `unreadableInput`, `unwritableOutput`, or `unsupported` for a kind that the
    ///   spelling can't tell.
    func convert(_ path: String, to format: AdapterFormat, at output: URL) async throws -> [String]

    /// Makes an adapter out of the difference of two checkpoints.
    ///
    /// - Parameters:
    ///   - tuned: the checkpoint that the adapter is to make of the other one.
    ///   - base: the checkpoint that it is for.
    ///   - rank: most columns and rows of each module's matrices, 1 to 1024.
    ///   - directory: a folder of PEFT, which must not exist.
    ///   - progress: called with the name of each module before it is computed.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`, `unwritableOutput`, or `invalidRequest` if nothing differs.
    func extract(
        _ tuned: ModelLocation, from base: ModelLocation, rank: Int, to directory: URL,
        progress: @escaping @Sendable (_ module: String) -> Void
    ) async throws -> ExtractionReport
}
