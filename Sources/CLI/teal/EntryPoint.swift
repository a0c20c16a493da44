internal import ArgumentParser
internal import CommandLineTool

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

@main
struct EntryPoint {
    static func main() async {
        // ArgumentParser's own code for wrong use is 64; the habit of the field is 2. So wrong use is found before a command runs.
        do {
            _ = try Teal.parseAsRoot()
        } catch where Teal.exitCode(for: error) == .validationFailure {
            CommandOutput.line(Teal.fullMessage(for: error))
            exit(2)
        } catch {
            // Help and version requests are answered below.
        }
        await Teal.main()
    }
}
