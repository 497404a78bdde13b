import Foundation
public import MusicCore

/// How much a language model is wanted.
public enum PlanningWish: String, Sendable, Codable, CaseIterable {
    /// The song is made as it is asked for.
    case never
    /// If there is one and the memory suits it.
    case ifThere
    /// A song without a plan is no success.
    case required
}

/// Which language model plans, if any.
public struct PlannerChoice: Sendable, Equatable {
    public var wish: PlanningWish
    /// As the user named it.
    public var name: String?
    public var options: PlanningOptions
    /// What the memory suits.
    public var tier: MemoryTier
    /// Whether a document asks for a plan, which then has to be said if there is none.
    public var isAskedFor = false
    /// Whether the user asks by name for something that the plan finds out, such as tempo and key; it is then planned
    /// for tasks too that usually do without.
    public var asksForParts = false

    public init(
        wish: PlanningWish, name: String? = nil, options: PlanningOptions = PlanningOptions(), tier: MemoryTier,
        isAskedFor: Bool = false, asksForParts: Bool = false
    ) {
        self.wish = wish
        self.name = name
        self.options = options
        self.tier = tier
        self.isAskedFor = isAskedFor
        self.asksForParts = asksForParts
    }

    /// No plan.
    public static let never = PlannerChoice(wish: .never, tier: MemoryTiers.unlimited.all[0])
}

/// A language model in use, or the reason why there is none.
public struct ChosenPlanner: Sendable {
    /// `nil` if none plans.
    public var lease: ModelLease<any MusicPlanner>?
    public var name = ""
    /// What is to be said: why there is none, or that it is larger than the memory suits.
    public var notice: String?
}

extension Engine {
    /// The tier of this machine for a family, or the one that the user names.
    ///
    /// - Parameters:
    ///   - family: whose tiers there are.
    ///   - name: that the user gives; `nil` takes the memory's.
    ///   - cap: bytes that the process is to keep within; `nil` for all of the machine's.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func tier(of family: any MusicFamily, named name: String?, within cap: Int? = nil) throws -> MemoryTier {
        if let name { return try family.memoryTiers.tier(named: name) }
        return family.memoryTiers.tier(ofBytes: min(memory(), cap ?? .max))
    }

    /// The language model that is to plan, loaded.
    ///
    /// - Parameters:
    ///   - choice: which is wanted.
    ///   - found: the model that makes the audio.
    ///   - options: how it is loaded.
    /// - Throws: ``MusicError`` `modelNotFound` if one is required and there is none, and what loading throws if it is.
    public func planner(
        _ choice: PlannerChoice, for found: Found, options: LoadOptions
    ) async throws -> ChosenPlanner {
        guard let name = try await plannerName(choice, for: found) else {
            let absence = "no language model plans: none is installed"
            return ChosenPlanner(notice: choice.isAskedFor ? absence : nil)
        }
        do {
            let lease = try await planner(name, options: options)
            return ChosenPlanner(lease: lease, name: name, notice: Self.sizeNotice(lease.model, name, choice.tier))
        } catch let error as MusicError where choice.wish != .required && error.code != .cancelled {
            return ChosenPlanner(notice: "no language model plans: \(error.description)")
        }
    }

    /// What the user named, else the one that comes with the model, else the best of those that are installed.
    private func plannerName(_ choice: PlannerChoice, for found: Found) async throws -> String? {
        if let name = choice.name { return name }
        let isRequired = choice.wish == .required
        let comesWithOne = holdsPlanner(found.location)
        // The demonstration model's own language model belongs to it, and others' audio codes mean nothing to it.
        if await isBuiltin(found) {
            if isRequired || choice.isAskedFor, comesWithOne { return found.name }
        } else {
            if comesWithOne, isRequired || choice.tier.plannerSize != nil { return found.name }
            let planners = ModelCatalog([found.family.catalog])
            let suited = planners.preferred(for: .planning, memory: choice.tier.bytes)
            // Beyond what suits the memory, the smallest is the best guess.
            let others = planners.preferred(for: .planning).reversed().filter { !suited.contains($0) }
            for planner in suited + (isRequired ? others : []) where try await isInstalled(planner.name) {
                return planner.name
            }
        }
        guard isRequired else { return nil }
        throw MusicError(
            .modelNotFound, "No language model is installed",
            suggestion: .anyOf(
                [ModelCatalog([found.family.catalog]).recommended(for: .planning)].compactMap { $0 }
                    .map { .install(models: [$0.name], bytes: $0.bytes) } + [.leaveOut(field: "thinking")]))
    }

    /// Whether a model is the built-in one, by its name or by its folder.
    public func isBuiltin(_ found: Found) async -> Bool {
        if found.name == builtinName { return true }
        guard let builtin = try? await location(of: builtinName) else { return false }
        return builtin.directory.resolvingSymlinksInPath().path
            == found.location.directory.resolvingSymlinksInPath().path
    }

    /// What is said of a language model that is larger than the memory suits.
    private static func sizeNotice(_ planner: any MusicPlanner, _ name: String, _ tier: MemoryTier) -> String? {
        let billions = tier.plannerSize.flatMap { Double($0.dropLast()) } ?? 0
        // The sizes' names leave the embeddings out, or round.
        let largest = max(billions * 1.5e9, 100_000_000)
        guard Double(planner.info.parameterCount) > largest else { return nil }
        return "the language model \(name) is larger than memory of \(tier.gigabytes) GB suits "
            + "(\(tier.plannerSize ?? "none"))"
    }
}
