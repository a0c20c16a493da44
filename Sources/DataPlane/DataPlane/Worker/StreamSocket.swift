internal import CLinux
internal import Glibc

/// A non-blocking TCP socket under edge-triggered `epoll`, and what is known of it: an event is told once, so it is
/// remembered here until a call finds it used up.
struct StreamSocket {
    let number: Int32
    var canRead: Bool
    var canWrite: Bool
    /// What `epoll` tells of it now.
    var watch: Watch
    /// The other end has finished sending: an end will be read once all data is.
    var heardHangup = false
    private(set) var sawEnd = false
    var failed = false

    /// What `epoll` is asked for. Most connections are written to without ever being full, and many are closed before
    /// anything has to be waited for: neither pays for what it does not need.
    enum Watch {
        case nothing
        case reading
        case readingAndWriting

        var events: UInt32 {
            let reading = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
            return self == .readingAndWriting ? reading | EPOLLOUT.rawValue : reading
        }
    }

    init(number: Int32, isConnected: Bool) {
        self.number = number
        self.watch = .nothing
        self.canRead = isConnected
        self.canWrite = isConnected
    }

    mutating func note(_ events: UInt32) {
        if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
            self.canRead = true
        }
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { self.heardHangup = true }
        if events & EPOLLOUT.rawValue != 0 { self.canWrite = true }
    }

    /// Receives what fits. 0: nothing there now, or the end, or a failure.
    mutating func fill(_ buffer: Buffer) -> Int {
        guard self.canRead, !self.sawEnd, !self.failed else { return 0 }
        let room = buffer.makeRoom()
        guard room > 0 else { return 0 }
        while true {
            let count = recv(self.number, buffer.freeBytes, room, 0)
            if count > 0 {
                buffer.received(count)
                // A short read has emptied the socket; an end that was announced is still to be read.
                if count < room, !self.heardHangup { self.canRead = false }
                return count
            }
            if count == 0 {
                self.sawEnd = true
                return 0
            }
            if errno == EINTR { continue }
            self.canRead = false
            if errno != EAGAIN { self.failed = true }
            return 0
        }
    }

    /// Receives all that is there, and forgets it.
    mutating func discardInput() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { scratch in
            while self.canRead, !self.sawEnd, !self.failed {
                let count = recv(self.number, scratch.baseAddress, scratch.count, 0)
                if count > 0 || (count < 0 && errno == EINTR) { continue }
                self.canRead = false
                if count == 0 { self.sawEnd = true } else if errno != EAGAIN { self.failed = true }
            }
        }
    }

    /// Sends the ready bytes of both, in this order, as far as the socket takes them.
    mutating func drain(_ first: Buffer?, _ second: Buffer?) -> Int {
        var total = 0
        while self.canWrite, !self.failed {
            let (firstCount, secondCount) = (first?.readyCount ?? 0, second?.readyCount ?? 0)
            guard firstCount + secondCount > 0 else { break }
            let count = self.write(first, firstCount, second, secondCount)
            if count < 0 {
                if errno == EINTR { continue }
                self.canWrite = false
                if errno != EAGAIN { self.failed = true }
                break
            }
            let fromFirst = min(count, firstCount)
            if fromFirst > 0 { first?.sent(fromFirst) }
            if count > fromFirst { second?.sent(count - fromFirst) }
            total += count
            if count < firstCount + secondCount { self.canWrite = false }
        }
        return total
    }

    private func write(_ first: Buffer?, _ firstCount: Int, _ second: Buffer?, _ secondCount: Int) -> Int {
        let flags = Int32(MSG_NOSIGNAL)
        if let first, firstCount > 0 {
            guard let second, secondCount > 0 else { return send(self.number, first.readyBytes, firstCount, flags) }
            var parts = (
                iovec(iov_base: first.readyBytes, iov_len: firstCount),
                iovec(iov_base: second.readyBytes, iov_len: secondCount)
            )
            return withUnsafeMutableBytes(of: &parts) { bytes in
                var message = msghdr()
                message.msg_iov = bytes.baseAddress?.assumingMemoryBound(to: iovec.self)
                message.msg_iovlen = 2
                return sendmsg(self.number, &message, flags)
            }
        }
        guard let second else { return 0 }
        return send(self.number, second.readyBytes, secondCount, flags)
    }

    /// Sending has failed; what the other end sent before can still be read.
    mutating func becameDeaf() {
        self.failed = false
        self.canWrite = false
        self.canRead = true
        self.heardHangup = true
    }

    func finishSending() { shutdown(self.number, Int32(SHUT_WR)) }

    /// The other end will see a reset, not an end; what has not been sent yet is lost.
    func resetOnClose() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(self.number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    static func setNoDelay(_ number: Int32) {
        var value: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
