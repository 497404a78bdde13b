import MusicCore

/// The requests of single songs.
extension ACEStepRequest {
    /// Whether songs have texts or codes of their own.
    var hasOwnTexts: Bool {
        !(self.prompts.isEmpty && self.lyricsOfSongs.isEmpty && self.vocalLanguages.isEmpty
            && self.audioCodesOfSongs.isEmpty)
    }

    /// The request of one song of a batch, with its own texts, codes, noise and seed.
    ///
    /// - Parameter index: of the song.
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func single(_ index: Int) throws -> ACEStepRequest {
        var single = self
        if !self.prompts.isEmpty { (single.prompt, single.prompts) = (self.prompts[index], []) }
        if !self.lyricsOfSongs.isEmpty { (single.lyrics, single.lyricsOfSongs) = (self.lyricsOfSongs[index], []) }
        if !self.vocalLanguages.isEmpty {
            (single.vocalLanguage, single.vocalLanguages) = (self.vocalLanguages[index], [])
        }
        if !self.audioCodesOfSongs.isEmpty {
            let codes = self.audioCodesOfSongs[index]
            single.audioCodes = codes.allSatisfy(\.isWhitespace) ? nil : codes
            single.audioCodesOfSongs = []
        }
        single.noise = self.noise?.ofSong(index)
        single.seeds = self.seeds.indices.contains(index) ? [self.seeds[index]] : []
        single.retakeSeeds = self.retakeSeeds.indices.contains(index) ? [self.retakeSeeds[index]] : []
        single.batchSize = 1
        // Texts of single songs take the way of all texts.
        return try ACEStepRequest(single.neutral)
    }

    /// The second seed of a song; `nil` where it has none.
    func retakeSeed(ofSong index: Int) -> UInt64? {
        self.retakeSeeds.indices.contains(index) ? self.retakeSeeds[index] : nil
    }

    /// Whether somebody asked for a field.
    ///
    /// - Parameter name: as in the tables.
    func isAsked(_ name: String) -> Bool {
        if let names = self.asked.names { return names.contains(name) }
        let usual = ACEStepRequest()
        if let field = MusicRequest.fields[name] { return field.json(of: common) != field.json(of: usual.common) }
        return ACEStepOptions.fields[name].map { $0.json(of: options) != $0.json(of: usual.options) } ?? false
    }

    /// Whether finished songs are looked back at.
    var isReviewed: Bool { self.findsLyricTimes || self.findsScores }

    /// Whether nothing is sung, as far as the request says.
    var isWordless: Bool {
        let text = self.lyrics.filter { !$0.isWhitespace }.lowercased()
        return self.instrumental || text.isEmpty || text == PromptText.instrumentalLyrics.lowercased()
    }
}
