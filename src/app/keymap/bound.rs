//! The keys of one person: the defaults with the changes that hold together.
//!
//! Owns what changes are accepted: in any keymap no key has two meanings in a context, none hides behind a prefix, and
//! whatever is needed to get on keeps a key. Never reads a file; says why by the change's number.

use serde::{Deserialize, Serialize};

use std::sync::{Arc, LazyLock};

use super::{BINDINGS, Context, NEEDED};
use crate::app::action::Action;
use crate::app::key::{Code, Key};

/// One key, or a prefix and a second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Keys {
    /// The first key.
    pub first: Key,
    /// The one after it, where the first is a prefix.
    pub second: Option<Key>,
}

impl Keys {
    /// Reads one or two keys as people write them, as terminals report them; else nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let keys = Key::parse_all(text)?;
        match keys.as_slice() {
            [first] => Some(Self { first: first.as_reported(), second: None }),
            [first, second] => Some(Self { first: first.as_reported(), second: Some(second.as_reported()) }),
            _ => None,
        }
    }

    /// The spelling that [`Keys::parse`] reads.
    #[must_use]
    pub fn spelled(self) -> String {
        self.first.spelled() + &self.second.map(Key::spelled).unwrap_or_default()
    }

    /// As a person reads it: `^X d`.
    #[must_use]
    pub fn written(self) -> String {
        super::written(&self.spelled())
    }

    /// Whether one of them is never reached because the other begins with it. Equal ones are not.
    #[must_use]
    pub fn hides(self, other: Self) -> bool {
        self.first == other.first && self.second.is_some() != other.second.is_some()
    }
}

/// One key of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Where it works.
    pub context: Context,
    /// The keys.
    pub keys: Keys,
    /// What they do.
    pub action: Action,
}

/// What keys lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// An action.
    Act(Action),
    /// The first key of several.
    Prefix,
    /// Nothing.
    Nothing,
}

/// A wish: these keys do this here, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub context: Context,
    /// Which keys.
    pub keys: Keys,
    /// What they are to do; nothing unbinds them.
    pub action: Option<Action>,
}

impl Change {
    fn is_default(&self) -> bool {
        let same = |bound: &&Bound| bound.keys == self.keys && Some(bound.action) == self.action;
        DEFAULTS.here(self.context).find(same).is_some()
    }
}

/// A change that was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its place among the changes.
    pub change: usize,
    /// Why.
    pub why: Why,
}

/// Why a change was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An earlier change, at this place, gives the same keys another meaning.
    Taken(usize),
    /// One of the two is hidden behind the other, as a prefix; with the place of the change that it came from, if it is
    /// no default.
    Hidden(Bound, Option<usize>),
    /// The act does not work in this context.
    NotHere,
    /// A bare character is text here.
    IsText,
    /// Ctrl-C always cancels, and Esc always ends a prefix.
    Fixed,
    /// The act would be left without any key here, and nobody could get on.
    Needed(Action),
}

/// The keys of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keymap {
    bound: Vec<Bound>,
}

/// The defaults, read once.
static DEFAULTS: LazyLock<Arc<Keymap>> = LazyLock::new(|| {
    let rows = BINDINGS.iter().filter_map(|binding| Some((binding, Keys::parse(binding.keys)?)));
    let bound = rows.flat_map(|(binding, keys)| {
        binding.contexts.iter().map(move |context| Bound { context: *context, keys, action: binding.action })
    });
    Arc::new(Keymap { bound: bound.collect() })
});

impl Default for Keymap {
    fn default() -> Self {
        Self::clone(&DEFAULTS)
    }
}

impl Keymap {
    /// The defaults.
    #[must_use]
    pub fn defaults() -> Arc<Self> {
        Arc::clone(&DEFAULTS)
    }

    /// Every key with its context, in the order that help shows.
    #[must_use]
    pub fn rows(&self) -> &[Bound] {
        &self.bound
    }

    fn here(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.bound.iter().filter(move |bound| bound.context == context)
    }

    /// What a key does in a context, after a prefix if one waits.
    #[must_use]
    pub fn look_up(&self, context: Context, prefix: Option<Key>, key: Key) -> Lookup {
        let wanted = match prefix {
            None => Keys { first: key, second: None },
            Some(prefix) => Keys { first: prefix, second: Some(key) },
        };
        if let Some(bound) = self.here(context).find(|bound| bound.keys == wanted) {
            return Lookup::Act(bound.action);
        }
        let begins = prefix.is_none() && self.here(context).any(|bound| bound.keys.first == key);
        if begins { Lookup::Prefix } else { Lookup::Nothing }
    }

    /// The keys of an action in a context, as hints and help write them.
    #[must_use]
    pub fn keys_of(&self, context: Context, action: Action) -> Vec<String> {
        self.here(context).filter(|bound| bound.action == action).map(|bound| bound.keys.written()).collect()
    }

    /// The key of an action in a context that hints show, if it has one.
    #[must_use]
    pub fn key_of(&self, context: Context, action: Action) -> Option<String> {
        self.here(context).find(|bound| bound.action == action).map(|bound| bound.keys.written())
    }

