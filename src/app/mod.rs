//! The pure core: `update(&mut Model, Stamped<Event>) -> Vec<Effect>`.
