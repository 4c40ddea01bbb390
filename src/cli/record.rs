//! `--record FILE`: a session written down for `takeover replay`.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::app::{Moment, Settings};
use crate::clock::Clock;
use crate::runtime::{Header, Recorder, create};

/// The flag, wherever an inbox opens.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct RecordArgs {
    /// Write the session into this new file, for `takeover replay` and for reports. It holds what visitors wrote and all
    /// that you type; it never holds the key.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl RecordArgs {
    /// Begins the record that was asked for, if one was.
    ///
    /// # Errors
    /// Why it cannot be begun, in words. An existing file is never touched.
    pub(super) fn start(
        &self,
        settings: &Settings,
        colours: &str,
        lesson: bool,
        clock: &Clock,
    ) -> Result<Option<Recorder>, String> {
        let Some(path) = &self.record else { return Ok(None) };
        let file = create(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("the record {} exists already: choose a new name", path.display())
            }
            _ => format!("the record {} cannot be made: {error}", path.display()),
        })?;
        let now = clock.now();
        let header = Header::new(settings, colours, lesson, Moment { mono: now.mono, wall: now.wall });
        Recorder::start(file, &header).map(Some).map_err(|error| format!("the record cannot be begun: {error}"))
    }
}
