internal import Glibc
internal import TrafficRouting

/// Rewrites a request head for the target: hop-by-hop headers go, the load balancer's own come
/// (Application Load Balancers guide, X-Forwarded headers).
struct RequestHeadWriter {
    let head: RequestHead
    /// The bytes that `head` was parsed from.
    let base: UnsafePointer<UInt8>
    let attributes: LoadBalancerAttributes
    let peer: IPAddress
    let peerPort: UInt16

    func write(to output: Buffer, defaultHost: [UInt8], listenerPort: [UInt8], traceID: TraceID) {
        output.append(self.base, self.head.methodCount)
        output.append(" ")
        self.writeTarget(output)
        output.append(" HTTP/1.1\r\nHost: ")
        self.writeHost(output, defaultHost)
        output.append("\r\n")
        self.copyHeaders(output)
        self.writeForwardedFor(output)
        output.append("X-Forwarded-Proto: http\r\nX-Forwarded-Port: ")
        output.append(listenerPort)
        output.append("\r\nX-Amzn-Trace-Id: ")
        self.writeTraceID(output, traceID)
        output.append(self.head.wantsUpgrade ? "\r\nConnection: upgrade\r\n\r\n" : "\r\n\r\n")
    }

    private func writeTarget(_ output: Buffer) {
        guard self.head.authority != nil else {
            output.append(self.base + self.head.targetStart, self.head.targetCount)
            return
        }
        // An absolute target may lack its path.
        if self.head.pathCount == 0 { output.append("/") }
        let end = self.head.targetStart + self.head.targetCount
        output.append(self.base + self.head.pathStart, end - self.head.pathStart)
    }

    private func writeHost(_ output: Buffer, _ defaultHost: [UInt8]) {
        let (start, count): (Int, Int)
        if let authority = self.head.authority {
            (start, count) = authority
        } else if let index = self.head.headers.hostIndex {
            let slice = self.head.headers.slices[index]
            (start, count) = (slice.valueStart, slice.valueCount)
        } else {
            output.append(defaultHost)
            return
        }
        let written = output.freeBytes
        output.append(self.base + start, count)
        if !self.attributes.preservesHost {
            for index in 0..<count { written[index] = Bytes.lowered(written[index]) }
        }
    }

    /// Kept headers that follow one another are copied in one run.
    private func copyHeaders(_ output: Buffer) {
        var runStart = -1
        var runEnd = 0
        for slice in self.head.headers.slices {
            if self.keeps(slice) {
                if runStart < 0 { runStart = slice.nameStart }
                runEnd = Self.lineEnd(self.base, slice)
            } else if runStart >= 0 {
                output.append(self.base + runStart, runEnd - runStart)
                runStart = -1
            }
        }
        if runStart >= 0 { output.append(self.base + runStart, runEnd - runStart) }
    }

    private func keeps(_ slice: HeaderSlice) -> Bool {
        switch slice.header {
        case .other:
            if slice.isListedInConnection { return false }
            return !self.attributes.dropsInvalidHeaders || self.isValidName(slice)
        case .contentLength, .transferEncoding: return true
        case .upgrade: return self.head.wantsUpgrade
        case .forwardedFor: return self.attributes.forwardedFor == .preserve
        case .host, .connection, .expect, .hopByHop, .forwardedProto, .forwardedPort, .traceID: return false
        }
    }

    /// `[-A-Za-z0-9]+` (`routing.http.drop_invalid_header_fields.enabled`).
    private func isValidName(_ slice: HeaderSlice) -> Bool {
        (0..<slice.nameCount).allSatisfy { offset in
            let byte = Bytes.lowered(self.base[slice.nameStart + offset])
            return byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x2D
        }
    }

    /// Past the line's CR LF: spaces may stand between the value and it.
    static func lineEnd(_ base: UnsafePointer<UInt8>, _ slice: HeaderSlice) -> Int {
        var end = slice.valueStart + slice.valueCount
        while base[end] != 0x0A { end += 1 }
        return end + 1
    }

    private func writeForwardedFor(_ output: Buffer) {
        guard self.attributes.forwardedFor == .append else { return }
        output.append("X-Forwarded-For: ")
        for slice in self.head.headers.slices where slice.header == .forwardedFor && slice.valueCount > 0 {
            output.append(self.base + slice.valueStart, slice.valueCount)
            output.append(", ")
        }
        let isIPv6 = !self.peer.isIPv4
        if self.attributes.forwardsClientPort, isIPv6 { output.append("[") }
        output.append(self.peer)
        if self.attributes.forwardsClientPort {
            output.append(isIPv6 ? "]:" : ":")
            output.append(decimal: Int(self.peerPort))
        }
        output.append("\r\n")
    }

    /// A request that brings a Root keeps it, and its other fields; our own id is put before it as Self
    /// (Application Load Balancers guide, request tracing).
    private func writeTraceID(_ output: Buffer, _ own: TraceID) {
        let received = self.head.headers.slices.first { $0.header == .traceID }
        guard let received, received.valueCount > 0, received.valueCount <= 7 << 10 else {
            output.append("Root=")
            own.write(to: output)
            return
        }
        let value = ByteView(base: self.base + received.valueStart, count: received.valueCount)
        var fields: [ByteView] = []
        var start = 0
        while start < value.count {
            let end = value.firstIndex(of: 0x3B, from: start) ?? value.count
            fields.append(value.slice(start..<end))
            start = end + 1
        }
        let hasRoot = fields.contains { $0.count > 5 && $0.slice(0..<5).equals(Array("Root=".utf8)) }
        output.append(hasRoot ? "Self=" : "Root=")
        own.write(to: output)
        for field in fields where !(field.count >= 5 && field.slice(0..<5).equals(Array("Self=".utf8))) {
            output.append(";")
            output.append(Array(field.text.utf8))
        }
    }
}

/// `1-{8 hexadecimal digits of the time}-{24 random ones}`.
struct TraceID {
    let epochSeconds: UInt64
    let high: UInt64
    let low: UInt64

    func write(to output: Buffer) {
        output.append("1-")
        output.append(hexadecimal: self.epochSeconds, digits: 8)
        output.append("-")
        output.append(hexadecimal: self.high, digits: 8)
        output.append(hexadecimal: self.low, digits: 16)
    }
}
