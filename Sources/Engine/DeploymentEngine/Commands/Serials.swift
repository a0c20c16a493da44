/// Numbers for commands and timers, unique within their deployment and rising.
struct Serials: Equatable, Sendable, Codable {
    private var last = 0

    mutating func next() -> Int {
        self.last += 1
        return self.last
    }
}
