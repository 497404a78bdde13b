/// What a machine's memory suits: which language model, how long songs, and how many at once.
///
/// The tiers are those of ACE-Step for Apple Silicon.
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

    /// All tiers, smallest first.
    public static let all = [
        MemoryTier(gigabytes: 8, plannerSize: nil, duration: 60, batchSize: 1),
        MemoryTier(gigabytes: 16, plannerSize: "0.6B", duration: 120, batchSize: 2),
        MemoryTier(gigabytes: 24, plannerSize: "1.7B", duration: 300, batchSize: 4),
        MemoryTier(gigabytes: 48, plannerSize: "4B", duration: 600, batchSize: 8),
    ]

    /// The environment variable that names a tier by its gigabytes.
    public static let variable = "VIVACE_MEMORY_TIER"

    /// The tier of a machine.
    ///
    /// A part of the memory that is missing to the round number, as systems keep some, is overlooked.
    ///
    /// - Parameter bytes: memory that the process may use.
    public static func of(bytes: Int) -> MemoryTier {
        all.last { Double(bytes) >= 0.93 * Double($0.gigabytes) * 1e9 } ?? all[0]
    }

    /// The tier of a name: `8`, `16`, `24` or `48`.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    public init(named name: String) throws {
        guard let tier = Self.all.first(where: { String($0.gigabytes) == name }) else {
            throw MusicError(
                .invalidRequest, "There is no memory tier '\(name)'",
                advice: "use \(Self.all.map { String($0.gigabytes) }.joined(separator: ", "))")
        }
        self = tier
    }

    private init(gigabytes: Int, plannerSize: String?, duration: Double, batchSize: Int) {
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
