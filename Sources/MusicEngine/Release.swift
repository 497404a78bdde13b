/// What this is.
public enum Release {
    /// Version of the software, as `major.minor.patch`.
    public static let version = "0.2.0"
}
