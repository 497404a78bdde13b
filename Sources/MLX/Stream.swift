import CMLX
import Foundation

/// Where an operation runs: on a stream, or on the default stream of a device.
public struct StreamOrDevice: Sendable, CustomStringConvertible, Equatable {

    /// The stream.
    public let stream: Stream

    /// The stream of the innermost ``Stream/withNewDefaultStream(device:_:)-(_,()->R)`` scope, or else that of the default device.
    public static var `default`: StreamOrDevice {
        StreamOrDevice(stream: Stream.defaultStream ?? Device.defaultStream())
    }

    /// The default stream of a device.
    public static func device(_ device: Device) -> StreamOrDevice {
        StreamOrDevice(stream: Stream.defaultStream(device))
    }

    /// The default stream of the CPU.
    public static let cpu = device(.cpu)

    /// The default stream of the GPU.
    public static let gpu = device(.gpu)

    /// A given stream.
    public static func stream(_ stream: Stream) -> StreamOrDevice {
        StreamOrDevice(stream: stream)
    }

    var ctx: cmlx_stream { stream.ctx }

    public var description: String { stream.description }
}

/// A queue of operations on a device.
///
/// Operations on one stream run one after the other; libmlx orders those on different streams by what they need of each
/// other.
///
/// A stream may be used from any thread.
public final class Stream: @unchecked Sendable, Equatable {

    let ctx: cmlx_stream

    /// The default stream of the GPU.
    public static let gpu = Stream(ctx: cmlx_stream(device: CMLX_GPU, index: -1))

    /// The default stream of the CPU.
    public static let cpu = Stream(ctx: cmlx_stream(device: CMLX_CPU, index: -1))

    @TaskLocal static var defaultStream: Stream?

    /// Runs `body` with a new stream as the default one, on `device` or the default device.
    public static func withNewDefaultStream<R>(device: Device? = nil, _ body: () throws -> R) rethrows -> R {
        try $defaultStream.withValue(Stream(device ?? Device.defaultDevice()), operation: body)
    }

    /// Runs `body` with a new stream as the default one, on `device` or the default device.
    public static func withNewDefaultStream<R>(
        device: Device? = nil, _ body: () async throws -> R
    ) async rethrows -> R {
        try await $defaultStream.withValue(Stream(device ?? Device.defaultDevice()), operation: body)
    }

    private init(ctx: cmlx_stream) {
        self.ctx = ctx
    }

    /// The default stream of the default device.
    public convenience init() {
        self.init(ctx: Device.defaultStream().ctx)
    }

    /// A new stream on a device.
    ///
    /// Its thread lives as long as the process: make few.
    public init(_ device: Device) {
        var stream = cmlx_stream(device: device.cmlxDevice, index: -1)
        evalLock.withLock { _ = check(cmlx_stream_new(&stream, device.cmlxDevice)) }
        ctx = stream
    }

    /// Waits until all operations that were started on the stream are done.
    public func synchronize() {
        evalLock.withLock { _ = check(cmlx_synchronize(ctx)) }
    }

    /// The default stream of a device.
    public static func defaultStream(_ device: Device) -> Stream {
        device.type == .gpu ? .gpu : .cpu
    }

    public static func == (lhs: Stream, rhs: Stream) -> Bool {
        lhs.ctx.device == rhs.ctx.device && lhs.ctx.index == rhs.ctx.index
    }
}

extension Stream: CustomStringConvertible {
    /// The device and the number of the stream.
    public var description: String {
        let device = ctx.device == CMLX_GPU ? "gpu" : "cpu"
        return ctx.index < 0 ? "Stream(Device(\(device), 0), default)" : "Stream(Device(\(device), 0), \(ctx.index))"
    }
}
