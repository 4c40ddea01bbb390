//! Our own sentences about a reply's fate and a request's failure: what, where, what to do next. Words of the platform
//! are quoted behind ours and made safe.

use std::time::Duration;

use crate::domain::problem::Reached;
use crate::domain::{Change, Priority, Problem, Remedy, Status};
use crate::text::{RawText, sanitize_line, truncate, width};

use super::act_words;
use super::action::Action;
use super::guard::Reason;
use super::key_words::{self, pane};
use super::keymap::Context;
use super::model::Model;
use super::outbox::{Entry, State, Work};

/// The most cells that a name from outside gets within our sentences (security, S2).
pub const OUTSIDE_CELLS: usize = 40;

/// Text from outside within one of our sentences: cut, in quotation marks that it cannot end by itself.
#[must_use]
pub fn quoted(raw: &RawText) -> String {
    quoted_within(raw, OUTSIDE_CELLS)
}

/// The same with at most `cells` cells between the marks, and never more than [`OUTSIDE_CELLS`].
#[must_use]
pub fn quoted_within(raw: &RawText, cells: usize) -> String {
    let safe = sanitize_line(raw);
    let cut = truncate(safe.as_str(), cells.min(OUTSIDE_CELLS));
    let mut quoted = String::with_capacity(cut.text.len() + 6);
    quoted.push('\u{201C}');
    quoted.extend(cut.text.chars().map(|char| match char {
        '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{2033}' | '\u{FF02}' => '\'',
        same => same,
    }));
    quoted.push('\u{201D}');
    quoted
}

/// A status in plain words.
#[must_use]
pub fn status(status: &Status) -> String {
    match status {
        Status::BotActive => "the bot answers".to_owned(),
        Status::AgentRequested => "needs a person".to_owned(),
        Status::Open => "open".to_owned(),
        Status::Resolved => "resolved".to_owned(),
        Status::Closed => "closed".to_owned(),
        Status::Archived => "archived".to_owned(),
        Status::Other(word) => format!("status {}", quoted(word)),
    }
}

/// A priority in plain words; nothing for the usual one.
#[must_use]
pub fn priority(priority: &Priority) -> Option<String> {
    match priority {
        Priority::High => Some("high".to_owned()),
        Priority::Low => Some("low".to_owned()),
        Priority::Medium => None,
        Priority::Other(word) => Some(quoted(word)),
    }
}

/// What happens to a step, and whether a person has to act. One that is no reply, and more steps behind it, are named.
#[must_use]
pub fn entry(model: &Model, entry: &Entry) -> (String, bool) {
    let (mut said, asks) = fate(model, entry);
    said.push_str(&next(model, entry));
    let entries = &model.outbox.entries;
    let from = entries.iter().position(|held| held.ask == entry.ask && held.local == entry.local).unwrap_or(0);
    // That a reply makes it mine first is said in the composer's border.
    let steps = entries.iter().enumerate().skip(from).filter(|(_, step)| step.act == entry.act);
    let named: Vec<_> = steps.filter(|(at, _)| !model.outbox.is_claim(*at)).map(|(_, step)| &step.work).collect();
    let named_already = |work: &Work| match work {
        Work::Reply { .. } => true,
        // "not closed" needs no "close" before it.
        Work::Change { change, .. } => tells_itself(change) && said.starts_with(act_words::not_done(work)),
        Work::Note | Work::Tags { .. } | Work::CreateTag { .. } | Work::DeleteTag { .. } => false,
    };
    match named.as_slice() {
        [] => return (said, asks),
        [only] if named_already(only) => return (said, asks),
        [..] => {}
    }
    let orders: Vec<String> = named.into_iter().map(|work| act_words::order(model, work)).collect();
    (format!("{}: {said}", orders.join(", then ")), asks)
}

/// Whether that it was not done says as much as the order for it: to whom, to which value is no part of either.
const fn tells_itself(change: &Change) -> bool {
    match change {
        Change::Status(Status::Resolved | Status::Closed | Status::Archived)
        | Change::Title(_)
        | Change::Email(_)
        | Change::Name(_)
        | Change::Phone(_) => true,
        Change::Status(Status::Open | Status::AgentRequested | Status::BotActive | Status::Other(_))
        | Change::Priority(_)
        | Change::Owner(_) => false,
    }
}

