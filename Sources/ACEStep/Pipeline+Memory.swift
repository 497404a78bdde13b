import MLX
import ModelSupport
import MusicCore
import Oobleck

/// Keeping within a cap.
extension Pipeline {
    /// Makes room for a request's songs where a cap was asked for: by letting go of networks after their stages, then
    /// by smaller tiles of the autoencoder; each is said.
    ///
    /// - Throws: ``MusicError`` with code `outOfMemory` if that doesn't suffice.
    func keepWithinBudget(_ request: ResolvedRequest, _ report: (MusicEvent) -> Void) throws {
        guard let budget else { return }
        let usual = Oobleck.defaultTile(model.dtype)
        let sizes = MemoryPlan.tiles(below: usual)
        let (work, seconds) = work(of: request, tiles: [usual] + sizes)
        let limit = ByteCount.text(Int64(budget.limit.bytes))
        func fits(tile: Int) -> Bool {
            budget.limit.holds(budget.peak(work, isFrugal: isFrugal, tile: tile))
        }
        guard !fits(tile: tile ?? usual) else { return }
        if !isFrugal {
            isFrugal = true
            report(.notice(MemoryPlan.frugalMeasure(limit)))
        }
        guard !fits(tile: tile ?? usual) else { return }
        guard let size = sizes.first(where: { $0 < tile ?? usual && fits(tile: $0) }) else {
            let least = sizes.last ?? usual
            throw budget.limit.error(
                "A song of \(seconds.plainText) seconds", bytes: budget.peak(work, isFrugal: true, tile: least),
                advice: "make a shorter song")
        }
        tile = size
        report(.notice(MemoryPlan.tileMeasure(limit, tile: size, usual: usual)))
    }

    /// What the songs of a request take beside the weights, and the seconds of the longest.
    private func work(of request: ResolvedRequest, tiles: [Int]) -> (work: MemoryBudget.Work, seconds: Double) {
        let configuration = model.autoencoderConfiguration
        let longest = longestSong(of: request)
        let isDecoded = request.request.output == .audio
        // Beside the finished songs, the last one is there as it is decoded and as it is levelled.
        let samples = longest.frames * configuration.hopLength * configuration.audioChannels
        let waveforms = samples * MemoryLayout<Float>.size * (request.request.batchSize + 2)
        let tiling = OobleckTiling(configuration)
        let sizes = tiles.map { tile in
            (tile, tiling.workingBytes(tile: min(tile, longest.frames), configuration, elementSize: model.dtype.size))
        }
        let work = MemoryBudget.Work(
            step: longest.step, waveforms: isDecoded ? waveforms : 0,
            tiles: isDecoded ? Dictionary(sizes, uniquingKeysWith: { first, _ in first }) : [:])
        return (work, (Double(longest.frames) / configuration.latentRate).rounded())
    }
}
