internal import Glibc

/// How the end of a body is known.
enum BodyFraming: Equatable {
    case length(Int)
    case chunked
    case untilClose
}

/// Follows a body to its end as its bytes pass by, checking chunk framing strictly.
struct BodyScanner {
    private enum State: Equatable {
        case length(Int)
        case untilClose
        /// In the hexadecimal digits of a chunk size.
        case size(Int, digits: Int)
        /// In a chunk extension, which is passed over.
        case sizeExtension(Int, length: Int)
        case sizeLineFeed(Int)
        case data(Int)
        case dataReturn
        case dataLineFeed
        /// At the start of a trailer line or of the final empty line.
        case trailerStart(total: Int)
        case trailer(total: Int)
        case trailerLineFeed(total: Int)
        case finalLineFeed
        case done
        case failed
    }

    private var state: State

    /// An extension or all trailers together; more is an attack.
    private static let maximumAside = 4096

    init(_ framing: BodyFraming) {
        switch framing {
        case .length(0): self.state = .done
        case .length(let count): self.state = .length(count)
        case .chunked: self.state = .size(0, digits: 0)
        case .untilClose: self.state = .untilClose
        }
    }

    var isDone: Bool { self.state == .done }
    var hasFailed: Bool { self.state == .failed }
    var endsWithConnection: Bool { self.state == .untilClose }

    /// Moves unread bytes of `buffer` that belong to the body to its ready part. With `strippingChunks` only the data of
    /// chunks gets there (for HTTP/1.0 clients). Tells how many bytes of input it used.
    mutating func scan(_ buffer: Buffer, strippingChunks: Bool = false) -> Int {
        let available = buffer.unreadCount
        switch self.state {
        case .done, .failed: return 0
        case .untilClose:
            buffer.accept(available)
            return available
        case .length(let left):
            let count = min(left, available)
            buffer.accept(count)
            self.state = count == left ? .done : .length(left - count)
            return count
        case .size, .sizeExtension, .sizeLineFeed, .data, .dataReturn, .dataLineFeed, .trailerStart, .trailer,
            .trailerLineFeed, .finalLineFeed:
            return self.scanChunks(buffer, available, strippingChunks)
        }
    }

    private mutating func scanChunks(_ buffer: Buffer, _ available: Int, _ stripping: Bool) -> Int {
        let bytes = buffer.unreadBytes
        var (position, produced) = (0, 0)
        scanning: while position < available {
            switch self.state {
            case .data(let left):
                let count = min(left, available - position)
                if stripping {
                    memmove(bytes + produced, bytes + position, count)
                    produced += count
                }
                position += count
                self.state = count == left ? .dataReturn : .data(left - count)
            case .done, .failed: break scanning
            default:
                self.step(bytes[position])
                // A byte that breaks the framing is not passed on.
                if self.state == .failed { break scanning }
                position += 1
            }
        }
        if stripping {
            buffer.compact(consumed: position, produced: produced)
        } else {
            buffer.accept(position)
        }
        return position
    }

    private mutating func step(_ byte: UInt8) {
        switch self.state {
        case .size(let size, let digits):
            if let digit = Self.hexadecimal(byte) {
                self.state = digits == 15 ? .failed : .size(size * 16 + digit, digits: digits + 1)
            } else if digits == 0 {
                self.state = .failed
            } else if byte == 0x0D {
                self.state = .sizeLineFeed(size)
            } else {
                self.state = byte == 0x3B ? .sizeExtension(size, length: 0) : .failed
            }
        case .sizeExtension(let size, let length):
            if byte == 0x0D {
                self.state = .sizeLineFeed(size)
            } else {
                let isAllowed = byte != 0x0A && byte >= 0x20 || byte == 0x09
                self.state =
                    isAllowed && length < Self.maximumAside ? .sizeExtension(size, length: length + 1) : .failed
            }
        case .sizeLineFeed(let size):
            self.state = byte != 0x0A ? .failed : size == 0 ? .trailerStart(total: 0) : .data(size)
        case .dataReturn: self.state = byte == 0x0D ? .dataLineFeed : .failed
        case .dataLineFeed: self.state = byte == 0x0A ? .size(0, digits: 0) : .failed
        case .trailerStart(let total):
            self.state = byte == 0x0D ? .finalLineFeed : byte == 0x0A ? .failed : .trailer(total: total + 1)
        case .trailer(let total):
            if byte == 0x0D {
                self.state = .trailerLineFeed(total: total)
            } else {
                self.state = byte == 0x0A || total >= Self.maximumAside ? .failed : .trailer(total: total + 1)
            }
        case .trailerLineFeed(let total): self.state = byte == 0x0A ? .trailerStart(total: total) : .failed
        case .finalLineFeed: self.state = byte == 0x0A ? .done : .failed
        case .length, .untilClose, .data, .done, .failed: break
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x37
        case 0x61...0x66: Int(byte) - 0x57
        default: nil
        }
    }
}