    /// The actions of a context in the table's order, each once, with all its keys.
    #[must_use]
    pub fn help_of(&self, context: Context) -> Vec<(String, Action)> {
        let mut listed: Vec<(String, Action)> = Vec::new();
        for bound in self.here(context) {
            if !listed.iter().any(|(_, action)| *action == bound.action) {
                listed.push((self.keys_of(context, bound.action).join("  "), bound.action));
            }
        }
        listed
    }

    /// The continuations of a prefix, for the panel that shows them.
    #[must_use]
    pub fn continuations(&self, context: Context, prefix: Key) -> Vec<(String, Action)> {
        self.here(context)
            .filter(|bound| bound.keys.first == prefix)
            .filter_map(|bound| Some((bound.keys.second?.to_string(), bound.action)))
            .collect()
    }

    /// The same keys with Enter sending from the composer, where it made a new line.
    #[must_use]
    pub fn sending_by_enter(&self) -> Self {
        let enter = Keys { first: Key::plain(Code::Enter), second: None };
        let mut bound = self.bound.clone();
        for bound in &mut bound {
            if bound.context == Context::Composer && bound.keys == enter && bound.action == Action::NewLine {
                bound.action = Action::Send;
            }
        }
        Self { bound }
    }

    /// The defaults with as many of these changes as hold together, and why the others do not. Their order does not
    /// matter, but that the later one of two that clash is not made.
    #[must_use]
    pub fn changed(changes: &[Change]) -> (Self, Vec<Refusal>) {
        let mut refusals: Vec<Refusal> = Vec::new();
        let mut live: Vec<usize> = Vec::new();
        for (at, change) in changes.iter().enumerate() {
            let same = |other: &&usize| {
                changes.get(**other).is_some_and(|held| held.context == change.context && held.keys == change.keys)
            };
            let why = unfit(change).or_else(|| {
                let earlier = *live.iter().find(same)?;
                Some(Why::Taken(earlier))
            });
            match why {
                None => live.push(at),
                // The same twice is no clash.
                Some(Why::Taken(earlier)) if changes.get(earlier).is_some_and(|held| held.action == change.action) => {}
                Some(why) => refusals.push(Refusal { change: at, why }),
            }
        }
        // What is refused gives its keys back, which may clash with another change: until nothing does. Every round
        // but the last refuses one, and the defaults alone hold together.
        loop {
            let keymap = Self::with(changes, &live);
            let Some(refused) = keymap.clash(changes, &live).or_else(|| keymap.lacks(changes, &live)) else {
                refusals.sort_by_key(|refusal| refusal.change);
                return (keymap, refusals);
            };
            live.retain(|at| *at != refused.change);
            refusals.push(refused);
        }
    }

    fn with(changes: &[Change], live: &[usize]) -> Self {
        let mut bound = DEFAULTS.bound.clone();
        // What asks for a default leaves it where it is: a copy of the defaults changes nothing, hints neither.
        let asked = live.iter().filter_map(|at| changes.get(*at)).filter(|change| !change.is_default());
        for change in asked.clone() {
            bound.retain(|bound| bound.context != change.context || bound.keys != change.keys);
        }
        for change in asked {
            let Some(action) = change.action else { continue };
            let new = Bound { context: change.context, keys: change.keys, action };
            // Hints show what the person chose.
            let same = |bound: &Bound| bound.context == new.context && bound.action == new.action;
            let place = bound.iter().position(same).unwrap_or(bound.len());
            bound.insert(place, new);
        }
        Self { bound }
    }

    /// The first change that hides a key or is hidden.
    fn clash(&self, changes: &[Change], live: &[usize]) -> Option<Refusal> {
        for at in live.iter().rev() {
            let Some(change) = changes.get(*at).filter(|change| change.action.is_some()) else { continue };
            let Some(other) = self.here(change.context).find(|bound| bound.keys.hides(change.keys)) else { continue };
            let origin = live.iter().copied().find(|at| {
                let held = changes.get(*at);
                held.is_some_and(|held| {
                    held.context == other.context && held.keys == other.keys && held.action.is_some()
                })
            });
            return Some(Refusal { change: *at, why: Why::Hidden(*other, origin) });
        }
        None
    }

    /// A change that leaves what is needed without a key.
    fn lacks(&self, changes: &[Change], live: &[usize]) -> Option<Refusal> {
        for (context, action) in NEEDED {
            if self.here(*context).any(|bound| bound.action == *action) {
                continue;
            }
            let own = |keys: Keys| DEFAULTS.here(*context).any(|bound| bound.action == *action && bound.keys == keys);
            let took = live
                .iter()
                .copied()
                .find(|at| changes.get(*at).is_some_and(|change| change.context == *context && own(change.keys)));
            if let Some(change) = took {
                return Some(Refusal { change, why: Why::Needed(*action) });
            }
        }
        None
    }
}

