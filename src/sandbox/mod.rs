//! A faithful server of the platform's API on this machine, for the demo, the tests and integrators.
//!
//! Owns its own records and never leans on the client's shapes: it is there to check the client.
