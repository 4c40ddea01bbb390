//! The runner: one effect, one request or statement, one event.
