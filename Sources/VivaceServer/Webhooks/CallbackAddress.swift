import ModelHub

/// Where news of a job may be sent: an address of a host that the operator has allowed, and no other.
struct CallbackAddress {
    let url: WebURL

    /// - Parameters:
    ///   - text: as a client says it.
    ///   - hosts: that are allowed, in lower case, with a port where it isn't the usual one.
    /// - Throws: ``ServerFailure`` 400 or 403.
    init(_ text: String, hosts: Set<String>) throws {
        guard text.utf8.count <= 2048, let url = try? WebURL(text) else {
            throw ServerFailure(400, "callback_url must be an http or https address without name and password")
        }
        let origin = url.origin
        let isUsual = origin.port == (origin.scheme == "https" ? 443 : 80)
        let name = origin.host.lowercased()
        guard hosts.contains("\(name):\(origin.port)") || (isUsual && hosts.contains(name)) else {
            throw ServerFailure(403, "The host of callback_url is not among those that the server may send news to")
        }
        self.url = url
    }
}