/// Whether a state is one that a person should see of an act that no visitor does.
#[must_use]
pub fn worth_a_block(state: &State) -> bool {
    match state {
        State::Ready { problem, .. } => problem.is_some(),
        State::Uncertain { .. } | State::Waiting { .. } => true,
        state => state.asks(),
    }
}

/// What happens to a step, and whether a person has to act: without its name, and without what to do.
#[must_use]
pub fn fate(model: &Model, entry: &Entry) -> (String, bool) {
    let now = model.now.mono;
    let not = act_words::not_done(&entry.work);
    match &entry.state {
        State::Journaling => ("being written down".to_owned(), false),
        State::Held { until } => {
            let left = until.saturating_sub(now).as_millis().div_ceil(1_000).max(1);
            (format!("held {left}s"), false)
        }
        State::Ready { problem: Some(problem), .. } => {
            (format!("waits: the thread cannot be read, {}", cause(problem)), true)
        }
        State::Ready { problem: None, .. } => ("reading what is new, then it leaves".to_owned(), false),
        State::Sending => ("being sent".to_owned(), false),
        State::ReadBack { .. } => ("sent, being read back".to_owned(), false),
        State::Uncertain { problem, .. } => {
            (format!("not known whether it arrived ({}): looking", cause(problem)), false)
        }
        State::Waiting { problem, until } => {
            let left = until.saturating_sub(now).as_secs();
            (format!("{not} yet: {}. Again in {left}s", cause(problem)), true)
        }
        State::Stopped { reasons, .. } => {
            let why = reasons.iter().map(|reason| because(model, reason)).collect::<Vec<_>>().join("; ");
            (format!("stopped: {why}"), true)
        }
        State::Refused { problem } | State::Blocked { problem } => (format!("{not}: {}", cause(problem)), true),
        State::Unjournaled { reason } => {
            let reason = sanitize_line(reason);
            (format!("{not}: it could not be written down ({reason})"), true)
        }
        State::Unsent => {
            let since = entry.first_byte_wall.unwrap_or(entry.submitted.wall);
            let since = model.settings.zone.civil(since).format("%H:%M");
            (format!("unsent since {since}"), true)
        }
        State::Delivered { .. } => ("sent".to_owned(), false),
        State::Done { .. } => ("done".to_owned(), false),
    }
}

/// What a person can do about it: of a reply and what goes with it in its composer, of all else outside.
fn next(model: &Model, entry: &Entry) -> String {
    let mut act = model.outbox.entries.iter().filter(|step| step.act == entry.act);
    let reply = act.any(|step| matches!(step.work, Work::Reply { .. }));
    let send = |before: &str, words: &str, back: &str| {
        let listed = [(Context::Composer, Action::Send, words), (Context::Composer, Action::EditUp, back)];
        key_words::choices(model, before, &listed, ", ")
    };
    let outside = |before: &str| key_words::clause(model, (pane(model), Action::TakeBack), before, " takes it back");
    match &entry.state {
        State::Held { .. } if reply => {
            key_words::clause(model, (Context::Composer, Action::EditUp), ", ", " takes it back")
        }
        State::Held { .. } => outside(", "),
        State::Waiting { .. } if reply => send(", ", "now", "takes it back"),
        State::Waiting { .. } => outside(", "),
        State::Stopped { .. } if reply => send(". ", "sends anyway", "takes it back"),
        State::Unjournaled { .. } if reply => send(". ", "tries again", "takes it back"),
        State::Unsent if reply => send(": ", "sends it again", "takes it back to edit"),
        State::Ready { problem: Some(problem), .. } | State::Refused { problem } | State::Blocked { problem }
            if reply =>
        {
            next_step(model, problem)
        }
        State::Stopped { .. }
        | State::Refused { .. }
        | State::Blocked { .. }
        | State::Unjournaled { .. }
        | State::Unsent
        | State::Ready { problem: Some(_), .. } => {
            // `r` is the outbox's own.
            let again = (pane(model), Action::Outbox, "then r tries again");
            key_words::choices(model, ". ", &[again, (pane(model), Action::TakeBack, "takes it back")], ", ")
        }
        State::Journaling
        | State::Ready { problem: None, .. }
        | State::Sending
        | State::ReadBack { .. }
        | State::Uncertain { .. }
        | State::Delivered { .. }
        | State::Done { .. } => String::new(),
    }
}

