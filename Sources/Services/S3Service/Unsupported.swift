internal import WireProtocol

/// Refuses by name what is not implemented here.
struct Unsupported {
    private var first: String?

    mutating func refuse(_ name: String, if isUsed: Bool) {
        if isUsed, self.first == nil { self.first = name }
    }

    /// - Throws: `NotImplemented`.
    func check() throws {
        if let first { throw Failures.notImplemented(first) }
    }
}
