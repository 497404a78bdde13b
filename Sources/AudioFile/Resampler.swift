import CSoxr
import Foundation
import MusicCore

/// Changes the sample rate of audio, a block at a time or all at once (libsoxr, very high quality: 28 bits).
///
/// The filter has linear phase and its delay is taken out: output sample `i` lies at the same time as input sample
/// `i × inputRate / outputRate`. Outside the signal there is silence. `n` input samples give exactly
/// `ceil(n × outputRate / inputRate)` output samples. An instance is for one signal and one thread at a time.
public final class Resampler {
    /// Samples per second that come in.
    public let inputRate: Int
    /// Samples per second that go out.
    public let outputRate: Int
    /// The number of channels.
    public let channelCount: Int

    private var soxr: soxr_t?
    private var inputPlanes: [UnsafeMutablePointer<Float>]
    private var outputPlanes: [UnsafeMutablePointer<Float>]
    private var consumed = 0
    private var produced = 0
    private static let blockSize = 8192

    /// - Parameters:
    ///   - inputRate: samples per second that come in, 1 to 1,000,000,000.
    ///   - outputRate: samples per second that go out, in the same range.
    ///   - channelCount: the number of channels, 1 to 1024.
    /// - Throws: ``MusicError`` with code `invalidRequest` if libsoxr can't convert between such rates.
    public init(from inputRate: Int, to outputRate: Int, channelCount: Int) throws {
        let rates = 1...1_000_000_000
        guard rates.contains(inputRate), rates.contains(outputRate), (1...1024).contains(channelCount) else {
            throw Self.failure("out of range", inputRate, outputRate, channelCount)
        }
        self.inputRate = inputRate
        self.outputRate = outputRate
        self.channelCount = channelCount
        inputPlanes = []
        outputPlanes = []
        guard inputRate != outputRate else { return }

        var error: soxr_error_t?
        var io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S)
        var quality = soxr_quality_spec(UInt(SOXR_VHQ), UInt(SOXR_HI_PREC_CLOCK))
        var runtime = soxr_runtime_spec(1)
        soxr = soxr_create(
            Double(inputRate), Double(outputRate), UInt32(channelCount), &error, &io, &quality, &runtime)
        guard soxr != nil, error == nil else {
            throw Self.failure(
                error.map { String(cString: $0) } ?? "no reason given", inputRate, outputRate, channelCount)
        }
        for _ in 0..<channelCount {
            inputPlanes.append(.allocate(capacity: Self.blockSize))
            outputPlanes.append(.allocate(capacity: Self.blockSize))
        }
    }

    deinit {
        if let soxr { soxr_delete(soxr) }
        for plane in inputPlanes + outputPlanes { plane.deallocate() }
    }

    /// Takes the next samples of the signal and returns those that are ready, fewer or more than went in by the ratio
    /// of the rates, and behind it by the filter's delay.
    ///
    /// - Parameter block: one array of samples per channel, all of one length.
    /// - Returns: one array of samples per channel, all of one length.
    public func process(_ block: [[Float]]) throws -> [[Float]] {
        precondition(block.count == channelCount, "one array per channel")
        let count = block.first?.count ?? 0
        precondition(block.allSatisfy { $0.count == count }, "channels have one length")
        consumed += count
        guard soxr != nil else {
            produced += count
            return block
        }
        var output = [[Float]](repeating: [], count: channelCount)
        for channel in 0..<channelCount {
            output[channel].reserveCapacity(Int(Double(count) * Double(outputRate) / Double(inputRate)) + 1)
        }
        var start = 0
        while start < count {
            let length = min(Self.blockSize, count - start)
            for channel in 0..<channelCount {
                block[channel].withUnsafeBufferPointer { source in
                    guard let base = source.baseAddress else { return }
                    inputPlanes[channel].update(from: base + start, count: length)
                }
            }
            try feed(length, into: &output)
            start += length
        }
        produced += output[0].count
        return output
    }

    /// Ends the signal and returns what the filter still holds.
    public func finish() throws -> [[Float]] {
        var output = [[Float]](repeating: [], count: channelCount)
        guard soxr != nil else { return output }
        let total = Self.outputCount(of: consumed, from: inputRate, to: outputRate)
        if consumed > 0 {
            // A little silence after the end makes sure of the last sample, which libsoxr may round away.
            let silence = min(Self.blockSize, 2 + 2 * inputRate / outputRate)
            for plane in inputPlanes { plane.update(repeating: 0, count: silence) }
            try feed(silence, into: &output)
            while try feed(nil, into: &output) > 0 {}
        }
        for channel in 0..<channelCount {
            let missing = total - produced - output[channel].count
            if missing > 0 {
                output[channel].append(contentsOf: repeatElement(0, count: missing))
            } else {
                output[channel].removeLast(-missing)
            }
        }
        produced = total
        return output
    }

    /// The number of samples that `inputCount` samples become.
    public static func outputCount(of inputCount: Int, from inputRate: Int, to outputRate: Int) -> Int {
        let product = inputCount.multipliedFullWidth(by: outputRate)
        let (quotient, remainder) = inputRate.dividingFullWidth(product)
        return remainder > 0 ? quotient + 1 : quotient
    }

    /// A buffer at another sample rate; the same buffer if it has that rate already.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` if libsoxr can't convert between such rates.
    public static func resample(_ buffer: AudioBuffer, to sampleRate: Int) throws -> AudioBuffer {
        guard buffer.sampleRate != sampleRate, !buffer.channels.isEmpty else { return buffer }
        let resampler = try Resampler(
            from: buffer.sampleRate, to: sampleRate, channelCount: buffer.channels.count)
        var channels = try resampler.process(buffer.channels)
        for (channel, tail) in try resampler.finish().enumerated() { channels[channel] += tail }
        return AudioBuffer(sampleRate: sampleRate, channels: channels)
    }

    /// Passes `count` samples of the input planes (`nil`: the end of the signal) through the filter.
    ///
    /// - Returns: how many samples came out.
    @discardableResult
    private func feed(_ count: Int?, into output: inout [[Float]]) throws -> Int {
        var offset = 0
        var total = 0
        repeat {
            let inputs = inputPlanes.map { UnsafeRawPointer($0 + offset) as UnsafeRawPointer? }
            let outputs = outputPlanes.map { UnsafeMutableRawPointer($0) as UnsafeMutableRawPointer? }
            var taken = 0
            var given = 0
            let error = inputs.withUnsafeBufferPointer { inputs in
                outputs.withUnsafeBufferPointer { outputs in
                    soxr_process(
                        soxr, count == nil ? nil : UnsafeRawPointer(inputs.baseAddress), (count ?? 0) - offset, &taken,
                        UnsafeMutableRawPointer(mutating: outputs.baseAddress), Self.blockSize, &given)
                }
            }
            if let error {
                throw Self.failure(String(cString: error), inputRate, outputRate, channelCount)
            }
            for channel in 0..<channelCount {
                output[channel].append(contentsOf: UnsafeBufferPointer(start: outputPlanes[channel], count: given))
            }
            offset += taken
            total += given
            if taken == 0 && given < Self.blockSize { break }
        } while count != nil
        return total
    }

    private static func failure(_ reason: String, _ input: Int, _ output: Int, _ channels: Int) -> MusicError {
        MusicError(
            .invalidRequest, "can't resample \(channels) channels from \(input) Hz to \(output) Hz: \(reason)",
            advice: "use rates between 1,000 and 1,000,000 Hz")
    }
}
