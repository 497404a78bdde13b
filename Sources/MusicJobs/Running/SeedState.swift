import Synchronization

/// Numbers that follow from a first one, as SplitMix64 makes them: Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", 2014.
final class SeedState: Sendable {
    private let state: Atomic<UInt64>

    init(_ number: UInt64) { state = Atomic(number) }

    /// The next number below 2³².
    func next() -> UInt64 {
        var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ (mixed >> 31)) >> 32
    }
}
