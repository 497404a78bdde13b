import ModelSupport

extension ACEStepModel {
    /// Loads all networks, each in a turn of its own, so that other jobs go on meanwhile.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint`, or `CancellationError` between two networks.
    func loadNetworks(_ job: ArrayJob) async throws {
        try await job.step { try evaluating("loading") { _ = try transformer } }
        try await job.step { try evaluating("loading") { _ = try conditionEncoder } }
        try await job.step { try evaluating("loading") { _ = try textEncoder } }
        try await job.step { try evaluating("loading") { _ = try autoencoder } }
    }
}
