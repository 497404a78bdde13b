import CMLX
import Foundation

/// The kind of a computing device.
public enum DeviceType: String, Hashable, Sendable {
    /// The processor.
    case cpu
    /// The graphics processor.
    case gpu
}

/// A device that computes.
public final class Device: @unchecked Sendable, Equatable {

    let type: DeviceType

    /// The device of a kind.
    ///
    /// There is one of each; `index` is for other platforms.
    public init(_ deviceType: DeviceType, index: Int32 = 0) {
        type = deviceType
    }

    /// The processor.
    public static let cpu = Device(.cpu)

    /// The graphics processor.
    ///
    /// Operations on it fail where there is none.
    public static let gpu = Device(.gpu)

    /// The kind of device.
    public var deviceType: DeviceType? { type }

    var cmlxDevice: cmlx_device { type == .gpu ? CMLX_GPU : CMLX_CPU }

    @TaskLocal private static var taskDefault: Device?

    private static let processDefault = ProcessDefault()

    /// The device that operations use unless told otherwise: that of the innermost ``withDefaultDevice(_:_:)-(_,()->R)``
    /// scope, or else a GPU if libmlx supports one here, or else the CPU.
    public static func defaultDevice() -> Device {
        taskDefault ?? processDefault.device
    }

    /// Runs `body` with another default device.
    public static func withDefaultDevice<R>(_ device: Device, _ body: () throws -> R) rethrows -> R {
        try $taskDefault.withValue(device, operation: body)
    }

    /// Runs `body` with another default device.
    public static func withDefaultDevice<R>(_ device: Device, _ body: () async throws -> R) async rethrows -> R {
        try await $taskDefault.withValue(device, operation: body)
    }

    /// Changes the default device of the whole process; `nil` restores the original.
    @available(*, deprecated, message: "use withDefaultDevice(_:_:)")
    public static func setDefault(device: Device?) {
        processDefault.override(with: device)
    }

    static func defaultStream() -> Stream {
        Stream.defaultStream(defaultDevice())
    }

    public static func == (lhs: Device, rhs: Device) -> Bool {
        lhs.type == rhs.type
    }
}

extension Device: CustomStringConvertible {
    /// The kind and number of the device.
    public var description: String { "Device(\(type.rawValue), 0)" }
}

/// The default device of the process.
private final class ProcessDefault: @unchecked Sendable {
    private let lock = NSLock()
    private let original: Device = cmlx_default_device() == CMLX_GPU ? .gpu : .cpu
    private var replacement: Device?

    var device: Device { lock.withLock { replacement ?? original } }

    func override(with device: Device?) {
        lock.withLock { replacement = device }
    }
}
