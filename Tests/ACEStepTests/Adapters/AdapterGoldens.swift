import ACEStep
import Foundation
import MusicCore
import TestSupport

/// The adapters of the fixtures, made by PEFT and LyCORIS, and the songs that the reference makes with each.
struct AdapterGoldens: Decodable {
    struct Adapter: Decodable {
        let name: String
        let scale: Double
        let change: Float
    }

    let request: MusicRequest
    let adapters: [Adapter]

    /// Another folder of goldens than that of the fixtures, and the checkpoint that they were made with; for runs with
    /// other seeds and sizes, whose goldens are not kept.
    static let unseen: (goldens: URL, checkpoint: URL)? = {
        let environment = ProcessInfo.processInfo.environment
        guard let goldens = environment["VIVACE_ADAPTER_GOLDENS"], let model = environment["VIVACE_ADAPTER_CHECKPOINT"]
        else { return nil }
        return (URL(fileURLWithPath: goldens), URL(fileURLWithPath: model))
    }()

    static let folder = Fixtures.url("adapters")

    static let stored: AdapterGoldens = {
        do {
            return try read(folder)
        } catch {
            fatalError("the goldens of adapters can't be read: \(error)")
        }
    }()

    static func read(_ folder: URL) throws -> AdapterGoldens {
        try JSONDecoder().decode(
            AdapterGoldens.self, from: Data(contentsOf: folder.appendingPathComponent("adapters.json")))
    }

    /// The path of an adapter of the fixtures.
    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// The goldens' request with adapters.
    func request(_ adapters: [AdapterUse] = []) -> MusicRequest {
        var request = request
        request.adapters = adapters
        return request
    }
}

extension ACEStepBackend {
    /// The final latents of the one song of a request.
    func latents(of request: MusicRequest, report: (MusicEvent) -> Void = { _ in }) async throws -> [Float] {
        var request = request
        request.output = .latents
        for try await event in generate(request) {
            report(event)
            if case .finished(let result) = event { return result.songs[0].latents?.values ?? [] }
        }
        return []
    }
}

/// The largest difference of latents as a share of the largest magnitude.
func share(_ made: [Float], _ reference: [Float]) -> Float {
    let peak = reference.reduce(Float(0)) { max($0, abs($1)) }
    return largestDifference(made, reference) / peak
}
