/// The API's base URLs: one for this machine, and one as tasks reach it.
struct Endpoints: Sendable {
    /// `http://127.0.0.1:4566`.
    let local: String
    /// Differs where tasks have networks of their own: loopback is another one there.
    let forTasks: String
}
