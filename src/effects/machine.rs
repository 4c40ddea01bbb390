//! What the runner may do on this machine besides the network: children, links, files.
//!
//! Filled in by `cli`, which alone reads the environment. Never reads it here.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::app::{PipeEnd, Piped};
use crate::http::visitor::Fetcher;
use crate::text::RawText;

use super::children::{Children, How, Program};
use super::{files, links};

/// How long a command may take that the person waits for.
const PIPE_LIMIT: Duration = Duration::from_secs(10);

/// The machine's edges. The default one has no folder, and children without any environment, which finds no program.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Starts children.
    pub children: Children,
    /// Opens links: a program that takes one as its only argument.
    pub opener: OsString,
    /// Where files are saved; none where nobody knows the person's folder.
    pub downloads: Option<PathBuf>,
    /// Fetches visitors' files.
    pub fetcher: Fetcher,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            children: Children::new(Vec::new()),
            opener: if cfg!(target_os = "macos") { "open".into() } else { "xdg-open".into() },
            downloads: None,
            fetcher: Fetcher::default(),
        }
    }
}

impl Machine {
    /// Opens a link; why not, where it cannot be.
    pub(super) async fn open_link(&self, url: &RawText) -> Result<(), RawText> {
        links::open(&self.children, &self.opener, url.as_raw()).await.map_err(|error| RawText::new(error.to_string()))
    }

    /// Runs a line that the person wrote, with this text on its standard input; what it left, or why it did not run.
    pub(super) async fn pipe(&self, command: String, input: String) -> Result<Piped, RawText> {
        let ran = self.children.run(&Program::Line(command), input.into_bytes(), PIPE_LIMIT).await;
        let ended = ran.map_err(|error| RawText::new(error.to_string()))?;
        let text = |bytes: &[u8]| RawText::new(String::from_utf8_lossy(bytes).into_owned());
        let end = match ended.how {
            How::Code(code) => PipeEnd::Code(code),
            How::Signal(signal) => PipeEnd::Signal(signal),
            How::TimeOver => PipeEnd::TimeOver,
        };
        Ok(Piped { output: text(&ended.output), errors: text(&ended.errors), cut: ended.cut, end })
    }

    /// Fetches a file and saves it; where it lies, or why it does not.
    pub(super) async fn save_file(&self, url: &RawText, name: &RawText) -> Result<RawText, RawText> {
        let Some(folder) = self.downloads.clone() else {
            return Err(RawText::new("no folder for it is known: set XDG_DOWNLOAD_DIR"));
        };
        let bytes = self.fetcher.fetch(url.as_raw()).await.map_err(|error| RawText::new(error.to_string()))?;
        let name =
            if name.as_raw().trim().is_empty() { files::name_in(url.as_raw()) } else { name.as_raw().to_owned() };
        let saved = tokio::task::spawn_blocking(move || files::save_new(&folder, &name, &bytes)).await;
        match saved {
            Ok(Ok(path)) => Ok(RawText::new(path.to_string_lossy().into_owned())),
            Ok(Err(error)) => Err(RawText::new(format!("it could not be written: {error}"))),
            Err(_) => Err(RawText::new("it could not be written")),
        }
    }
}
