//! The screen as a function of the model. Writes nothing but cells.
