//! What a person does with a conversation: each act as the steps that it takes, handed to the outbox.
//!
//! Owns which steps an act has, whether it is one at all (an unchanged value sends nothing), and what must be asked
//! first. Never sends: every step goes through the one queue of its conversation, journaled, held and guarded there.

use crate::domain::legality::{self, Legality};
use crate::domain::tag::MOST_TAG_NAME_CHARS;
use crate::domain::{Change, Color, ConversationId, Priority, Status, TagDelta, TagId, UserId};
use crate::text::RawText;

use super::action::Action;
use super::effect::Effect;
use super::guard::Baseline;
use super::model::Model;
use super::notice::Weight;
use super::outbox::{Step, Work};
use super::{act_words, key_words, sending, triage, undo, writing};

/// What became of an act that a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Begun {
    /// It is on its way; what a visitor will see is held first.
    Yes,
    /// There is nothing to do, or it cannot be done: a notice says which.
    No,
    /// The conversation holds something that this would leave behind: ask, then call again with [`Sure::Yes`].
    Asks(Obstacle),
}

/// What stands in the way of ending a conversation, until a person says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The draft of a reply.
    Draft,
    /// A step that was stopped, refused, or is unsent. Going on makes drafts of its texts again.
    Unsent,
}

/// Whether a person was asked already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// Not yet.
    Ask,
    /// They said yes.
    Yes,
}

/// What a reply needs before it: the step that opens the conversation for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// Nothing: the platform takes a reply as it is.
    #[default]
    Nothing,
    /// The bot answers: sending takes over.
    TakeOver,
    /// It is resolved, closed or archived: sending reopens.
    Reopen,
}

/// What follows a reply, once it is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    #[default]
    Nothing,
    /// Resolve.
    Resolve,
}

/// A reply as it stood in the composer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Exactly what will be read.
    pub text: RawText,
    /// Where the cursor stood, for taking it back.
    pub cursor: usize,
    /// Public https URLs of what goes with it.
    pub attachments: Vec<RawText>,
    /// What its writer had seen.
    pub baseline: Baseline,
}

/// How a conversation stands once everything in its queue is done, as far as one field goes; none where the
/// conversation is not known.
#[must_use]
pub fn expected(model: &Model, conversation: &ConversationId, field: &Change) -> Option<Change> {
    let queued = model.outbox.pending(conversation).rev().find_map(|entry| match &entry.work {
        Work::Change { change, .. } if change.same_field(field) && !entry.taken_back => Some(change.clone()),
        Work::Reply { .. }
        | Work::Note
        | Work::Change { .. }
        | Work::Tags { .. }
        | Work::CreateTag { .. }
        | Work::DeleteTag { .. } => None,
    });
    queued.or_else(|| model.inbox.rows.get(conversation).map(|row| field.standing(&row.conversation)))
}

/// The status that [`expected`] tells.
#[must_use]
pub fn expected_status(model: &Model, conversation: &ConversationId) -> Option<Status> {
    match expected(model, conversation, &Change::Status(Status::Open)) {
        Some(Change::Status(status)) => Some(status),
        Some(_) | None => None,
    }
}

/// Changes one field. A value that stands already sends nothing; a status goes the way of [`set_status`], unasked.
pub fn change(model: &mut Model, conversation: &ConversationId, change: Change, effects: &mut Vec<Effect>) -> Begun {
    if let Change::Status(status) = change {
        return set_status(model, conversation, &status, Sure::Yes, effects);
    }
    let now = model.now.mono;
    if matches!(&change, Change::Priority(priority) if priority.word().is_none()) {
        model.notices.say(now, Weight::Warning, "not changed: this version does not know that priority", None);
        return Begun::No;
    }
    let from = expected(model, conversation, &change);
    if from.as_ref() == Some(&change) {
        model.notices.say(now, Weight::Plain, act_words::unchanged(model, &change), None);
        return Begun::No;
    }
    undo::remember(model, &[Work::Change { change: change.clone(), from: None }]);
    begin(model, conversation, vec![field(change, from)], effects);
    Begun::Yes
}