/// Why the guard stopped a reply.
#[must_use]
pub fn because(model: &Model, reason: &Reason) -> String {
    match reason {
        Reason::Lines(1) => "read the new line above".to_owned(),
        Reason::Lines(count) => format!("read the {count} new lines above"),
        Reason::Colleague => "somebody of the team was here meanwhile".to_owned(),
        Reason::Status(Status::Resolved) => "it was resolved meanwhile".to_owned(),
        Reason::Status(now) => format!("its status is another now: {}", status(now)),
        Reason::Owner(None) => "nobody owns it any more".to_owned(),
        Reason::Owner(Some(owner)) if Some(owner) == model.directory.me.as_ref() => "it is yours now".to_owned(),
        Reason::Owner(Some(owner)) => {
            let name = model.directory.member(owner).unwrap_or_else(|| RawText::new(owner.as_str()));
            format!("it belongs to {} now", quoted(&name))
        }
        Reason::Email(from, to) => {
            let said = |email: &Option<RawText>| email.as_ref().map_or_else(|| "none".to_owned(), quoted);
            format!("their e-mail changed from {} to {}", said(from), said(to))
        }
        Reason::Field(_) => "somebody else changed it meanwhile".to_owned(),
        Reason::Gone => "the conversation is not there any more".to_owned(),
        Reason::Earlier => "the reply before it was taken back".to_owned(),
        Reason::Late => "it is more than ten minutes late".to_owned(),
    }
}

/// What could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The list.
    List,
    /// One conversation's thread.
    Thread,
}

/// Why something could not be read, what to do next, and the request id.
#[must_use]
pub fn unread(model: &Model, problem: &Problem, what: Unread) -> String {
    let (why, next) = why_and_next(model, problem, what);
    format!("{why}; {next}{}", request_id(problem))
}

/// The same in at most so many cells: the reason is cut before what to do, and the request id is left out first.
#[must_use]
pub fn unread_within(model: &Model, problem: &Problem, what: Unread, cells: usize) -> String {
    let whole = unread(model, problem, what);
    if width(&whole) <= cells {
        return whole;
    }
    let (why, next) = why_and_next(model, problem, what);
    let room = cells.saturating_sub(width(&next) + 2);
    if room < WHY_AT_LEAST.min(width(&why)) {
        return truncate(&why, cells).text.into_owned();
    }
    format!("{}; {next}", truncate(&why, room).text)
}

/// A reason in fewer cells than these tells nothing.
const WHY_AT_LEAST: usize = 16;

fn why_and_next(model: &Model, problem: &Problem, what: Unread) -> (String, String) {
    let code = problem.code.as_ref().map(RawText::as_raw);
    let why = match (what, &problem.remedy) {
        (Unread::List, Remedy::NotThere) => "nothing is at this address (404)".to_owned(),
        (Unread::List | Unread::Thread, _) => said(problem),
    };
    let refresh = (pane(model), Action::Refresh);
    let next = match (&problem.remedy, problem.status, code) {
        (Remedy::SignInAgain, _, Some("api_key_paused")) => {
            return (why, format!("resume it{}", key_words::clause(model, refresh, ", then ", "")));
        }
        (Remedy::SignInAgain, Some(403), _) => "it needs wider rights",
        (Remedy::SignInAgain, _, _) => "start again with a valid key",
        (Remedy::WaitFor(_), _, _) => "goes on by itself",
        (Remedy::NotThere, _, _) if what == Unread::List => "check the base URL",
        (Remedy::NotThere, _, _) => {
            let back = key_words::clause(model, (Context::Thread, Action::Back), "", " goes back");
            return (why, if back.is_empty() { "go back".to_owned() } else { back });
        }
        (Remedy::TryLater, Some(300..400), _) => "check the base URL",
        (Remedy::TryLater, None, _) if problem.reached == Reached::NotSent => "check network, base URL",
        (Remedy::FixTheInput | Remedy::Conflict | Remedy::TryLater, _, _) => {
            return (why, format!("tried again by itself{}", key_words::clause(model, refresh, ", ", " now")));
        }
    };
    (why, next.to_owned())
}

