//! A record played back: the same events through the same core give the same screen, without a terminal.
//!
//! Carries no effect out: what was to be done was done then, and its results are among the events.

use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::{Datelike, FixedOffset};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::app::overlay::Lesson;
use crate::app::{self, Event, Model, Moment, Size, Stamped, settle};
use crate::domain::Zone;
use crate::terminal::mend;
use crate::text::width;
use crate::ui::{self, Theme};

use super::record::{Header, Line, LineError, Reader};

/// No screen is larger; a record that says so is not one of a session.
const MOST_CELLS_ACROSS: u16 = 1_000;
/// The screen before the first frame.
const FIRST: Size = Size { columns: 80, rows: 24 };
/// No session lasts longer; a record that says so would overflow the core's sums.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

/// What a replay came to.
#[derive(Debug)]
pub struct Replayed {
    /// The screen at its end, row by row, without blanks at the ends of rows.
    pub screen: Vec<String>,
    /// The events that were handled: the number that the session gave them, and their names.
    pub events: Vec<(u64, &'static str)>,
    /// The last line was cut off; its number.
    pub cut_off: Option<usize>,
}

/// Why a record cannot be played back.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct ReplayError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: Wrong,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// It cannot be read.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Its moment does not follow the one before, or lies nowhere.
    #[error("its time cannot be: it goes back, or lies years away")]
    Time,
    /// Its screen is larger than any.
    #[error("its screen has {} by {} cells", .0.columns, .0.rows)]
    Size(Size),
    /// The core fails on it.
    #[error("takeover itself fails on this line: the fault is in the program")]
    Fault,
    /// The record ends before the event that was asked for.
    #[error("the record has {0} events, and no more")]
    TooShort(usize),
}

/// Plays a record back, up to and with this many events if it is said.
///
/// # Errors
/// [`ReplayError`] with the line.
pub fn replay(source: impl BufRead, until: Option<usize>) -> Result<Replayed, ReplayError> {
    let (mut reader, header) = Reader::open(source).map_err(|why| ReplayError { line: 1, why: Wrong::Line(why) })?;
    let mut player = Player::new(header);
    let mut cut_off = None;
    loop {
        let enough = until.is_some_and(|until| player.events.len() >= until);
        let read = reader.next();
        let wrong = |why| ReplayError { line: reader.line, why };
        match read {
            // The frame that followed is what was seen after that event.
            Ok(Some(Line::Event(_)) | None) | Err(_) if enough => break,
            Ok(Some(line)) => player.take(line).map_err(wrong)?,
            Ok(None) if until.is_some() => return Err(wrong(Wrong::TooShort(player.events.len()))),
            Ok(None) => break,
            Err(LineError::CutOff) if until.is_none() => {
                cut_off = Some(reader.line);
                break;
            }
            Err(error) => return Err(wrong(error.into())),
        }
    }
    let screen = player.screen().ok_or(ReplayError { line: reader.line, why: Wrong::Fault })?;
    Ok(Replayed { screen, events: player.events, cut_off })
}

struct Player {
    model: Model,
    ascii: bool,
    size: Size,
    /// Whether something happened after the last frame.
    undrawn: bool,
    last: Duration,
    events: Vec<(u64, &'static str)>,
}

impl Player {
    fn new(header: Header) -> Self {
        let mut settings = header.settings;
        // The zone's rules are the machine's; on another machine what the zone was then has to do.
        if settings.zone == Zone::Machine && seconds_east(settings.zone, header.began) != header.seconds_east {
            let offset = i32::try_from(header.seconds_east).ok().and_then(FixedOffset::east_opt);
            settings.zone = offset.map_or(Zone::Machine, Zone::Fixed);
        }
        let mut model = Model::new(settings);
        model.overlays.lesson = header.lesson.then_some(Lesson::Longest);
        Self { model, ascii: header.ascii, size: FIRST, undrawn: true, last: Duration::ZERO, events: Vec::new() }
    }

    fn take(&mut self, line: Line) -> Result<(), Wrong> {
        match line {
            Line::Event(stamped) => self.event(stamped),
            Line::Drawn(size) => {
                self.size = allowed(size)?;
                self.settle().ok_or(Wrong::Fault)
            }
        }
    }

    fn event(&mut self, stamped: Stamped<Event>) -> Result<(), Wrong> {
        let Moment { mono, wall } = stamped.at;
        if mono < self.last || mono > LONGEST || !(1970..=9999).contains(&wall.year()) {
            return Err(Wrong::Time);
        }
        self.last = mono;
        if let Event::Resized(size) = &stamped.event {
            self.size = allowed(*size)?;
        }
        if let Event::Reloaded { settings, .. } = &stamped.event {
            self.ascii = settings.ascii;
        }
        self.events.push((stamped.step, stamped.event.name()));
        self.undrawn = true;
        let model = &mut self.model;
        // The record of a session that failed fails here again, and its line is what is looked for.
        catch_unwind(AssertUnwindSafe(|| drop(app::update(model, stamped)))).map_err(|_| Wrong::Fault)
    }

    /// None where the core failed.
    fn settle(&mut self) -> Option<()> {
        let (model, size) = (&mut self.model, self.size);
        self.undrawn = false;
        catch_unwind(AssertUnwindSafe(|| {
            settle(model, size);
            model.panes.dirty = false;
        }))
        .ok()
    }

    fn screen(&mut self) -> Option<Vec<String>> {
        if self.undrawn {
            self.settle()?;
        }
        let (model, size, theme) = (&self.model, self.size, Theme::of(false, self.ascii));
        catch_unwind(AssertUnwindSafe(|| rows(model, size, &theme))).ok()
    }
}

/// How far east a zone lies at a moment.
pub(super) fn seconds_east(zone: Zone, at: Moment) -> i64 {
    (zone.civil(at.wall) - at.wall.naive_utc()).num_seconds()
}

fn allowed(size: Size) -> Result<Size, Wrong> {
    let fits = size.columns <= MOST_CELLS_ACROSS && size.rows <= MOST_CELLS_ACROSS;
    if fits { Ok(size) } else { Err(Wrong::Size(size)) }
}

/// What the view paints, as text.
fn rows(model: &Model, size: Size, theme: &Theme) -> Vec<String> {
    // A screen in memory has no way to fail.
    let Ok(mut terminal) = Terminal::new(TestBackend::new(size.columns, size.rows));
    let Ok(drawn) = terminal.draw(|frame| {
        ui::view(model, theme, frame);
        mend(frame.buffer_mut());
    });
    let across = usize::from(size.columns).max(1);
    drawn
        .buffer
        .content
        .chunks(across)
        .map(|cells| {
            let mut row = String::new();
            let mut next = 0;
            for (at, cell) in cells.iter().enumerate() {
                // A wide character owns the cell behind it too.
                if at >= next {
                    row.push_str(cell.symbol());
                    next = at + width(cell.symbol()).max(1);
                }
            }
            row.trim_end().to_owned()
        })
        .collect()
}
