/// What the user should know of several songs of a request.
enum SongNotices {
    /// The notices of all songs, each once; those that don't concern all songs with the numbers of the songs that they
    /// do.
    ///
    /// - Parameter songs: the notices of each song.
    static func joined(_ songs: [[String]]) -> [String] {
        var order: [String] = []
        for notice in songs.joined() where !order.contains(notice) { order.append(notice) }
        return order.map { notice in
            let owners = songs.indices.filter { songs[$0].contains(notice) }
            guard owners.count < songs.count else { return notice }
            let numbers = owners.map { String($0 + 1) }.joined(separator: ", ")
            return "Song\(owners.count == 1 ? "" : "s") \(numbers): \(notice)"
        }
    }
}