/// What went wrong, in words, with the platform's request id where there is one.
#[must_use]
pub fn cause(problem: &Problem) -> String {
    said(problem) + &request_id(problem)
}

fn request_id(problem: &Problem) -> String {
    problem.request_id.as_ref().map(|id| format!(" [{}]", named(id, 24))).unwrap_or_default()
}

/// A name that a machine gave, as it is; what is more than letters, digits, `_`, `-` and `.` is quoted.
fn named(raw: &RawText, cells: usize) -> String {
    let name = raw.as_raw();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if name.len() <= cells && name.bytes().all(plain) { name.to_owned() } else { quoted_within(raw, cells) }
}

fn said(problem: &Problem) -> String {
    let code = problem.code.as_ref().map(RawText::as_raw);
    let ours = match (&problem.remedy, problem.status, code) {
        (Remedy::WaitFor(wait), _, _) => format!("the shared limit is reached, {} to wait", seconds(*wait)),
        (Remedy::SignInAgain, _, Some("api_key_paused")) => "the key is paused".to_owned(),
        (Remedy::SignInAgain, _, Some("api_key_revoked")) => "the key was revoked".to_owned(),
        (Remedy::SignInAgain, _, Some("api_key_expired")) => "the key has expired".to_owned(),
        (Remedy::SignInAgain, Some(403), _) => "this key may not do that".to_owned(),
        (Remedy::SignInAgain, _, _) => "the key is not accepted".to_owned(),
        (Remedy::NotThere, _, _) => "the conversation is not there any more".to_owned(),
        (Remedy::Conflict, _, _) => "the server is still busy with it".to_owned(),
        (Remedy::FixTheInput, Some(status), _) => format!("refused ({status})"),
        (Remedy::FixTheInput, None, _) => "refused".to_owned(),
        (Remedy::TryLater, Some(status), _) if status >= 500 => format!("the server failed ({status})"),
        (Remedy::TryLater, _, _) => String::new(),
    };
    let theirs = sanitize_line(&problem.message);
    let theirs = truncate(theirs.as_str(), 100).text.into_owned();
    let mut said = match (ours.is_empty(), theirs.is_empty()) {
        (true, true) => "no answer".to_owned(),
        (true, false) if matches!(problem.status, Some(400..500)) => quoted(&problem.message),
        (true, false) => theirs,
        (false, false) if problem.remedy == Remedy::FixTheInput => format!("{ours}: {}", quoted(&problem.message)),
        (false, _) => ours,
    };
    for (field, error) in problem.fields.iter().take(2) {
        let field = if field.is_empty() { String::new() } else { named(field, OUTSIDE_CELLS) + ": " };
        said.push_str(&format!(", {field}{}", quoted(error)));
    }
    said
}

/// What to do next.
fn next_step(model: &Model, problem: &Problem) -> String {
    let send = |words| (Context::Composer, Action::Send, words);
    let back = |words| (Context::Composer, Action::EditUp, words);
    let either = |before: &str, words| key_words::choices(model, before, &[send(words), back("takes it back")], "; ");
    match problem.remedy {
        Remedy::SignInAgain => either(". Check the key, then ", "tries again"),
        Remedy::WaitFor(_) => either(". ", "tries now"),
        Remedy::FixTheInput => {
            key_words::choices(model, ". ", &[back("takes it back to edit"), send("tries again")], ", ")
        }
        Remedy::NotThere => key_words::choices(model, ". ", &[back("takes it back")], ""),
        Remedy::Conflict => ". It is looked up; wait".to_owned(),
        Remedy::TryLater => match problem.reached {
            Reached::Unknown => ". It is looked up; wait".to_owned(),
            Reached::Refused | Reached::NotSent => either(". ", "tries again"),
        },
    }
}

/// A wait in the largest fitting unit.
#[must_use]
pub fn seconds(wait: Duration) -> String {
    let seconds = wait.as_secs();
    if seconds < 120 { format!("{seconds}s") } else { format!("{}m", seconds.div_ceil(60)) }
}
