/// Who uses which code at the moment, so that none is removed between a look at the store and the removal.
struct CodeHolds {
    private struct Entry {
        var holders = 0
        var lastHold = 0
        /// A removal was refused because of the holders.
        var isUnwanted = false
    }

    private var entries: [String: Entry] = [:]
    /// Holds taken so far: a look at the store that began at this number knows nothing of later ones.
    private(set) var moment = 0

    mutating func hold(_ sha: String) {
        self.moment += 1
        self.entries[sha, default: Entry()].holders += 1
        self.entries[sha]?.lastHold = self.moment
    }

    /// - Returns: whether the code was to be removed meanwhile and is free now.
    mutating func release(_ sha: String) -> Bool {
        guard var entry = self.entries[sha] else { return false }
        entry.holders -= 1
        let isWaitedFor = entry.holders == 0 && entry.isUnwanted
        if isWaitedFor { entry.isUnwanted = false }
        self.entries[sha] = entry
        return isWaitedFor
    }

    func isHeld(_ sha: String) -> Bool { (self.entries[sha]?.holders ?? 0) > 0 }

    /// Whether nobody has held the code since `moment`. If so, it is forgotten; else its last release asks for another look.
    mutating func mayRemove(_ sha: String, since moment: Int) -> Bool {
        guard var entry = self.entries[sha] else { return true }
        if entry.holders == 0, entry.lastHold <= moment {
            self.entries[sha] = nil
            return true
        }
        entry.isUnwanted = entry.holders > 0
        self.entries[sha] = entry
        return false
    }
}