/// Assigns it; none is nobody.
pub fn assign(
    model: &mut Model,
    conversation: &ConversationId,
    to: Option<UserId>,
    effects: &mut Vec<Effect>,
) -> Begun {
    change(model, conversation, Change::Owner(to), effects)
}

/// Sets the priority.
pub fn priority(model: &mut Model, conversation: &ConversationId, to: Priority, effects: &mut Vec<Effect>) -> Begun {
    change(model, conversation, Change::Priority(to), effects)
}

/// Whether this conversation may get that status, and why not: what a chooser shows. What the platform refused once in
/// this session is known to be illegal from then on.
#[must_use]
pub fn may_become(model: &Model, conversation: &ConversationId, to: &Status) -> (Legality, Option<&'static str>) {
    let Some(from) = expected_status(model, conversation) else { return (Legality::Unknown, None) };
    match legality::change_status(&from, to) {
        Legality::Illegal => (Legality::Illegal, Some(legality::why_not(&from, to))),
        Legality::Unknown if model.acts.refused(&from, to) => {
            (Legality::Illegal, Some("the platform refused that before"))
        }
        told => (told, None),
    }
}

/// Sets the status. What is documented as illegal is not sent, what is not documented is tried. Ending a conversation
/// asks first where it holds a draft or something that has not gone out.
pub fn set_status(
    model: &mut Model,
    conversation: &ConversationId,
    to: &Status,
    sure: Sure,
    effects: &mut Vec<Effect>,
) -> Begun {
    let now = model.now.mono;
    if let (Legality::Illegal, why) = may_become(model, conversation, to) {
        let words = format!("not {}: {}", act_words::participle(to), why.unwrap_or("the platform does not take it"));
        model.notices.say(now, Weight::Warning, words, triage::name_of(model, conversation));
        return Begun::No;
    }
    if matches!(to, Status::Resolved | Status::Closed | Status::Archived) {
        let obstacle = obstacle(model, conversation);
        match (obstacle, sure) {
            (Some(obstacle), Sure::Ask) => return Begun::Asks(obstacle),
            (Some(_), Sure::Yes) => writing::back_to_drafts(model, conversation, effects),
            (None, _) => {}
        }
    }
    let change = Change::Status(to.clone());
    let from = expected(model, conversation, &change);
    undo::remember(model, &[Work::Change { change: change.clone(), from: None }]);
    begin(model, conversation, vec![field(change, from)], effects);
    Begun::Yes
}

/// What ending a conversation would leave behind.
#[must_use]
pub fn obstacle(model: &Model, conversation: &ConversationId) -> Option<Obstacle> {
    if model.outbox.pending(conversation).any(|entry| entry.state.asks()) {
        return Some(Obstacle::Unsent);
    }
    model.composer.has_reply(conversation).then_some(Obstacle::Draft)
}

/// Changes the tags, whatever set stands by then.
pub fn tags(model: &mut Model, conversation: &ConversationId, delta: TagDelta, effects: &mut Vec<Effect>) -> Begun {
    let now = model.now.mono;
    if delta.is_empty() {
        model.notices.say(now, Weight::Plain, "the tags stay as they are", None);
        return Begun::No;
    }
    let work = Work::Tags { delta, made: None };
    undo::remember(model, std::slice::from_ref(&work));
    begin(model, conversation, vec![silent(work)], effects);
    Begun::Yes
}

/// Makes a tag and puts it on the conversation; one of that name that exists is put on it.
pub fn create_and_add_tag(
    model: &mut Model,
    conversation: &ConversationId,
    name: &RawText,
    color: Option<Color>,
    effects: &mut Vec<Effect>,
) -> Begun {
    let now = model.now.mono;
    let name = RawText::new(name.as_raw().trim());
    let chars = name.as_raw().chars().count();
    if chars == 0 || chars > MOST_TAG_NAME_CHARS {
        let words = format!("no tag made: its name has {chars} characters, 1 to {MOST_TAG_NAME_CHARS} are possible");
        model.notices.say(now, Weight::Warning, words, None);
        return Begun::No;
    }
    if let Some(tag) = model.sidebar.palette.named(&name) {
        let delta = TagDelta { add: vec![tag.id.clone()], remove: Vec::new() };
        return tags(model, conversation, delta, effects);
    }
    let put = Work::Tags { delta: TagDelta::default(), made: Some(name.clone()) };
    begin(model, conversation, vec![silent(Work::CreateTag { name, color }), silent(put)], effects);
    Begun::Yes
}

