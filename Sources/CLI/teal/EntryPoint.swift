internal import ArgumentParser
internal import CommandLineTool
internal import ProcessRuntime

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

@main
struct EntryPoint {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        // A shim stands behind every process task and must stay tiny: it never reaches the command parser.
        if arguments.first == "shim" { exit(ShimProcess.run(arguments: Array(arguments.dropFirst()))) }
        // ArgumentParser's own code for wrong use is 64; the habit of the field is 2. So wrong use is found before a command runs.
        do {
            _ = try Teal.parseAsRoot()
        } catch  where Teal.exitCode(for: error) == .validationFailure {
            CommandOutput.line(Teal.fullMessage(for: error))
            exit(2)
        } catch {
            // Help and version requests are answered below.
        }
        await Teal.main()
    }
}
