internal import GRDB

/// What one consistent read may do. Extended in one folder a service.
package class StoreSnapshot {
    let database: Database

    init(_ database: Database) { self.database = database }
}

/// What one write transaction may do; it reads, too. Confined to the closure it is handed to.
package final class StoreTransaction: StoreSnapshot {
    private(set) var changedTopics: Set<ChangeTopic> = []
    private(set) var changedSubjects: Set<ChangeSubject> = []

    /// Wakes whoever watches the topic, once the transaction has been committed.
    package func changed(_ topic: ChangeTopic) { self.changedTopics.insert(topic) }

    /// Wakes whoever follows this one thing, once the transaction has been committed.
    func changed(_ subject: ChangeSubject) { self.changedSubjects.insert(subject) }
}
