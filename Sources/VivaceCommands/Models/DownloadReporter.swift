import Foundation
import ModelHub
import MusicCore
import Synchronization

/// A line of standard error that is rewritten in place; nothing where no person reads it.
final class ProgressLine: Sendable {
    private let isShown: Bool
    private let hasText = Mutex(false)

    init(isQuiet: Bool, isInteractive: Bool = Terminal.isInteractive) {
        isShown = isInteractive && !isQuiet
    }

    /// Shows a text, cut to the width of the terminal.
    func show(_ text: String) {
        guard isShown else { return }
        hasText.withLock {
            $0 = true
            Terminal.rewriteLine(String(text.prefix(Self.width - 1)))
        }
    }

    /// Removes the text.
    func clear() {
        hasText.withLock { hasText in
            if hasText { Terminal.rewriteLine("") }
            hasText = false
        }
    }

    /// Columns of the terminal.
    private static var width: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

/// Shows a download: a live bar on a terminal, a plain line per file and tenth otherwise.
final class DownloadReporter: Sendable {
    private let isQuiet: Bool
    private let isInteractive: Bool
    private let line: ProgressLine
    private let tenths = Mutex(0)

    init(isQuiet: Bool, isInteractive: Bool = Terminal.isInteractive) {
        self.isQuiet = isQuiet
        self.isInteractive = isInteractive
        line = ProgressLine(isQuiet: isQuiet, isInteractive: isInteractive)
    }

    func show(_ event: DownloadEvent) {
        switch event {
        case .notice(let text):
            note(text)
        case .planned(let plan):
            guard !isQuiet else { return }
            note(Self.text(plan))
        case .finishedFile(let path, let bytes):
            if !isInteractive, !isQuiet { Terminal.note("\(path): \(ByteCount.text(bytes))") }
        case .progress(let progress):
            if isInteractive { line.show(Self.bar(progress)) } else { showTenth(progress) }
        }
    }

    /// Removes the bar.
    func clear() { line.clear() }

    private func note(_ text: String) {
        line.clear()
        Terminal.note(text)
    }

    private func showTenth(_ progress: DownloadProgress) {
        guard !isQuiet, progress.totalBytes > 0 else { return }
        let tenth = Int(10 * Double(progress.bytes) / Double(progress.totalBytes))
        let isNew = tenths.withLock { last in
            defer { last = max(last, tenth) }
            return tenth > last
        }
        if isNew { Terminal.note("\(tenth * 10) %, \(Self.amounts(progress))") }
    }

    /// What is to be done.
    static func text(_ plan: DownloadPlan) -> String {
        if plan.fileCount == 0 { return "everything is here: \(files(plan.presentFileCount)) in \(plan.destination)" }
        var text = "downloading \(files(plan.fileCount)), \(ByteCount.text(plan.totalBytes)), to \(plan.destination)"
        if plan.resumedBytes > 0 { text += "; \(ByteCount.text(plan.resumedBytes)) of it came earlier" }
        return text
    }

    private static func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }

    /// A bar with amounts, speed and time.
    static func bar(_ progress: DownloadProgress) -> String {
        let fraction = progress.totalBytes > 0 ? Double(progress.bytes) / Double(progress.totalBytes) : 1
        let length = 24
        let filled = min(length, Int(fraction * Double(length)))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: length - filled)
        let percent = String(Int(fraction * 100))
        let name = progress.file.split(separator: "/").last.map(String.init) ?? progress.file
        return "[\(bar)] \(String(repeating: " ", count: 3 - percent.count))\(percent) %  \(amounts(progress))  \(name)"
    }

    private static func amounts(_ progress: DownloadProgress) -> String {
        var text = "\(ByteCount.text(progress.bytes)) of \(ByteCount.text(progress.totalBytes))"
        if progress.bytesPerSecond > 0 { text += ", \(ByteCount.text(Int64(progress.bytesPerSecond)))/s" }
        if let seconds = progress.secondsLeft { text += ", \(duration(seconds)) left" }
        return text
    }

    /// A time in words, such as `1 h 02 min`, `3 min 20 s` or `12 s`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000 else { return "a long time" }
        let seconds = Int(seconds.rounded(.up))
        if seconds >= 3600 { return String(format: "%d h %02d min", seconds / 3600, seconds % 3600 / 60) }
        return seconds >= 60 ? String(format: "%d min %02d s", seconds / 60, seconds % 60) : "\(seconds) s"
    }
}
