internal import Glibc
internal import ProcessRuntime

// Stands in for `teal shim`, so that the runtime's tests need not build the whole product.
exit(ShimProcess.run(arguments: Array(CommandLine.arguments.dropFirst())))