/// Why a change can't be made whatever the others are.
fn unfit(change: &Change) -> Option<Why> {
    let Change { context, keys, action } = *change;
    if keys.first == Key::control('c')
        || keys.second.is_some_and(|key| key == Key::control('c') || key == Key::plain(Code::Escape))
    {
        return Some(Why::Fixed);
    }
    let action = action?;
    if context.is_text() && keys.first.typed().is_some() {
        return Some(Why::IsText);
    }
    let works = DEFAULTS.here(context).any(|bound| bound.action == action);
    (!works).then_some(Why::NotHere)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(context: Context, keys: &str, action: Option<Action>) -> Change {
        Change { context, keys: Keys::parse(keys).unwrap(), action }
    }

    #[test]
    fn a_rebound_key_does_the_new_thing_and_hints_show_it() {
        let changes = [change(Context::List, "<c-t>", Some(Action::Next)), change(Context::List, "x", None)];
        let (keymap, refusals) = Keymap::changed(&changes);
        assert_eq!(refusals, []);
        assert_eq!(keymap.look_up(Context::List, None, Key::control('t')), Lookup::Act(Action::Next));
        assert_eq!(keymap.key_of(Context::List, Action::Next).as_deref(), Some("^T"));
        assert_eq!(keymap.look_up(Context::Thread, None, Key::control('t')), Lookup::Nothing);
    }

    #[test]
    fn an_unbound_key_does_nothing() {
        let (keymap, refusals) = Keymap::changed(&[change(Context::List, "w", None)]);
        assert_eq!(refusals, []);
        assert_eq!(keymap.look_up(Context::List, None, Key::char('w')), Lookup::Nothing);
    }

    #[test]
    fn a_key_that_would_hide_others_behind_it_is_refused_until_they_are_unbound() {
        let wanted = change(Context::List, "g", Some(Action::First));
        let (keymap, refusals) = Keymap::changed(&[wanted]);
        assert!(matches!(refusals[..], [Refusal { change: 0, why: Why::Hidden(_, None) }]), "{refusals:?}");
        assert_eq!(keymap, Keymap::default());
        let mut changes = vec![wanted];
        let behind = Keymap::default();
        changes.extend(behind.here(Context::List).filter(|bound| wanted.keys.hides(bound.keys)).map(|bound| Change {
            context: Context::List,
            keys: bound.keys,
            action: None,
        }));
        let (keymap, refusals) = Keymap::changed(&changes);
        assert_eq!(refusals, []);
        assert_eq!(keymap.look_up(Context::List, None, Key::char('g')), Lookup::Act(Action::First));
    }

    #[test]
    fn two_changes_that_clash_name_each_other() {
        let changes = [
            change(Context::List, "<f7>", Some(Action::Next)),
            change(Context::List, "<f7>", Some(Action::Previous)),
            change(Context::List, "<f7>x", Some(Action::Last)),
        ];
        let (_, refusals) = Keymap::changed(&changes);
        assert_eq!(refusals[0], Refusal { change: 1, why: Why::Taken(0) });
        assert!(matches!(refusals[1], Refusal { change: 2, why: Why::Hidden(_, Some(0)) }), "{refusals:?}");
    }

    #[test]
    fn nobody_can_be_locked_in() {
        let all: Vec<Change> = BINDINGS
            .iter()
            .flat_map(|binding| binding.contexts.iter().map(|context| change(*context, binding.keys, None)))
            .collect();
        let (keymap, refusals) = Keymap::changed(&all);
        for (context, action) in NEEDED {
            assert!(keymap.key_of(*context, *action).is_some(), "{context:?} {action:?}");
        }
        assert!(refusals.iter().all(|refusal| matches!(refusal.why, Why::Needed(_))), "{refusals:?}");
    }

    #[test]
    fn two_needed_keys_may_change_places() {
        let changes = [change(Context::List, "q", Some(Action::Help)), change(Context::List, "?", Some(Action::Quit))];
        let (keymap, refusals) = Keymap::changed(&changes);
        assert_eq!(refusals, []);
        assert_eq!(keymap.key_of(Context::List, Action::Help).as_deref(), Some("q"));
    }

    #[test]
    fn text_stays_text_and_what_always_works_stays() {
        let changes = [
            change(Context::Composer, "a", Some(Action::Send)),
            change(Context::Composer, "<c-g>", Some(Action::Reply)),
            change(Context::List, "<c-c>", Some(Action::Next)),
            change(Context::List, "z<esc>", Some(Action::Next)),
        ];
        let (keymap, refusals) = Keymap::changed(&changes);
        let why: Vec<_> = refusals.iter().map(|refusal| refusal.why).collect();
        assert_eq!(why, [Why::IsText, Why::NotHere, Why::Fixed, Why::Fixed]);
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn with_enter_sends_a_new_line_keeps_its_other_keys() {
        let keymap = Keymap::default().sending_by_enter();
        assert_eq!(keymap.look_up(Context::Composer, None, Key::plain(Code::Enter)), Lookup::Act(Action::Send));
        assert_eq!(keymap.look_up(Context::Composer, None, Key::control('j')), Lookup::Act(Action::NewLine));
    }
}
