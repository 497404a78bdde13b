import MLX
import ModelSupport
import MusicCore

/// A song between diffusion and decoding.
struct DiffusedSong {
    /// `[1, T, channels]`, float32.
    let latents: MLXArray
    /// The same before the request's factor and shift.
    let raw: MLXArray
    /// That it was made from.
    let seed: UInt64
    /// Why another seed and another solver than those that were asked for, if so.
    let fallback: Song.Fallback?
}

/// Who hears of the steps, and who is asked how to go on.
struct StepListeners {
    let details: MusicDetails
    let onStepEnd: StepCallback?
    let report: (MusicEvent) -> Void
}

/// Noise to latents.
extension Pipeline {
    /// Noise to latents for each song; each denoising step takes a turn.
    func diffuse(
        _ parts: [SongPart], of request: ACEStepRequest, _ listeners: StepListeners
    ) async throws -> [DiffusedSong] {
        let sampler = try await self.sampler(request)
        let total = parts.reduce(0) { sum, part in
            sum + part.request.seeds.count
                * Sampler.schedule(part.request, sampler.scheduler, hasStart: part.task.clean != nil).count
        }
        var made: [DiffusedSong] = []
        var done = 0
        for part in parts {
            let plan = try await job.step { try self.plan(part, sampler) }
            for index in part.request.seeds.indices {
                let order = SongOrder(
                    number: made.count, request: part.request, seed: part.request.seeds[index],
                    noise: part.request.noise?.latents(ofSong: index)?.values,
                    retakeSeed: part.request.retakeSeed(ofSong: index), done: done, total: total)
                made.append(try await song(order, plan, sampler, listeners))
                done += plan.schedule.count
            }
        }
        return made
    }

    /// One song; where its latents become NaN or infinite, by a second try with another solver and the next seed.
    private func song(
        _ order: SongOrder, _ plan: SamplingPlan, _ sampler: Sampler, _ listeners: StepListeners
    ) async throws -> DiffusedSong {
        do {
            let raw = try await latents(order, plan, sampler, listeners)
            return DiffusedSong(
                latents: try finished(raw, order.request), raw: raw, seed: order.seed, fallback: nil)
        } catch let error as MusicError where error.code == .numericalFailure && order.request.retriesNonFinite {
            var (second, plan) = (order, plan)
            second.seed = order.seed &+ 1
            plan.solver = plan.solver.alternative
            let fallback = Song.Fallback(
                reason: error.message, askedSeed: order.seed, changes: ["infer_method": plan.solver.json])
            listeners.report(
                .notice(
                    "FALLBACK for song \(order.number + 1): \(error.message); it is tried once more with the solver "
                        + "\(plan.solver.rawValue) in place of \(order.request.solver.rawValue), and the seed "
                        + "\(second.seed) in place of \(order.seed)"))
            do {
                let raw = try await latents(second, plan, sampler, listeners)
                return DiffusedSong(
                    latents: try finished(raw, second.request), raw: raw, seed: second.seed, fallback: fallback)
            } catch let other as MusicError where other.code == .numericalFailure {
                throw error
            }
        }
    }

    /// All steps of a song.
    private func latents(
        _ order: SongOrder, _ plan: SamplingPlan, _ sampler: Sampler, _ listeners: StepListeners
    ) async throws -> MLXArray {
        var denoiser = job.target.withDevice {
            Denoiser(sampler, plan, seed: order.seed, noise: order.noise, retakeSeed: order.retakeSeed)
        }
        while !denoiser.isFinished {
            let preview = try await job.step {
                let step = try denoiser.next()
                return listeners.details.contains(.previews) ? try step?.preview() : nil
            }
            if let preview {
                let shape = Array(denoiser.latents.shape.dropFirst())
                listeners.report(
                    .preview(
                        LatentsPreview(
                            song: order.number, step: denoiser.completed, latents: preview, shape: shape)))
            }
            if let onStepEnd = listeners.onStepEnd { try await ask(onStepEnd, order, &denoiser) }
            let completed = denoiser.isFinished ? denoiser.count : denoiser.completed
            listeners.report(.progress(.diffuse, completed: order.done + completed, total: order.total))
        }
        if denoiser.completed < denoiser.count {
            listeners.report(
                .notice(
                    "Song \(order.number + 1) was ended after step \(denoiser.completed) of \(denoiser.count)"))
        }
        return denoiser.latents
    }

    /// Asks how a song goes on after the step that it has made.
    private func ask(
        _ onStepEnd: StepCallback, _ order: SongOrder, _ denoiser: inout Denoiser
    ) async throws {
        let shape = Array(denoiser.latents.shape.dropFirst())
        let values = denoiser.latents.asArray(Float.self)
        let step = denoiser.completed - 1
        let decision = try await onStepEnd(
            DenoisedStep(
                song: order.number, step: step, count: denoiser.count,
                timestep: Double(denoiser.plan.schedule.times[step]), latents: Latents(values: values, shape: shape)))
        try Task.checkCancellation()
        switch decision {
        case .goOn: break
        case .replace(let latents): denoiser.replaceLatents(try Self.checked(latents, shape))
        case .finish: denoiser.end()
        case .finishWith(let latents):
            denoiser.replaceLatents(try Self.checked(latents, shape))
            denoiser.end()
        }
    }

    /// The values of latents that are to go on.
    private static func checked(_ latents: Latents, _ shape: [Int]) throws -> [Float] {
        guard latents.shape == shape, latents.isWhole, latents.values.allSatisfy(\.isFinite) else {
            throw MusicError(
                .invalidRequest,
                "The latents that the step callback gives have the shape \(latents.shape) and "
                    + "\(latents.values.count) values",
                advice: "give \(shape[0]) frames of \(shape[1]) channels, all of them finite numbers")
        }
        return latents.values
    }

    /// The latents with the request's factor and shift.
    private func finished(_ latents: MLXArray, _ request: ACEStepRequest) throws -> MLXArray {
        guard request.latentRescale != 1 || request.latentShift != 0 else { return latents }
        return try job.target.withDevice {
            try evaluating("diffusion, rescaling") {
                let latents = latents * Float(request.latentRescale) + Float(request.latentShift)
                eval(latents)
                return latents
            }
        }
    }
}

/// One song to be made of noise.
private struct SongOrder {
    /// Index in the batch.
    let number: Int
    let request: ACEStepRequest
    var seed: UInt64
    /// Values by rows; `nil` draws them.
    let noise: [Float]?
    /// A second seed, of which the noise has a part.
    let retakeSeed: UInt64?
    /// Steps of the songs before it.
    let done: Int
    /// Steps of all songs.
    let total: Int
}
