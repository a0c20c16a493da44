internal import Glibc
internal import TrafficRouting

/// A fixed block of memory that bytes flow through: `start..<ready` may be sent on, `ready..<end` has been received but
/// not looked at, and the rest is free. Taken from a worker's pool while data is in flight and given back when empty.
final class Buffer {
    /// Holds the largest request head (64 KiB and a 16 KiB request line) with room for body behind it.
    static let capacity = 128 << 10

    let base: UnsafeMutablePointer<UInt8>
    private(set) var start = 0
    private(set) var ready = 0
    private(set) var end = 0

    init() { self.base = .allocate(capacity: Self.capacity) }

    deinit { self.base.deallocate() }

    var readyCount: Int { self.ready - self.start }
    var unreadCount: Int { self.end - self.ready }
    var isEmpty: Bool { self.start == self.end }
    var readyBytes: UnsafeMutablePointer<UInt8> { self.base + self.start }
    var unreadBytes: UnsafeMutablePointer<UInt8> { self.base + self.ready }
    var freeBytes: UnsafeMutablePointer<UInt8> { self.base + self.end }

    /// Free space, after moving what is held to the front where that is worth it.
    func makeRoom() -> Int {
        if self.start == self.end {
            (self.start, self.ready, self.end) = (0, 0, 0)
        } else if self.start > 0, Self.capacity - self.end < Self.capacity / 4 {
            memmove(self.base, self.base + self.start, self.end - self.start)
            (self.ready, self.end, self.start) = (self.ready - self.start, self.end - self.start, 0)
        }
        return Self.capacity - self.end
    }

    func received(_ count: Int) {
        precondition(count <= Self.capacity - self.end, "received past the end of a buffer")
        self.end += count
    }

    /// Marks unread bytes as ready to send.
    func accept(_ count: Int) {
        precondition(count <= self.unreadCount, "accepted more than was received")
        self.ready += count
    }

    /// Takes unread bytes away (a head that has been parsed); nothing may be ready.
    func discard(_ count: Int) {
        precondition(self.readyCount == 0 && count <= self.unreadCount, "discarded what is still to be sent")
        self.ready += count
        self.start = self.ready
    }

    /// After a scan in place has turned `consumed` unread bytes into `produced` ready ones.
    func compact(consumed: Int, produced: Int) {
        precondition(consumed <= self.unreadCount && produced <= consumed, "compaction grew")
        if consumed > produced {
            let rest = self.unreadCount - consumed
            memmove(self.unreadBytes + produced, self.unreadBytes + consumed, rest)
            self.end -= consumed - produced
        }
        self.ready += produced
    }

    func sent(_ count: Int) {
        precondition(count <= self.readyCount, "sent more than was ready")
        self.start += count
    }

    /// Puts bytes that were sent back, to send them again. Only for a buffer that was never moved: a request head.
    func rewind() { self.start = 0 }

    func clear() { (self.start, self.ready, self.end) = (0, 0, 0) }
}

extension Buffer {
    /// Appends ready bytes. Heads are bounded well under the capacity; what does not fit is a bug.
    func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        precondition(self.unreadCount == 0 && count <= Self.capacity - self.end, "no room in a buffer")
        memcpy(self.base + self.end, bytes, count)
        self.end += count
        self.ready = self.end
    }

    func append(_ text: StaticString) { self.append(text.utf8Start, text.utf8CodeUnitCount) }

    func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress { self.append(base, bytes.count) }
        }
    }

    func append(_ text: String) { self.append(Array(text.utf8)) }

    func append(decimal value: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var (position, rest) = (20, value)
            repeat {
                position -= 1
                digits[position] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            } while rest > 0
            if let base = digits.baseAddress { self.append(base + position, 20 - position) }
        }
    }

    func append(_ address: IPAddress) {
        guard address.isIPv4 else {
            self.append(address.description)
            return
        }
        for shift in stride(from: 24, through: 0, by: -8) {
            self.append(decimal: Int(address.low >> UInt64(shift) & 0xFF))
            if shift > 0 { self.append(".") }
        }
    }

    func append(hexadecimal value: UInt64, digits count: Int) {
        for digit in stride(from: count - 1, through: 0, by: -1) {
            let nibble = UInt8(truncatingIfNeeded: (value >> UInt64(digit * 4)) & 15)
            var byte = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
            self.append(&byte, 1)
        }
    }
}

/// Buffers of one worker that nobody uses. Keeps at most 64 MiB; more than that is given back to the system.
struct BufferPool {
    private var free: [Buffer] = []

    mutating func take() -> Buffer { self.free.popLast() ?? Buffer() }

    mutating func put(_ buffer: Buffer) {
        buffer.clear()
        if self.free.count < 512 { self.free.append(buffer) }
    }
}
