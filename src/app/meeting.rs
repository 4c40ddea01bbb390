//! Two people who answer the same visitor at the same time: each is told.

use crate::domain::{ConversationId, Speaker};

use super::model::Model;
use super::notice::Weight;

/// Answers this close to each other met.
const WITHIN_SECONDS: i64 = 30;

/// Tells of an answer of somebody else close to one of ours that was not known when ours left. Who it was is told by no
/// message (contract, section 7.2); where nobody can say that it was a person, that is said too.
pub fn told(model: &mut Model, conversation: &ConversationId) {
    let now = model.now.mono;
    let Some(thread) = model.threads.held.get_mut(conversation) else { return };
    if thread.left_in.is_empty() {
        return;
    }
    let mut met = None;
    for (own, left_in) in &thread.left_in {
        let Some(ours) = thread.position(own).and_then(|at| thread.messages.get(at)) else { continue };
        for (entry, speaker) in thread.messages.iter().zip(thread.speakers.iter().copied()) {
            let theirs = &entry.message;
            let fresh =
                entry.first_seen > *left_in && !thread.own.contains(&theirs.id) && !thread.met.contains(&theirs.id);
            let apart = (theirs.created_at.at - ours.message.created_at.at).num_seconds();
            if fresh && speaker.may_be_person() && apart.abs() <= WITHIN_SECONDS {
                met = Some((theirs.id.clone(), speaker, apart));
            }
        }
    }
    let Some((id, speaker, apart)) = met else { return };
    thread.met.insert(id);
    let who = if speaker == Speaker::Person { "a colleague answered" } else { "the bot or a colleague answered" };
    let when = match apart {
        0 => "in the same second as you".to_owned(),
        1.. => format!("{apart} s after you"),
        _ => format!("{} s before you", apart.abs()),
    };
    let name = super::triage::name_of(model, conversation);
    model.notices.say(now, Weight::Warning, format!("{who} {when}"), name);
}
