import MusicCore

extension ACEStepRequest {
    /// The request as `name value` phrases, without what is not set.
    var summary: [String] {
        var lines: [String] = []
        func add(_ name: String, _ value: (some Any)?) {
            if let value { lines.append("\(name) \(value)") }
        }
        if self.task != .text2music { add("task", self.task.rawValue) }
        add("source", self.source?.path)
        add("reference", self.reference?.path)
        if !self.tracks.isEmpty { add("tracks", self.tracks.map(\.rawValue).joined(separator: ",")) }
        for region in self.regions {
            add("region", "\(region.start.plainText)-\(region.end?.plainText ?? "")")
        }
        if let audioCodes = self.audioCodes { add("audio codes", AudioCodeText.codes(in: audioCodes).count) }
        if self.coverStrength != 1 {
            add("cover strength", "\(self.coverStrength.plainText) (\(self.coverRule.rawValue))")
        }
        if self.coverNoiseStrength != 0 { add("cover noise strength", self.coverNoiseStrength.plainText) }
        common.promptPhrase.map { lines.append($0) }
        if self.instrumental {
            lines.append("instrumental")
        } else if !self.lyricsOfSongs.isEmpty {
            add("lyrics", self.lyricsOfSongs.map { "\"\(MusicRequest.shortened($0))\"" }.joined(separator: ", "))
            let languages = self.vocalLanguages
            add("language", languages.isEmpty ? self.vocalLanguage : languages.joined(separator: ","))
        } else if !self.lyrics.isEmpty {
            add("lyrics", "\"\(MusicRequest.shortened(self.lyrics))\"")
            add("language", self.vocalLanguage)
        }
        add("duration", self.duration.map { "\($0.plainText) s" })
        add("bpm", self.bpm)
        add("key", self.keyScale)
        add("metre", self.timeSignature)
        if let timesteps = self.timesteps {
            add("timesteps", timesteps.map(\.plainText).joined(separator: ","))
        } else {
            add("steps", self.steps)
            add("shift", self.shift?.plainText)
        }
        if self.solver != .euler { add("solver", self.solver.rawValue) }
        add("guidance", self.guidanceScale?.plainText)
        if self.guidanceMethod != .apg { add("guidance method", self.guidanceMethod.rawValue) }
        if self.guidanceStart != 0 || self.guidanceEnd != 1 {
            add("guidance interval", "\(self.guidanceStart.plainText)-\(self.guidanceEnd.plainText)")
        }
        if let correction = options.waveletCorrection {
            let high = correction.mode == .double ? "/\(correction.highStrength.plainText)" : ""
            add("dcw", "\(correction.mode.rawValue) \(correction.strength.plainText)\(high) \(self.wavelet.rawValue)")
        }
        if self.velocityNormThreshold != 0 { add("velocity norm", self.velocityNormThreshold.plainText) }
        if self.velocityAverage != 0 { add("velocity average", self.velocityAverage.plainText) }
        if self.retakeVariance != 0 {
            add("retake", self.retakeVariance.plainText)
            if !self.retakeSeeds.isEmpty {
                add("retake seed", self.retakeSeeds.map(String.init).joined(separator: ","))
            }
        }
        if self.flowEdit { add("flow edit", "\(self.flowEditStart.plainText)-\(self.flowEditEnd.plainText)") }
        let seeds = self.seeds
        if !seeds.isEmpty { add(seeds.count == 1 ? "seed" : "seeds", seeds.map(String.init).joined(separator: ",")) }
        if self.batchSize > 1 { add("batch", self.batchSize) }
        add("noise", (self.noise?.text).flatMap { $0.isEmpty ? nil : $0 })
        if !self.usesTemplate { lines.append("without template") }
        if self.removesDCOffset { lines.append("without DC offset") }
        if self.fadeIn != 0 { add("fade in", "\(self.fadeIn.plainText) s") }
        if self.fadeOut != 0 { add("fade out", "\(self.fadeOut.plainText) s") }
        if self.output == .latents { lines.append("latents alone") }
        if self.normalization != .peak { add("normalize", self.normalization.rawValue) }
        self.adapters.forEach { add("adapter", $0.text) }
        return lines
    }
}
