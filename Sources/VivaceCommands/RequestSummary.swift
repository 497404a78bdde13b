import Foundation
import MusicCore

extension MusicRequest {
    /// The request as `name value` phrases, without what is not set.
    var summaryLines: [String] {
        var lines: [String] = []
        func add(_ name: String, _ value: (some Any)?) {
            if let value { lines.append("\(name) \(value)") }
        }
        if task != .text2music { add("task", task.rawValue) }
        add("source", source?.path)
        add("reference", reference?.path)
        if !tracks.isEmpty { add("tracks", tracks.map(\.rawValue).joined(separator: ",")) }
        for region in regions {
            add("region", "\(Self.plain(region.start))-\(region.end.map(Self.plain) ?? "")")
        }
        if let audioCodes { add("audio codes", AudioCodeText.codes(in: audioCodes).count) }
        if coverStrength != 1 { add("cover strength", "\(Self.plain(coverStrength)) (\(coverRule.rawValue))") }
        if coverNoiseStrength != 0 { add("cover noise strength", Self.plain(coverNoiseStrength)) }
        add("prompt", prompt.isEmpty ? nil : "\"\(Self.shortened(prompt))\"")
        if instrumental {
            lines.append("instrumental")
        } else if !lyrics.isEmpty {
            add("lyrics", "\"\(Self.shortened(lyrics))\"")
            add("language", vocalLanguage)
        }
        add("duration", duration.map { "\(Self.plain($0)) s" })
        add("bpm", bpm)
        add("key", keyScale)
        add("metre", timeSignature)
        if let timesteps {
            add("timesteps", timesteps.map(Self.plain).joined(separator: ","))
        } else {
            add("steps", steps)
            add("shift", shift.map(Self.plain))
        }
        if solver != .euler { add("solver", solver.rawValue) }
        add("guidance", guidanceScale.map(Self.plain))
        if guidanceMethod != .apg { add("guidance method", guidanceMethod.rawValue) }
        if guidanceStart != 0 || guidanceEnd != 1 {
            add("guidance interval", "\(Self.plain(guidanceStart))-\(Self.plain(guidanceEnd))")
        }
        if !seeds.isEmpty { add(seeds.count == 1 ? "seed" : "seeds", seeds.map(String.init).joined(separator: ",")) }
        if batchSize > 1 { add("batch", batchSize) }
        if normalization != .peak { add("normalize", normalization.rawValue) }
        return lines
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " / ")
        return line.count <= 60 ? line : line.prefix(57) + "..."
    }
}
