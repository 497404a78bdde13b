/// A name of the user's own for something that can be found by another name.
public struct UserModel: Sendable, Codable, Hashable {
    public var name: String
    /// A folder, a hub id or the short name of a known model.
    public var model: String
    public var summary: String?
}
