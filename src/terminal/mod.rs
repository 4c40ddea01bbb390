//! The terminal: modes on and off on every way out, bytes to keys, cells to bytes.
