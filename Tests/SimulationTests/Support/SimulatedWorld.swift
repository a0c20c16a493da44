internal import Foundation
internal import Model
internal import Testing

/// One seeded history: random delays, failures, crashes, deaths and wishes around the machines of one engine. It performs what
/// these ask for, and objects to what must never happen.
protocol SimulatedWorld {
    /// As it stands in `TEAL_SIMULATION_SEED`.
    static var engine: String { get }
    var seed: UInt64 { get }

    init(seed: UInt64)

    /// Runs to the end, and throws the first violation.
    mutating func run() throws(Violation)
}

/// Something that must never happen, and how to see it again.
struct Violation: Error, CustomStringConvertible {
    let engine: String
    let seed: UInt64
    let what: String

    var description: String { "\(self.what) (replay with TEAL_SIMULATION_SEED=\(self.engine)/\(self.seed))" }
}

extension SimulatedWorld {
    func violation(_ what: String) -> Violation { Violation(engine: Self.engine, seed: self.seed, what: what) }

    /// What a restart makes of a value.
    func savedAndLoaded<Value: Codable & Equatable>(_ value: Value) throws(Violation) -> Value {
        do {
            let loaded = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
            guard loaded == value else { throw self.violation("\(Value.self) changes when it is saved and loaded") }
            return loaded
        } catch let violation as Violation {
            throw violation
        } catch {
            throw self.violation("\(Value.self) cannot be saved and loaded: \(error)")
        }
    }

    static func violation(of seed: UInt64) -> Violation? {
        var world = Self(seed: seed)
        do throws(Violation) {
            try world.run()
            return nil
        } catch {
            return error
        }
    }
}

/// Which worlds to run. `TEAL_SIMULATION_SEED` (`ENGINE/NUMBER`) runs one again and tells its history, `TEAL_SIMULATION_SEEDS` says how many of each
/// engine, `TEAL_SIMULATION_FIRST_SEED` with which to begin, `TEAL_SIMULATION_PROGRESS` asks for a line now and then.
struct Seeds {
    static let isReplay = ProcessInfo.processInfo.environment["TEAL_SIMULATION_SEED"] != nil

    private let environment = ProcessInfo.processInfo.environment

    /// Runs the worlds whose number leaves `part` when divided by `parts`, so that each core has its share.
    func run<World: SimulatedWorld>(_ type: World.Type, count: UInt64, part: UInt64 = 0, of parts: UInt64 = 1) {
        if let replayed = self.environment["TEAL_SIMULATION_SEED"] {
            let words = replayed.split(separator: "/")
            guard let seed = words.last.flatMap({ UInt64($0) }) else {
                Issue.record("TEAL_SIMULATION_SEED is ENGINE/NUMBER, not \(replayed)")
                return
            }
            let isMeant = words.count == 1 || words[0] == World.engine
            if isMeant, seed % parts == part { self.expectPeace(type, seed) }
            return
        }
        let first = self.number("FIRST_SEED") ?? 0
        let count = self.number("SEEDS") ?? count
        let shows = self.environment["TEAL_SIMULATION_PROGRESS"] != nil
        let begin = ContinuousClock.now
        var last = begin
        for offset in 0..<count where offset % parts == part {
            self.expectPeace(type, first &+ offset)
            guard shows, last.duration(to: .now) > .seconds(5) else { continue }
            last = .now
            let done = offset / parts + 1
            let rate = Double(done) / (begin.duration(to: last) / .seconds(1))
            print("\(World.engine): \(done) of \(count / parts) worlds, \(Int(rate)) a second, now \(first &+ offset)")
        }
    }

    private func number(_ name: String) -> UInt64? {
        self.environment["TEAL_SIMULATION_\(name)"].flatMap(UInt64.init)
    }

    private func expectPeace<World: SimulatedWorld>(_ type: World.Type, _ seed: UInt64) {
        if let violation = World.violation(of: seed) { Issue.record(violation) }
    }
}
