import Foundation
import MusicCore
import MusicEngine

/// Shows a running generation: one live line on a terminal, a plain line per stage otherwise.
final class ProgressReporter {
    private let isLive: Bool
    private let isQuiet: Bool
    private let clock = ContinuousClock()
    private var stage: MusicStage?
    private var stageStart: ContinuousClock.Instant
    private var hasLine = false
    /// Of the last line's stage, how many tenths were done.
    private var lastTenth: (stage: MusicStage?, tenth: Int) = (nil, 0)

    init(isQuiet: Bool, isLive: Bool = Terminal.isInteractive) {
        self.isQuiet = isQuiet
        self.isLive = isLive
        self.stageStart = clock.now
    }

    /// Shows what a running generation reports.
    ///
    /// - Parameter found: the model whose request it is.
    func show(_ event: MusicEvent, of found: Engine.Found) {
        switch event {
        case .resolved(let request): note("\(found.name): " + found.family.summary(of: request).joined(separator: ", "))
        case .notice(let text): note("note: \(text)")
        case .started(let stage): started(stage)
        case .progress(let stage, let completed, let total, _): progressed(stage, completed: completed, total: total)
        case .preview, .audio, .finished: break
        }
    }

    /// Shows that a stage began.
    func started(_ stage: MusicStage) {
        self.stage = stage
        stageStart = clock.now
        show(Self.label(stage))
    }

    /// Shows how far a stage is, with the time that the rest will take at this pace.
    func progressed(_ stage: MusicStage, completed: Int, total: Int) {
        if stage != self.stage { started(stage) }
        guard isLive || isWorthALine(completed, total) else { return }
        var line = "\(Self.label(stage)) \(completed)/\(total)"
        if completed > 0, completed < total {
            let elapsed = (clock.now - stageStart) / .seconds(1)
            let left = elapsed / Double(completed) * Double(total - completed)
            line += ", \(Self.seconds(left)) left"
        }
        show(line)
    }

    /// Whether a stage has come a tenth further since the last line: stages of many units write about ten lines.
    private func isWorthALine(_ completed: Int, _ total: Int) -> Bool {
        guard total > 20 else { return true }
        let tenth = 10 * completed / max(total, 1)
        defer { lastTenth = (stage, tenth) }
        return lastTenth.stage != stage || lastTenth.tenth != tenth
    }

    /// Writes a line that stays.
    func note(_ text: String) {
        guard !isQuiet else { return }
        clear()
        Terminal.note(text)
    }

    /// Removes the live line.
    func clear() {
        if hasLine {
            Terminal.rewriteLine("")
            hasLine = false
        }
    }

    private func show(_ line: String) {
        guard !isQuiet else { return }
        if isLive {
            Terminal.rewriteLine(line)
            hasLine = true
        } else {
            Terminal.note(line)
        }
    }

    private static func label(_ stage: MusicStage) -> String {
        switch stage {
        case .load: "loading the model"
        case .plan: "planning"
        case .source: "listening to the source, tile"
        case .encode: "reading the text"
        case .condition: "preparing the condition"
        case .diffuse: "denoising, step"
        case .decode: "decoding, tile"
        case .write: "writing"
        default: stage.rawValue
        }
    }

    private static func seconds(_ value: Double) -> String {
        value < 9.95 ? String(format: "%.1f s", value) : String(format: "%.0f s", value)
    }
}
