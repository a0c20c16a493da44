/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Changes a few bytes: replaced, removed, inserted or repeated, with a liking for those that frame messages.
    mutating func mutated(_ original: [UInt8]) -> [UInt8] {
        let telling = Array("\r\n\t :,;0f\u{0}".utf8) + [0x7F, 0x80, 0xFF]
        var bytes = original
        for _ in 0..<Int.random(in: 0...4, using: &self) {
            let position = Int.random(in: 0..<max(1, bytes.count), using: &self)
            let byte =
                Bool.random(using: &self)
                ? telling.randomElement(using: &self) ?? 0 : UInt8.random(in: 0...255, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0 where position < bytes.count: bytes[position] = byte
            case 1 where position < bytes.count: bytes.remove(at: position)
            case 2:
                let end = min(bytes.count, position + Int.random(in: 1...24, using: &self))
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            default: bytes.insert(byte, at: position)
            }
        }
        return bytes
    }

    /// The same bytes in pieces of random lengths.
    mutating func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + Int.random(in: 1...40, using: &self))
            pieces.append(Array(bytes[position..<end]))
            position = end
        }
        return pieces
    }
}
