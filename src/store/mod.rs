//! What outlives a request: for now the outbox journal, in memory, behind the trait that a file will take.
