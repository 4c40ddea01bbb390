//! A session written down as it happens: a header, then one line of JSON for each event and each frame.
//!
//! Owns the file's form, its limits and the thread that writes. A record holds visitors' texts and everything that was
//! typed, never a credential: no event carries one. Never decides what is shown, never slows the loop: lines are made
//! and written by a thread of their own.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use crate::app::{Event, Moment, Settings, Size, Stamped};
use crate::text::to_json;

use super::replay::seconds_east;
use super::session::{Observer, Seen};

/// The form of the file that this version writes, and the only one it reads.
pub const FORMAT: u32 = 1;
/// A record ends when it is this long, in bytes.
pub const MOST_BYTES: u64 = 512 << 20;
/// The longest line: the largest page of the API, with every byte of it escaped.
const MOST_LINE: u64 = 128 << 20;

/// The first line: what a replay needs besides the events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// The form of the file: [`FORMAT`]. The first field, so that the file says what it is.
    pub takeover_record: u32,
    /// The version that wrote it.
    pub version: String,
    /// What the person had set.
    pub settings: Settings,
    /// Where the machine's zone lay when the record began, in seconds east.
    pub seconds_east: i64,
    /// Whether marks were drawn in ASCII.
    pub ascii: bool,
    /// What the terminal could show, in words.
    pub colours: String,
    /// Whether the demo's lesson led the way.
    pub lesson: bool,
    /// When it began.
    pub began: Moment,
}

/// Every line after the first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and most are events")]
pub enum Line {
    /// An event, as the core was given it.
    Event(Stamped<Event>),
    /// The model was made ready for a frame of this size, and drawn.
    Drawn(Size),
}

/// Why a record stopped before the session did.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be made or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line could not be made.
    #[error("{0}")]
    Line(#[from] serde_json::Error),
    /// It reached [`MOST_BYTES`].
    #[error("it ends at {} MiB, the most it may hold", MOST_BYTES >> 20)]
    Full,
    /// The thread that writes is gone.
    #[error("nobody wrote it")]
    Gone,
}

/// A record being written. Dropping it waits until everything told so far is in the file, once nobody tells any more.
#[derive(Debug)]
pub struct Recorder {
    tell: Option<Sender<Line>>,
    writer: Option<JoinHandle<Result<(), RecordError>>>,
}

/// Makes the file: new, for its owner alone.
///
/// # Errors
/// What the system says; [`io::ErrorKind::AlreadyExists`] where there is one already.
pub fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

impl Header {
    /// The header of a session that begins now.
    #[must_use]
    pub fn new(settings: &Settings, colours: &str, lesson: bool, began: Moment) -> Self {
        Self {
            takeover_record: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: settings.clone(),
            seconds_east: seconds_east(settings.zone, began),
            ascii: settings.ascii,
            colours: colours.to_owned(),
            lesson,
            began,
        }
    }
}

impl Recorder {
    /// Begins a record with its header.
    ///
    /// # Errors
    /// The header could not be written, or there is no thread left.
    pub fn start(file: impl Write + Send + 'static, header: &Header) -> Result<Self, RecordError> {
        let mut out = Limited { out: BufWriter::new(file), left: MOST_BYTES };
        out.line(header)?;
        out.out.flush()?;
        let (tell, told) = mpsc::channel();
        let writer = std::thread::Builder::new().name("record".to_owned()).spawn(move || write(&told, out))?;
        Ok(Self { tell: Some(tell), writer: Some(writer) })
    }

    /// What tells the record; texts are shared, not copied.
    #[must_use]
    pub fn observer(&self) -> Observer {
        let tell = self.tell.clone();
        Box::new(move |seen| {
            let line = match seen {
                Seen::Event(stamped) => Line::Event(stamped.clone()),
                Seen::Drawn(size) => Line::Drawn(size),
            };
            // A record that ended early is told about at its end.
            if let Some(tell) = &tell {
                let _ = tell.send(line);
            }
        })
    }

