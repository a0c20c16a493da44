internal import ArgumentParser
internal import CommandLineTool

/// The whole program: the server and its proxy, and the commands that speak to a server.
struct Teal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teal",
        abstract: "Deploys containers without downtime, through the AWS APIs.",
        discussion: """
            Start a server with `teal serve`, then point any AWS client at it: eval "$(teal env)". Exit codes: 0 done, 1 failed, \
            2 wrong use.
            """,
        version: TealVersion.current,
        subcommands: [
            Serve.self, Down.self, Env.self, ReceiptCommand.self, WhyCommand.self, Demo.self, Proxy.self, DemoApp.self,
            DemoHook.self,
        ])
}
