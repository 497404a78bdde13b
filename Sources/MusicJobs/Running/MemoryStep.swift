import MusicCore

/// What is given up so that a job fits into the memory, in this order.
enum MemoryStep: CaseIterable {
    /// Models that are kept for later jobs, the language model's among them.
    case idleModels
    /// Networks are loaded for their stage alone, and the autoencoder works in smaller tiles.
    case oneNetworkAtATime
    /// Large weights are kept in 8 bits.
    case eightBits

    /// What the user is told.
    var words: String {
        switch self {
        case .idleModels: "models that are kept for later are let go of"
        case .oneNetworkAtATime: "each network is loaded for its stage alone, and sound is decoded in smaller tiles"
        case .eightBits: "large weights are kept in 8 bits, which changes the song a little"
        }
    }

    /// - Parameter machine: bytes that there are; within a limit that is said, tiles are made smaller.
    /// - Returns: whether the options ask for less than before.
    func apply(to options: inout LoadOptions, machine: Int) -> Bool {
        switch self {
        case .idleModels: return false
        case .oneNetworkAtATime:
            defer {
                options.lowMemory = true
                options.maxMemory = options.maxMemory ?? machine
            }
            return !options.lowMemory || options.maxMemory == nil
        case .eightBits:
            defer { options.quantization = .q8 }
            return options.quantization != .q8
        }
    }
}
