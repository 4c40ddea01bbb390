//! The configuration: `config.toml`, `keymap.toml` and `theme.toml`, profiles, the environment and arguments, added up.
//!
//! Owns what a setting is called, what it takes and where its value came from, and what is said about a line that does
//! not fit: file, line, column, what to do. One bad line never takes another with it, and none keeps the program from
//! starting but one that decides where the key goes. Never reads the environment (that is handed in), never a file of the
//! working directory, never a key.

mod annotated;
mod document;
mod files;
mod keymap;
mod load;
mod problem;
mod settings;
mod theme;

pub use annotated::{config as annotated_config, keymap as annotated_keymap, theme as annotated_theme};
pub use files::{Found, LIMIT, folder, read};
pub use load::{Config, Given, Origin, Read, load, reload};
pub use problem::{Place, Problem, shown};
pub use settings::{Field, SETTINGS, SetList, Setting, Shown, Values, named};
