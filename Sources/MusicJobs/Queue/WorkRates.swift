import MusicCore

/// How long work takes, as it was measured: seconds for each second of sound, or for each job that makes none.
struct WorkRates: Codable, Equatable {
    /// By kind and model.
    private var rates: [String: Double] = [:]

    /// Weight of the newest measurement.
    private static let weight = 0.3

    /// Takes in what a job took.
    mutating func add(_ request: JobRequest, model: String?, seconds: Double, sound: Double?) {
        let amount = request.kind == .generate ? max(1, sound ?? Self.amount(of: request)) : 1
        for key in [Self.key(request, model), Self.key(request, nil)] {
            let rate = seconds / amount
            rates[key] = rates[key].map { $0 + Self.weight * (rate - $0) } ?? rate
        }
    }

    /// Seconds that a job is likely to take; `nil` if nothing like it was measured.
    func seconds(of request: JobRequest) -> Double? {
        let rate = rates[Self.key(request, request.namedModel)] ?? rates[Self.key(request, nil)]
        return rate.map { $0 * Self.amount(of: request) }
    }

    private static func key(_ request: JobRequest, _ model: String?) -> String {
        "\(request.kind.rawValue) \(model ?? "")"
    }

    /// Seconds of sound that a request asks for, as far as it says.
    private static func amount(of request: JobRequest) -> Double {
        guard request.kind == .generate else { return 1 }
        let duration = request.number("duration").flatMap { $0 > 0 ? $0 : nil } ?? 60
        return max(1, duration) * max(1, request.number("batch_size") ?? 1)
    }
}

extension JobRequest {
    /// The model that it names.
    var namedModel: String? { model ?? text("model") }

    /// The fields side by side, also where they lie in two objects.
    private var fields: [String: JSONValue] {
        var all = document
        for name in ["params", "config"] {
            if case .object(let inner)? = document[name] { all.merge(inner) { own, _ in own } }
        }
        return all
    }

    private func value(_ name: String) -> JSONValue? {
        let field = MusicRequest.fields.descriptions.first { $0.name == name }
        return ([name] + (field?.aliases ?? [])).lazy.compactMap { fields[$0] }.first
    }

    fileprivate func number(_ name: String) -> Double? {
        guard let value = value(name) else { return nil }
        return value.numberValue ?? Double(value.plainText)
    }

    private func text(_ name: String) -> String? {
        guard case .text(let text)? = fields[name] else { return nil }
        return text
    }
}
