internal import CLinux

/// A thread of our own, for work that blocks: nothing may block on the cooperative pool.
package enum NativeThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` once on a new thread. `name` shows in `top -H`; at most 15 bytes.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        let box = Unmanaged.passRetained(Body(body))
        let error = teal_start_thread(
            name,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard error == 0 else {
            box.release()
            throw SystemCallError("pthread_create", code: error)
        }
    }
}
