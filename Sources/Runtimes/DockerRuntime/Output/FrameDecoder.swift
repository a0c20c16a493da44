internal import NIOCore

/// Takes the engine's multiplexed output apart: frames of one byte stream number (1 standard output, 2 standard error), three
/// zeros, a big-endian length, and the bytes (Engine API, "Attach to a container, stream format").
struct FrameDecoder {
    struct Frame: Equatable {
        var isError: Bool
        var bytes: [UInt8]
    }

    private var rest = ByteBuffer()

    mutating func append(_ chunk: ByteBuffer) -> [Frame] {
        self.rest.writeImmutableBuffer(chunk)
        var frames: [Frame] = []
        while let stream = self.rest.getInteger(at: self.rest.readerIndex, as: UInt8.self),
            let length = self.rest.getInteger(at: self.rest.readerIndex + 4, as: UInt32.self),
            self.rest.readableBytes >= 8 + Int(length)
        {
            self.rest.moveReaderIndex(forwardBy: 8)
            frames.append(Frame(isError: stream == 2, bytes: self.rest.readBytes(length: Int(length)) ?? []))
        }
        self.rest.discardReadBytes()
        return frames
    }
}
