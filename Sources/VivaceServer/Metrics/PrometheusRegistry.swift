public import CoreMetrics
import Synchronization

/// Measurements in memory, which a Prometheus server reads as text (exposition format 0.0.4).
public final class PrometheusRegistry: MetricsFactory {
    /// A series of values: one name with one set of labels.
    struct Key: Hashable {
        var name: String
        var labels: [Label]
    }

    struct Label: Hashable {
        var name: String
        var value: String
    }

    enum Value {
        case counter(Double)
        case gauge(Double)
        case histogram(Histogram)

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    struct Histogram {
        /// Upper ends of the buckets: seconds, for what takes from milliseconds to minutes.
        static let ends: [Double] = [
            0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
        ]
        var counts = [Int](repeating: 0, count: ends.count)
        var count = 0
        var sum = 0.0

        mutating func add(_ value: Double) {
            if let index = Self.ends.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
            count += 1
            sum += value
        }
    }

    private let values = Mutex<[Key: Value]>([:])

    public init() {}

    // MARK: Writing

    fileprivate func change(_ key: Key, _ start: Value, _ change: (inout Value) -> Void) {
        values.withLock { values in
            var value = values[key] ?? start
            change(&value)
            values[key] = value
        }
    }

    fileprivate func remove(_ key: Key) { values.withLock { $0[key] = nil } }

    private func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        Series(
            registry: self,
            key: Key(
                name: Self.name(label),
                labels: dimensions.map { Label(name: Self.name($0.0), value: $0.1) }.sorted { $0.name < $1.name }))
    }

    /// Letters, digits and underscores alone.
    private static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { series(label, dimensions) }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions)
    }

    public func destroyCounter(_ handler: any CounterHandler) { (handler as? Series)?.remove() }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        (handler as? Series)?.remove()
    }
    public func destroyMeter(_ handler: any MeterHandler) { (handler as? Series)?.remove() }
    public func destroyRecorder(_ handler: any RecorderHandler) { (handler as? Series)?.remove() }
    public func destroyTimer(_ handler: any TimerHandler) { (handler as? Series)?.remove() }

    // MARK: Reading

    /// All values, sorted by name and labels.
    public func text() -> String {
        let all = values.withLock { $0 }
        var lines: [String] = []
        for (name, group) in Dictionary(grouping: all, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            lines.append("# TYPE \(name) \(group[0].value.type)")
            let rows = group.sorted { Self.text($0.key.labels) < Self.text($1.key.labels) }
            for (key, value) in rows { lines += Self.lines(key, value) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ key: Key, _ value: Value) -> [String] {
        switch value {
        case .counter(let number), .gauge(let number): return ["\(key.name)\(text(key.labels)) \(text(number))"]
        case .histogram(let histogram):
            var total = 0
            var lines: [String] = []
            for (end, count) in zip(Histogram.ends, histogram.counts) {
                total += count
                lines.append("\(key.name)_bucket\(text(key.labels + [Label(name: "le", value: text(end))])) \(total)")
            }
            lines.append(
                "\(key.name)_bucket\(text(key.labels + [Label(name: "le", value: "+Inf")])) \(histogram.count)")
            lines.append("\(key.name)_sum\(text(key.labels)) \(text(histogram.sum))")
            lines.append("\(key.name)_count\(text(key.labels)) \(histogram.count)")
            return lines
        }
    }

    private static func text(_ labels: [Label]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { label in
            let value = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
                "\n", with: "\\n")
            return "\(label.name)=\"\(value)\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}

/// One series; which kind it is, the first value tells.
private final class Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let registry: PrometheusRegistry
    private let key: PrometheusRegistry.Key

    init(registry: PrometheusRegistry, key: PrometheusRegistry.Key) {
        self.registry = registry
        self.key = key
    }

    func remove() { registry.remove(key) }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        registry.change(key, .counter(0)) { if case .counter(let number) = $0 { $0 = .counter(number + amount) } }
    }

    func decrement(by amount: Double) { addToGauge(-amount) }

    func reset() {
        registry.change(key, .counter(0)) { if case .counter = $0 { $0 = .counter(0) } }
    }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { registry.change(key, .gauge(0)) { $0 = .gauge(value) } }

    private func addToGauge(_ amount: Double) {
        registry.change(key, .gauge(0)) { if case .gauge(let number) = $0 { $0 = .gauge(number + amount) } }
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        registry.change(key, .histogram(.init())) {
            guard case .histogram(var histogram) = $0 else { return }
            histogram.add(value)
            $0 = .histogram(histogram)
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
