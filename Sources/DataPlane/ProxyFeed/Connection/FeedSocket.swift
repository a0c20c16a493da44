internal import CLinux
internal import FoundationEssentials
internal import Glibc

/// A connected feed socket that carries framed messages both ways. A frame is its payload's length (4 bytes), the number
/// of descriptors that travel with it (2), the protocol version (2), all big-endian, and a JSON payload.
///
/// Reading belongs to one thread; sending is safe from any.
package final class FeedSocket: Sendable {
    package enum Failure: Error, Equatable, Sendable {
        case closed
        case system(SystemCallError)
        /// The other end speaks another version.
        case version(Int)
        case malformed(String)
    }

    private static let headerLength = 8
    /// Larger than any snapshot; a longer length means that the bytes are not frames.
    private static let maximumPayload = 256 << 20

    package let descriptor: OwnedDescriptor
    private let sending = FeedLock()

    package init(_ descriptor: OwnedDescriptor) { self.descriptor = descriptor }

    /// Makes a blocked `receive` return, on both ends.
    package func shutDown() { shutdown(self.descriptor.number, Int32(SHUT_RDWR)) }

    /// Blocks until the frame is with the kernel.
    package func send(_ message: some Encodable, descriptors: [OwnedDescriptor] = []) throws(Failure) {
        let payload: [UInt8]
        do {
            payload = Array(try JSONEncoder().encode(message))
        } catch {
            throw .malformed("\(error)")
        }
        var frame: [UInt8] = []
        frame.reserveCapacity(Self.headerLength + payload.count)
        frame.append(contentsOf: withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) })
        frame.append(contentsOf: withUnsafeBytes(of: UInt16(descriptors.count).bigEndian) { Array($0) })
        frame.append(contentsOf: withUnsafeBytes(of: UInt16(FeedProtocol.version).bigEndian) { Array($0) })
        frame.append(contentsOf: payload)
        try self.sending.hold { () throws(Failure) in try self.write(frame, descriptors.map(\.number)) }
    }

    private func write(_ frame: [UInt8], _ descriptors: [Int32]) throws(Failure) {
        var sent = 0
        while sent < frame.count {
            let attached = sent == 0 ? descriptors : []
            let result = frame.withUnsafeBytes { bytes in
                teal_send_descriptors(
                    self.descriptor.number, bytes.baseAddress?.advanced(by: sent), frame.count - sent, attached,
                    attached.count)
            }
            if result < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE || errno == ECONNRESET { throw .closed }
                throw .system(SystemCallError("sendmsg"))
            }
            sent += result
        }
    }

    /// Blocks until a whole frame is there.
    package func receive<Message: Decodable>(_ type: Message.Type) throws(Failure) -> (Message, [OwnedDescriptor]) {
        var descriptors: [OwnedDescriptor] = []
        let header = try self.read(Self.headerLength, &descriptors)
        let length = header[0..<4].reduce(0) { ($0 << 8) | Int($1) }
        let descriptorCount = (Int(header[4]) << 8) | Int(header[5])
        let version = (Int(header[6]) << 8) | Int(header[7])
        guard version == FeedProtocol.version else { throw .version(version) }
        guard length <= Self.maximumPayload else { throw .malformed("frame of \(length) bytes") }
        let payload = try self.read(length, &descriptors)
        guard descriptors.count == descriptorCount else {
            throw .malformed("\(descriptors.count) descriptors instead of \(descriptorCount)")
        }
        do {
            return (try JSONDecoder().decode(type, from: Data(payload)), descriptors)
        } catch {
            throw .malformed("\(error)")
        }
    }

    private func read(_ count: Int, _ descriptors: inout [OwnedDescriptor]) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var numbers = [Int32](repeating: -1, count: Int(TEAL_MAX_DESCRIPTORS))
        var received = 0
        while received < count {
            var found = 0
            let result = bytes.withUnsafeMutableBytes { buffer in
                teal_receive_descriptors(
                    self.descriptor.number, buffer.baseAddress?.advanced(by: received), count - received, &numbers,
                    &found)
            }
            descriptors += numbers.prefix(found).map(OwnedDescriptor.init)
            if result < 0 {
                if errno == EINTR { continue }
                if errno == ECONNRESET { throw .closed }
                throw .system(SystemCallError("recvmsg"))
            }
            guard result > 0 else { throw .closed }
            received += result
        }
        return bytes
    }
}