/// Deletes a tag from the palette, and so from every conversation: a person was asked. It waits in the queue of the
/// conversation in which that was said.
pub fn delete_tag(model: &mut Model, conversation: &ConversationId, tag: TagId, effects: &mut Vec<Effect>) -> Begun {
    begin(model, conversation, vec![silent(Work::DeleteTag { tag })], effects);
    Begun::Yes
}

/// Adds a note that the team reads, signed with my name where that is set.
pub fn note(
    model: &mut Model,
    conversation: &ConversationId,
    text: &RawText,
    cursor: usize,
    effects: &mut Vec<Effect>,
) -> Begun {
    let now = model.now.mono;
    if text.as_raw().trim().is_empty() {
        model.notices.say(now, Weight::Warning, "no note: there is nothing to read in it", None);
        return Begun::No;
    }
    let step = note_step(model, text, cursor);
    begin(model, conversation, vec![step], effects);
    Begun::Yes
}

/// What must be said before a reply goes out: what sending does to the conversation besides.
#[must_use]
pub fn needed_before(model: &Model, conversation: &ConversationId) -> Before {
    match expected_status(model, conversation) {
        Some(Status::BotActive) => Before::TakeOver,
        Some(Status::Resolved | Status::Closed | Status::Archived) => Before::Reopen,
        Some(Status::Open | Status::AgentRequested | Status::Other(_)) | None => Before::Nothing,
    }
}

/// Whether the next reply assigns the conversation to me first: said in the composer's border.
#[must_use]
pub fn claims(model: &Model, conversation: &ConversationId) -> bool {
    model.settings.claim_on_reply
        && model.directory.me.is_some()
        && expected(model, conversation, &Change::Owner(None)) == Some(Change::Owner(None))
}

/// Sends a reply; `before` is what [`needed_before`] told and a person agreed to.
pub fn reply(
    model: &mut Model,
    conversation: &ConversationId,
    reply: Reply,
    before: Before,
    effects: &mut Vec<Effect>,
) -> Begun {
    reply_then(model, conversation, reply, before, After::Nothing, effects)
}

/// Sends a reply and does something once it is delivered: one act, which stops with the reply.
pub fn reply_then(
    model: &mut Model,
    conversation: &ConversationId,
    reply: Reply,
    before: Before,
    after: After,
    effects: &mut Vec<Effect>,
) -> Begun {
    let now = model.now.mono;
    if reply.text.as_raw().trim().is_empty() && reply.attachments.is_empty() {
        model.notices.say(now, Weight::Warning, "not sent: there is nothing to read in it", None);
        return Begun::No;
    }
    let mut steps = Vec::new();
    // Whose it is comes first: a reply that stops for that has done nothing that a visitor sees.
    if claims(model, conversation) {
        let me = Change::Owner(model.directory.me.clone());
        steps.push(field(me, Some(Change::Owner(None))));
    }
    match before {
        Before::Nothing => {}
        Before::TakeOver | Before::Reopen => steps.extend(opening(model, conversation)),
    }
    steps.push(Step { work: Work::Reply { attachments: reply.attachments }, text: reply.text, cursor: reply.cursor });
    match after {
        After::Nothing => {}
        After::Resolve => {
            steps.push(field(Change::Status(Status::Resolved), Some(Change::Status(Status::Open))));
        }
    }
    sending::submit_act(model, conversation, steps, &reply.baseline, effects);
    Begun::Yes
}

