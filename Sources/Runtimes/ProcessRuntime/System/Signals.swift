internal import Glibc

/// Signals by the names that `stopSignal` and an image's STOPSIGNAL use: `SIGTERM`, `TERM` or `15`.
enum Signals {
    private static let byName: [String: CInt] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT, "BUS": SIGBUS,
        "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV, "USR2": SIGUSR2, "PIPE": SIGPIPE,
        "ALRM": SIGALRM, "TERM": SIGTERM, "CHLD": SIGCHLD, "CONT": SIGCONT, "STOP": SIGSTOP, "TSTP": SIGTSTP,
        "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG, "XCPU": SIGXCPU, "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM,
        "PROF": SIGPROF, "WINCH": SIGWINCH, "IO": SIGIO, "SYS": SIGSYS,
    ]

    static func number(of name: String) -> CInt? {
        if let number = CInt(name) { return (1...64).contains(number) ? number : nil }
        let upper = name.uppercased()
        return self.byName[upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper]
    }
}