    /// Waits until everything is in the file. Call it when the session and its observer are gone.
    ///
    /// # Errors
    /// Why the record is not whole.
    pub fn finish(mut self) -> Result<(), RecordError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), RecordError> {
        self.tell = None;
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.join().unwrap_or(Err(RecordError::Gone))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// Writes what it is told, and flushes whenever nothing more is there: a crash loses what had not arrived.
fn write(told: &Receiver<Line>, mut out: Limited<impl Write>) -> Result<(), RecordError> {
    while let Ok(line) = told.recv() {
        out.line(&line)?;
        while let Ok(line) = told.try_recv() {
            out.line(&line)?;
        }
        out.out.flush()?;
    }
    Ok(())
}

struct Limited<W: Write> {
    out: BufWriter<W>,
    left: u64,
}

impl<W: Write> Limited<W> {
    fn line(&mut self, value: &impl Serialize) -> Result<(), RecordError> {
        let mut line = to_json(value)?;
        line.push('\n');
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(length).ok_or(RecordError::Full)?;
        Ok(self.out.write_all(line.as_bytes())?)
    }
}

/// Why a line cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The file could not be read.
    #[error("the record cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The first line is no header.
    #[error("this is no record of a takeover session")]
    NotARecord,
    /// The header is of another form.
    #[error("this record has form {0}, and this takeover reads form {FORMAT}")]
    OtherForm(u32),
    /// A line that no session writes.
    #[error("column {column}: {why}")]
    NotALine {
        /// Where in the line.
        column: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The last line has no end: the session was cut off, or the file.
    #[error("the record ends in the middle of this line; what stands before it is whole")]
    CutOff,
    /// Longer than any line that is written.
    #[error("the line is longer than any that takeover writes")]
    TooLong,
}

/// A record being read, line by line.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    /// The number of the line that was read last, from 1.
    pub line: usize,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`LineError`] on line 1.
    pub fn open(source: R) -> Result<(Self, Header), LineError> {
        #[derive(Deserialize)]
        struct Form {
            takeover_record: u32,
        }
        let mut reader = Self { source, line: 0 };
        let Some(line) = reader.text()? else { return Err(LineError::NotARecord) };
        let form: Form = serde_json::from_str(&line).map_err(|_| LineError::NotARecord)?;
        if form.takeover_record != FORMAT {
            return Err(LineError::OtherForm(form.takeover_record));
        }
        let header = serde_json::from_str(&line).map_err(|error| unread(&error))?;
        Ok((reader, header))
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// [`LineError`] on the line [`Reader::line`].
    #[expect(clippy::should_implement_trait, reason = "an iterator would go on after an error")]
    pub fn next(&mut self) -> Result<Option<Line>, LineError> {
        let Some(line) = self.text()? else { return Ok(None) };
        serde_json::from_str(&line).map(Some).map_err(|error| unread(&error))
    }

    fn text(&mut self) -> Result<Option<String>, LineError> {
        let mut bytes = Vec::new();
        self.line += 1;
        let count = self.source.by_ref().take(MOST_LINE).read_until(b'\n', &mut bytes)?;
        if count == 0 {
            return Ok(None);
        }
        let length = u64::try_from(count).unwrap_or(u64::MAX);
        match bytes.pop_if(|last| *last == b'\n') {
            Some(_) => {}
            None if length >= MOST_LINE => return Err(LineError::TooLong),
            None if self.line == 1 => return Err(LineError::NotARecord),
            None => return Err(LineError::CutOff),
        }
        String::from_utf8(bytes).map(Some).map_err(|error| LineError::NotALine {
            column: error.utf8_error().valid_up_to() + 1,
            why: "the bytes are not UTF-8".to_owned(),
        })
    }
}

fn unread(error: &serde_json::Error) -> LineError {
    let said = error.to_string();
    // A record's line is the only line that its reader knows.
    let why = said.rsplit_once(" at line ").map_or(said.as_str(), |(why, _)| why).to_owned();
    LineError::NotALine { column: error.column(), why }
}
