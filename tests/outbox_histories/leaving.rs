//! What must hold at the moment at which the bytes of a reply leave.

use std::time::Duration;

use takeover::domain::LocalId;

use super::Oracle;
use crate::platform::{Origin, Platform};

const TEN_MINUTES: Duration = Duration::from_secs(600);
const AGAIN_AFTER: Duration = Duration::from_secs(10);
const READ_TAKES: Duration = Duration::from_millis(1_500);
const READ_HOLDS_FOR: Duration = Duration::from_millis(2_500);

impl Oracle {
    /// The bytes of a reply leave.
    pub(super) fn leaves(&mut self, local: LocalId, now: Duration, platform: &Platform) {
        self.ordered.insert(local);
        let Some(at) = self.by_local.get(&local).copied() else {
            self.blame(|| format!("{local:?} leaves and was never journaled"));
            return;
        };
        let sent = &self.sent[at];
        let wrong = if sent.local != Some(local) {
            Some("an earlier identity of a reply leaves")
        } else if sent.taken_back.is_some() {
            Some("what was taken back leaves")
        } else if sent.delivered.is_some() {
            Some("what is delivered leaves again")
        } else if sent.under_way {
            Some("the same reply leaves twice at once")
        } else if sent.refused {
            Some("what was refused for good leaves again under the same key")
        } else if sent.waits_for_word {
            Some("what was queued behind a reply that was taken back leaves by itself")
        } else if self.sent.iter().take(at).any(|earlier| {
            earlier.conversation == sent.conversation && earlier.delivered.is_none() && earlier.taken_back.is_none()
        }) {
            Some("a later reply leaves before an earlier one is delivered")
        } else if sent.hold_ends.is_none_or(|ends| now < ends) {
            Some("a reply leaves before its hold is over")
        } else {
            None
        };
        let wrong = wrong
            .map(str::to_owned)
            .or_else(|| self.too_late_or_soon(at, now))
            .or_else(|| if self.sent[at].unknown { None } else { self.unguarded(at, now, platform) });
        if let Some(wrong) = wrong {
            let text = self.sent[at].text.clone();
            self.blame(|| format!("{wrong} ({local:?}, {text:?})"));
        }
        let sent = &mut self.sent[at];
        sent.attempts += 1;
        sent.under_way = true;
        sent.first_byte.get_or_insert(now + self.asleep);
    }

    fn too_late_or_soon(&self, at: usize, now: Duration) -> Option<String> {
        let sent = &self.sent[at];
        let world = now + self.asleep;
        let said = sent.said.map(|(_, at)| at).unwrap_or_default();
        let since = if sent.unknown { sent.first_byte } else { sent.due };
        if world > since.unwrap_or_default().max(said) + TEN_MINUTES {
            return Some("a reply leaves by itself more than ten minutes late".to_owned());
        }
        let (step, ended) = sent.unknown_since.unwrap_or_default();
        if sent.unknown && sent.said.is_none_or(|(said, _)| said <= step) && now < ended + AGAIN_AFTER {
            return Some("the same bytes leave again within ten seconds".to_owned());
        }
        let (last, _) = self.looked.get(&sent.conversation).copied().unwrap_or_default();
        let from = if sent.unknown { step + 1 } else { sent.submitted };
        (last.asked < from || world > last.came + READ_HOLDS_FOR)
            .then(|| "a reply leaves without a young look at the thread".to_owned())
    }

    /// What the core was told and its writer cannot have read, if anything.
    fn unguarded(&self, at: usize, now: Duration, platform: &Platform) -> Option<String> {
        let sent = &self.sent[at];
        let (last, before) = self.looked.get(&sent.conversation).copied().unwrap_or_default();
        // What only the last look brought is no reason where the look before it would have done.
        let would_do = before.asked >= sent.submitted && now + self.asleep <= before.came + READ_HOLDS_FOR;
        let position = platform.position(&sent.conversation)?;
        let held = &platform.held[position];
        let last_own = held.messages.iter().rposition(|message| held.origins.get(&message.id) == Some(&Origin::Ours));
        let until = sent.hold_ends.unwrap_or_default();
        let at_once = sent.at_once;
        for (place, message) in held.messages.iter().enumerate() {
            let Some(told) = self.told.get(&message.id).copied() else { continue };
            let new = told > sent.begun.step || sent.begun.newest_drawn.is_some_and(|seen| place > seen);
            if !new || told <= sent.overridden || (sent.blind && told <= sent.begun.step) {
                continue;
            }
            match held.origins.get(&message.id) {
                Some(Origin::Colleague) => {
                    let newest_word = held.messages.iter().skip(place + 1).all(|later| {
                        !self.told.contains_key(&later.id) || held.origins.get(&later.id) != Some(&Origin::Visitor)
                    });
                    if !sent.blind || newest_word {
                        return Some(format!("a reply leaves though a colleague's {} was told", message.id));
                    }
                }
                Some(Origin::OtherMarker) if last_own.is_none_or(|own| own < place) && !sent.blind => {
                    return Some(format!("a reply leaves though another's marker {} was told", message.id));
                }
                Some(Origin::Visitor | Origin::Bot) if !sent.blind => {
                    let drawn = self.drawn.get(&message.id).copied();
                    let read =
                        drawn.is_some_and(|drawn| if at_once { drawn <= until } else { drawn + READ_TAKES <= until });
                    let excused = would_do && !at_once && told >= last.step;
                    if !read && !excused {
                        return Some(format!("a reply leaves though {} cannot have been read", message.id));
                    }
                }
                _ => {}
            }
        }
        let (now, changed) = self.facts.get(&sent.conversation)?;
        let then = sent.begun.facts.as_ref()?;
        if *changed <= sent.overridden.max(sent.begun.step) {
            return None;
        }
        (then != now).then(|| format!("a reply leaves though status, owner or address changed: {then:?} to {now:?}"))
    }
}
