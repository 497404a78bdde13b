import ArgumentParser
import Foundation
import MusicCore

/// What is done with audio that the user has.
///
/// Options that the reference knows by another name have that too.
struct TaskOptions: ParsableArguments {
    @Option(
        name: [.long, .customLong("task-type")],
        help: ArgumentHelp(
            "text2music, cover, repaint; with base models also lego, extract, complete (default: text2music).",
            valueName: "task"))
    var task: MusicTask?

    @Option(
        name: [.long, .customLong("src-audio")],
        help: ArgumentHelp("The audio file that the task works on.", valueName: "file"))
    var source: String?

    @Option(
        name: [.long, .customLong("reference-audio")],
        help: ArgumentHelp("An audio file whose timbre the song is to have.", valueName: "file"))
    var reference: String?

    @Option(
        help: ArgumentHelp(
            "Codes to follow, as 'vivace codes' prints them; @FILE reads them from a file.", valueName: "codes"))
    var audioCodes: String?

    @Option(
        help: ArgumentHelp(
            "Track to make (lego) or to take out (extract): \(Track.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "name"))
    var track: String?

    @Option(help: ArgumentHelp("Tracks to add (complete), with commas between.", valueName: "names"))
    var tracks: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Part to repaint, in seconds: 10-20, or 44- up to the end; -5-0 and 60-75 extend the song before its "
                + "beginning and beyond its end. Give it once for each part.", valueName: "start-end"))
    var region: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Start of the part to repaint, in seconds (default: 0).", valueName: "seconds"))
    var repaintingStart: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End of the part to repaint; -1 is the end of the source (default).", valueName: "seconds"))
    var repaintingEnd: Double?

    @Flag(
        inversion: .prefixedNo,
        help: "Outside the repainted parts keep the source sample by sample, or make it again too.")
    var keepSource: Bool?

    @Option(
        name: [.long, .customLong("audio-cover-strength")],
        parsing: .unconditional,
        help: ArgumentHelp("How much of the source a cover follows, 0 to 1 (default: 1).", valueName: "strength"))
    var coverStrength: Double?

    @Option(
        help: ArgumentHelp(
            "What a cover strength below 1 means: switch follows the source for that part of the steps, blend mixes "
                + "in every step as Diffusers does (default: switch).", valueName: "rule"))
    var coverRule: CoverRule?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How near to the source's sound a cover starts, 0 to 1 (default: 0, from noise).", valueName: "strength"))
    var coverNoiseStrength: Double?

    @Option(help: ArgumentHelp("The task's sentence in the prompt, in place of the usual one.", valueName: "text"))
    var instruction: String?

    func apply(to request: inout MusicRequest) throws {
        if let task { request.task = task }
        if let source { request.source = AudioInput(path: source) }
        if let reference { request.reference = AudioInput(path: reference) }
        if let audioCodes { request.audioCodes = try Self.codes(audioCodes) }
        if track != nil, tracks != nil {
            throw MusicError(
                .invalidRequest, "--track and --tracks exclude each other", advice: "leave one of them out")
        }
        if let names = track ?? tracks { request.tracks = try TrackList.parse(names) }
        try applyRegions(to: &request)
        if let keepSource { request.keepsSource = keepSource }
        if let coverStrength { request.coverStrength = coverStrength }
        if let coverRule { request.coverRule = coverRule }
        if let coverNoiseStrength { request.coverNoiseStrength = coverNoiseStrength }
        if let instruction { request.instruction = instruction }
    }

    private func applyRegions(to request: inout MusicRequest) throws {
        let hasTimes = repaintingStart != nil || repaintingEnd != nil
        guard region.isEmpty || !hasTimes else {
            throw MusicError(
                .invalidRequest, "--region excludes --repainting-start and --repainting-end",
                advice: "give every part as --region")
        }
        if !region.isEmpty { request.regions = try region.map(Self.region) }
        if hasTimes {
            let end = repaintingEnd.flatMap { $0 < 0 ? nil : $0 }
            request.regions = [RepaintRegion(start: repaintingStart ?? 0, end: end)]
        }
    }

    /// A region as `start-end`, either of which may be left out; a start may be negative.
    static func region(_ text: String) throws -> RepaintRegion {
        let body = text.dropFirst(text.hasPrefix("-") ? 1 : 0)
        let parts = body.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let sign = text.hasPrefix("-") ? "-" : ""
        guard parts.count == 2, let start = Double(sign + parts[0]),
            let end = parts[1].isEmpty ? .some(nil) : Double(parts[1]).map(Optional.some)
        else {
            throw MusicError(
                .invalidRequest, "--region: '\(text)' is not a part of a song",
                advice: "give start and end in seconds, as in 10-20, 44- or -5-0")
        }
        return RepaintRegion(start: start, end: end)
    }

    private static func codes(_ text: String) throws -> String {
        guard text.hasPrefix("@") else { return text }
        return try TextInput.read(String(text.dropFirst()), what: "audio codes")
    }
}

/// Track names with commas between.
enum TrackList {
    /// - Throws: ``MusicError`` `invalidRequest` for a name that is none.
    static func parse(_ text: String) throws -> [Track] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { try Track(named: String($0)) }
    }
}

/// How guidance and solver work.
struct GuidanceOptions: ParsableArguments {
    @Flag(
        name: [.long, .customLong("use-adg")],
        help: "Angle-based guidance (ADG) in place of APG; base and SFT models only.")
    var adg = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Lowest flow time at which guidance applies, 0 to 1; steps go from 1 (noise) to 0 (default: 0).",
            valueName: "time"))
    var cfgIntervalStart: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Highest flow time at which guidance applies, 0 to 1 (default: 1).", valueName: "time"))
    var cfgIntervalEnd: Double?

    @Option(
        name: [.long, .customLong("infer-method")],
        help: ArgumentHelp(
            "ode (Euler), sde, heun or dpmpp_2m; the last two are of second order and help base models at few steps "
                + "(default: ode).", valueName: "solver"))
    var solver: Solver?

    @Flag(help: "Move the flow times to those at which turbo models were trained.")
    var snapTimesteps = false

    func apply(to request: inout MusicRequest) {
        if adg { request.guidanceMethod = .adg }
        if let cfgIntervalStart { request.guidanceStart = cfgIntervalStart }
        if let cfgIntervalEnd { request.guidanceEnd = cfgIntervalEnd }
        if let solver { request.solver = solver }
        if snapTimesteps { request.snapsTimesteps = true }
    }
}

extension MusicTask: ExpressibleByArgument {}
extension CoverRule: ExpressibleByArgument {}
extension Solver: ExpressibleByArgument {}
