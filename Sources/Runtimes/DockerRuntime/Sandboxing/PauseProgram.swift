/// The program of a sandbox container: it sleeps for ever, so that the network of a task is there before its first container
/// and after its last, whatever order they start and end in (an init container may well be the first to go).
///
/// No registry can be counted on and no shell is in an empty image, so the program is written here, instruction by
/// instruction, in a static ELF file of one segment (elf(5)).
enum PauseProgram {
    static let path = "pause"

    /// `nil` for an architecture that is not known here.
    static func executable(for architecture: String) -> [UInt8]? {
        switch architecture {
        case "amd64", "x86_64": self.elf(machine: 62, code: self.x86)
        case "arm64", "aarch64": self.elf(machine: 183, code: self.arm)
        default: nil
        }
    }

    private static let x86: [UInt8] = [
        0xb8, 0x22, 0x00, 0x00, 0x00,  // mov eax, 34   pause(2)
        0x0f, 0x05,  // syscall
        0xeb, 0xf7,  // jmp to the start: a signal was handled
    ]

    private static let arm: [UInt8] = [
        0x00, 0x00, 0x80, 0xd2,  // mov x0, 0     ppoll(2) of nothing
        0x01, 0x00, 0x80, 0xd2,  // mov x1, 0
        0x02, 0x00, 0x80, 0xd2,  // mov x2, 0     without a time-out
        0x03, 0x00, 0x80, 0xd2,  // mov x3, 0
        0x28, 0x09, 0x80, 0xd2,  // mov x8, 73
        0x01, 0x00, 0x00, 0xd4,  // svc 0
        0xfa, 0xff, 0xff, 0x17,  // b to the start
    ]

    private static func elf(machine: UInt16, code: [UInt8]) -> [UInt8] {
        let base: UInt64 = 0x400000
        let headers: UInt64 = 64 + 56
        let size = headers + UInt64(code.count)
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        func append<Value: FixedWidthInteger>(_ values: Value...) {
            for value in values { withUnsafeBytes(of: value.littleEndian) { file += $0 } }
        }
        append(UInt16(2), machine)  // an executable file
        append(UInt32(1))
        append(base + headers, UInt64(64), UInt64(0))  // entry, program headers, no section headers
        append(UInt32(0))
        append(UInt16(64), 56, 1, 0, 0, 0)
        append(UInt32(1), UInt32(5))  // one segment to load, readable and executable
        append(UInt64(0), base, base, size, size, 0x1000)
        return file + code
    }
}
