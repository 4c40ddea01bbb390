//! What a person copies. Everything leaves as text made safe, without a line break at its end (security, S4).

use crate::domain::ConversationId;
use crate::text::{RawText, sanitize, sanitize_line};

use super::action::Action;
use super::effect::Effect;
use super::event::CopiedBy;
use super::listing;
use super::model::Model;
use super::notice::Weight;
use super::transcript::transcript;
use super::triage;

/// Copies what was asked for, of the open conversation, else of the row under the cursor.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(id) = model.panes.on_screen.clone().or_else(|| model.inbox.cursor.clone()) else {
        model.notices.say(now, Weight::Plain, "no conversation is selected", None);
        return;
    };
    let (words, outside, text) = match copied(model, &id, action) {
        Ok(copied) => copied,
        Err(words) => {
            model.notices.say(now, Weight::Plain, words, None);
            return;
        }
    };
    model.notices.say(now, Weight::Plain, words, outside);
    effects.push(Effect::Copy { text });
}

/// What came of it. No terminal says whether it took the text: neither do we, but which way it went.
pub fn told(model: &mut Model, result: Result<CopiedBy, RawText>) {
    let how = match result {
        Ok(CopiedBy::Terminal) => "copied by the terminal (OSC 52): ",
        Ok(CopiedBy::Tmux) => "copied through tmux (OSC 52): ",
        Err(why) => {
            let now = model.now.mono;
            model.notices.say(now, Weight::Warning, "not copied:", Some(why));
            return;
        }
    };
    if let Some(notice) = &mut model.notices.latest
        && let Some(what) = notice.words.strip_prefix("copied ")
    {
        notice.words = format!("{how}{what}");
    }
}

/// What is said, what from outside belongs to it, and the text.
type Copied = (String, Option<RawText>, String);

fn copied(model: &Model, id: &ConversationId, action: Action) -> Result<Copied, &'static str> {
    let thread = model.threads.get(id).filter(|thread| !thread.messages.is_empty());
    let selected = || {
        let drawn = model.screen.selected.as_ref().filter(|_| model.screen.thread_of.as_ref() == Some(id));
        let thread = thread?;
        thread.messages.get(thread.position(drawn?)?).map(|entry| &entry.message)
    };
    let one = |raw: &RawText| sanitize_line(raw).as_str().to_owned();
    match action {
        Action::CopyId => {
            let id = RawText::new(id.as_str());
            Ok(("copied the conversation's id:".to_owned(), Some(id.clone()), one(&id)))
        }
        Action::CopyMessage => {
            let message = selected().ok_or("not copied: no message is selected")?;
            let text = ending(sanitize(&message.raw_text()).as_str());
            if text.is_empty() {
                return Err("not copied: the message has no text");
            }
            Ok(("copied the message".to_owned(), None, text))
        }
        Action::CopyTranscript => {
            let thread = thread.ok_or("not copied: nothing of the thread is loaded")?;
            let name = triage::name_of(model, id).unwrap_or_default();
            let text = transcript(thread, &name, model.settings.zone);
            let whole = thread.from_start && thread.gaps.is_empty();
            let rest = if whole { "" } else { ", the rest is not loaded" };
            let count = thread.messages.len();
            let word = if count == 1 { "message" } else { "messages" };
            Ok((format!("copied the transcript, without notes: {count} {word}{rest}"), None, text))
        }
        Action::CopyLink => {
            let message = selected().ok_or("not copied: no message is selected")?;
            let link = listing::first_of(message).ok_or("not copied: no link in this message")?;
            let host = RawText::new(link.host.as_str());
            Ok(("copied the first link of this message, to".to_owned(), Some(host), link.target))
        }
        Action::CopyEmail => {
            let row = model.inbox.rows.get(id);
            let email = row.and_then(|row| row.conversation.contact_email.clone());
            let email = email.filter(|email| !email.as_raw().trim().is_empty()).ok_or("no e-mail address is known")?;
            Ok(("copied the e-mail address:".to_owned(), Some(email.clone()), one(&email)))
        }
        _ => Err("nothing to copy"),
    }
}

fn ending(text: &str) -> String {
    text.trim_end_matches('\n').to_owned()
}