/// The steps that open a conversation for a reply. One that needs a person is opened by the reply itself.
fn opening(model: &Model, conversation: &ConversationId) -> Vec<Step> {
    let open = Change::Status(Status::Open);
    match expected_status(model, conversation) {
        Some(Status::Open | Status::AgentRequested) => Vec::new(),
        Some(Status::Archived) if model.acts.refused(&Status::Archived, &Status::Open) => by_closed(),
        status => vec![field(open, status.map(Change::Status))],
    }
}

/// From archived the long way: the documents disagree on whether there is a short one (contract, section 12).
pub(super) fn by_closed() -> Vec<Step> {
    let (archived, closed) = (Change::Status(Status::Archived), Change::Status(Status::Closed));
    vec![field(closed.clone(), Some(archived)), field(Change::Status(Status::Open), Some(closed))]
}

/// Hands a conversation to a colleague: the note first, then whose it is, then how much it matters.
pub fn hand_over(
    model: &mut Model,
    conversation: &ConversationId,
    text: &RawText,
    to: UserId,
    matters: Option<Priority>,
    effects: &mut Vec<Effect>,
) -> Begun {
    let now = model.now.mono;
    let mut steps = Vec::new();
    if !text.as_raw().trim().is_empty() {
        steps.push(note_step(model, text, text.as_raw().len()));
    }
    for change in [Some(Change::Owner(Some(to))), matters.map(Change::Priority)].into_iter().flatten() {
        let from = expected(model, conversation, &change);
        if from.as_ref() != Some(&change) {
            steps.push(field(change, from));
        }
    }
    if steps.is_empty() {
        model.notices.say(now, Weight::Plain, "nothing to hand over: it is theirs already", None);
        return Begun::No;
    }
    begin(model, conversation, steps, effects);
    Begun::Yes
}

/// Takes a conversation over from the bot. One that waits for a person is taken over by its first reply alone.
pub fn take_over(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> Begun {
    let now = model.now.mono;
    let words = match expected_status(model, conversation) {
        Some(Status::BotActive) => {
            let begun = set_status(model, conversation, &Status::Open, Sure::Yes, effects);
            if begun == Begun::Yes {
                model.notices.say(now, Weight::Plain, "taking over: the bot can't be given back from here", None);
            }
            return begun;
        }
        Some(Status::AgentRequested) => "it waits for a person: your first reply takes over".to_owned(),
        Some(Status::Open) => "a person has it already".to_owned(),
        Some(Status::Resolved | Status::Closed | Status::Archived) => {
            let reopens = key_words::clause(model, (key_words::pane(model), Action::Reopen), ": ", " reopens it");
            format!("the bot does not answer here{reopens}")
        }
        Some(Status::Other(_)) | None => "nothing to take over".to_owned(),
    };
    model.notices.say(now, Weight::Plain, words, None);
    Begun::No
}

/// The name that ends a note of mine, where it is known and wanted.
#[must_use]
pub fn signature(model: &Model) -> Option<String> {
    let name = model.directory.me.as_ref().filter(|_| model.settings.note_signature);
    name.and_then(|me| model.directory.member(me)).map(|name| format!("\n\u{2014} {}", name.as_raw()))
}

fn note_step(model: &Model, text: &RawText, cursor: usize) -> Step {
    let text = text.as_raw().trim_end();
    let signed = format!("{text}{}", signature(model).unwrap_or_default());
    Step { work: Work::Note, text: RawText::new(signed), cursor: cursor.min(text.len()) }
}

fn field(change: Change, from: Option<Change>) -> Step {
    silent(Work::Change { change, from })
}

fn silent(work: Work) -> Step {
    Step { work, text: RawText::default(), cursor: 0 }
}

/// Steps on what stands on the screen now.
pub(super) fn begin(
    model: &mut Model,
    conversation: &ConversationId,
    steps: Vec<Step>,
    effects: &mut Vec<Effect>,
) -> u64 {
    let mut baseline = writing::baseline(model, conversation);
    if baseline.step.is_none() {
        // Nothing was written on what stands in the thread: the row alone was judged.
        baseline.told = model.inbox.rows.get(conversation).map(|row| row.conversation.last_activity());
    }
    sending::submit_act(model, conversation, steps, &baseline, effects)
}
