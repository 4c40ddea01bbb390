//! The platform's endpoints, one async method each: one request a call, never a retry, never a wait.
