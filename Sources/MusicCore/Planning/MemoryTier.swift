/// What a machine's memory suits: which language model, how long songs, and how many at once.
///
/// A family says which tiers there are.
public struct MemoryTier: Sendable, Equatable, Codable {
    /// Memory of the smallest machines of the tier, in units of 10⁹ bytes; the lowest tier has all that are smaller.
    public var gigabytes: Int
    /// Largest language model: `0.6B`, `1.7B` or `4B`; `nil` for none.
    public var plannerSize: String?
    /// Longest songs, in seconds.
    public var duration: Double
    /// Most songs of one request.
    public var batchSize: Int

    private enum CodingKeys: String, CodingKey {
        case gigabytes
        case plannerSize = "lm"
        case duration = "max_duration"
        case batchSize = "max_batch_size"
    }

    /// The environment variable that names a tier by its gigabytes.
    public static let variable = "VIVACE_MEMORY_TIER"

    /// - Parameters:
    ///   - gigabytes: memory of the smallest machines of the tier, in units of 10⁹ bytes.
    ///   - plannerSize: largest language model; `nil` for none.
    ///   - duration: longest songs, in seconds.
    ///   - batchSize: most songs of one request.
    public init(gigabytes: Int, plannerSize: String?, duration: Double, batchSize: Int) {
        self.gigabytes = gigabytes
        self.plannerSize = plannerSize
        self.duration = duration
        self.batchSize = batchSize
    }

    /// Memory of the smallest machines of the tier, in bytes.
    public var bytes: Int64 { Int64(gigabytes) * 1_000_000_000 }

    /// What is to be said of a request that goes beyond the tier.
    public func notices(_ request: MusicRequest) -> [String] {
        var notices: [String] = []
        if let duration = request.duration, duration > self.duration {
            notices.append(
                "\(Int(duration)) seconds are more than the \(Int(self.duration)) that memory of this size "
                    + "(\(gigabytes) GB) suits: if it does not suffice, weights in 8 bits and loading with low memory need less"
            )
        }
        if request.batchSize > batchSize {
            notices.append(
                "\(request.batchSize) songs are more than the \(batchSize) that memory of this size (\(gigabytes) GB) "
                    + "suits: they are made one after another")
        }
        return notices
    }
}

/// The tiers of a family.
public struct MemoryTiers: Sendable, Equatable {
    /// Smallest first; at least one.
    public let all: [MemoryTier]

    /// - Parameter all: smallest first, at least one.
    public init(_ all: [MemoryTier]) {
        precondition(!all.isEmpty, "a family has at least one memory tier")
        self.all = all
    }

    /// One tier that leaves everything to the family.
    public static let unlimited = MemoryTiers([
        MemoryTier(
            gigabytes: 0, plannerSize: nil, duration: RequestLimits.duration.upperBound,
            batchSize: RequestLimits.batchSize.upperBound)
    ])

    /// The tier of a machine.
    ///
    /// A part of the memory that is missing to the round number, as systems keep some, is overlooked.
    ///
    /// - Parameter bytes: memory that the process may use.
    public func tier(ofBytes bytes: Int) -> MemoryTier {
        all.last { Double(bytes) >= 0.93 * Double($0.gigabytes) * 1e9 } ?? all[0]
    }

    /// The tier of a name, such as `16`.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public func tier(named name: String) throws -> MemoryTier {
        guard let tier = all.first(where: { String($0.gigabytes) == name }) else {
            throw MusicError(
                .invalidRequest, "There is no memory tier '\(name)'",
                advice: "use \(all.map { String($0.gigabytes) }.joined(separator: ", "))")
        }
        return tier
    }
}
