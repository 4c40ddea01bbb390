//! The loop: it owns the model and the terminal; everyone else sends it events.
