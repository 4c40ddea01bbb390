//! One chooser for everything that is one of several: members, tags, colours, statuses, actions. It holds what may be
//! chosen by identity, never by position: rows that come, go or move under it change nothing of what Enter does.
//!
//! Owns the rows and how they are narrowed; what a choice leads to is in [`super::choosing`].

use crate::domain::legality::Legality;
use crate::domain::{Color, ConversationId, TagDelta, TagId, UserId};
use crate::text::{LineEditor, RawText, sanitize_line};

use super::action::{Action, Goal};
use super::keymap::Context;
use super::model::Model;
use super::{acts, words};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Whose a conversation shall be.
    Owner(ConversationId),
    /// To whom it is handed over.
    HandOver(ConversationId),
    /// The tags it shall have.
    Tags {
        /// Which conversation.
        conversation: ConversationId,
        /// What was toggled so far.
        delta: TagDelta,
    },
    /// The colour of a new tag.
    TagColor {
        /// On which conversation it goes.
        conversation: ConversationId,
        /// Its name.
        name: RawText,
        /// What else was toggled before.
        delta: TagDelta,
    },
    /// The status it shall have.
    Status(ConversationId),
    /// What is to be done.
    Command(Context),
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Nobody.
    Nobody,
    /// A member.
    Member(UserId),
    /// A tag of the palette.
    Tag(TagId),
    /// A tag by the name that was typed.
    NewTag,
    /// A colour; none is the platform's default one.
    Color(Option<Color>),
    /// A status.
    Status(Goal),
    /// An action.
    Command(Action),
}

/// The mark before a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It stands now.
    On,
    /// It does not.
    Off,
    /// It will.
    Adding,
    /// It will not any more.
    Removing,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it stands for.
    pub choice: Choice,
    /// Its name, safe to draw.
    pub label: String,
    /// Whether the label came from outside: it then stands for itself, without any of our own words around it.
    pub outside: bool,
    /// The mark before it; none where rows have none.
    pub mark: Option<Mark>,
    /// The colour that belongs to it.
    pub color: Option<Color>,
    /// What else is said of it, in our words.
    pub detail: String,
    /// Why it cannot be chosen, in our words.
    pub refused: Option<&'static str>,
}

/// A chooser.
#[derive(Clone, Debug)]
pub struct Chooser {
    /// What is asked for.
    pub ask: Ask,
    /// What was typed to narrow the rows.
    pub filter: LineEditor,
    /// The row under the cursor; none is the first that can be chosen.
    pub chosen: Option<Choice>,
}

/// The colours that a new tag can get, with their names.
pub const COLORS: [(&str, Color); 8] = [
    ("red", Color { red: 0xe5, green: 0x48, blue: 0x4d }),
    ("orange", Color { red: 0xf7, green: 0x6b, blue: 0x15 }),
    ("yellow", Color { red: 0xff, green: 0xc5, blue: 0x3d }),
    ("green", Color { red: 0x30, green: 0xa4, blue: 0x6c }),
    ("cyan", Color { red: 0x00, green: 0xa2, blue: 0xc7 }),
    ("blue", Color { red: 0x3e, green: 0x63, blue: 0xdd }),
    ("magenta", Color { red: 0xd6, green: 0x40, blue: 0x9f }),
    ("grey", Color { red: 0x8d, green: 0x8d, blue: 0x8d }),
];

impl Chooser {
    /// A chooser of everything.
    #[must_use]
    pub fn new(ask: Ask) -> Self {
        Self { ask, filter: LineEditor::new(), chosen: None }
    }

    /// The conversation that it is about; none for an action.
    #[must_use]
    pub const fn conversation(&self) -> Option<&ConversationId> {
        match &self.ask {
            Ask::Owner(conversation)
            | Ask::HandOver(conversation)
            | Ask::Tags { conversation, .. }
            | Ask::TagColor { conversation, .. }
            | Ask::Status(conversation) => Some(conversation),
            Ask::Command(_) => None,
        }
    }

    /// The rows that are left, in the order in which they are drawn.
    #[must_use]
    pub fn items(&self, model: &Model) -> Vec<Item> {
        let filter = self.filter.text().trim();
        let all = self.all(model);
        if filter.is_empty() {
            return all.into_iter().filter(|item| item.choice != Choice::NewTag).collect();
        }
        let mut ranked: Vec<(u8, Item)> =
            all.into_iter().filter_map(|item| Some((self.rank(model, &item, filter)?, item))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        // Letters in order are a guess: it is not made where something fits better.
        let better = ranked.first().is_some_and(|(rank, _)| *rank < SCATTERED);
        ranked.retain(|(rank, _)| !better || *rank != SCATTERED);
        ranked.into_iter().map(|(_, item)| item).collect()
    }

    /// Where the cursor stands among these rows.
    #[must_use]
    pub fn at(&self, items: &[Item]) -> usize {
        let held = self.chosen.as_ref().and_then(|chosen| items.iter().position(|item| item.choice == *chosen));
        held.or_else(|| items.iter().position(|item| item.refused.is_none())).unwrap_or(0)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self, model: &Model) -> Option<Item> {
        let items = self.items(model);
        let at = self.at(&items);
        items.into_iter().nth(at)
    }

    /// How well a row fits what was typed: lower is better, none is not at all.
    fn rank(&self, model: &Model, item: &Item, filter: &str) -> Option<u8> {
        match &item.choice {
            // It stands last, and only where no tag has just this name.
            Choice::NewTag => {
                let wanted = filter.to_lowercase();
                let taken = model.sidebar.palette.tags.iter().any(|tag| tag.name.as_raw().to_lowercase() == wanted);
                (!taken).then_some(u8::MAX)
            }
            Choice::Command(action) => {
                let hint = action.hint().and_then(|hint| fits(hint, filter));
                fits(&item.label, filter).into_iter().chain(hint).min()
            }
            Choice::Nobody | Choice::Member(_) | Choice::Tag(_) | Choice::Color(_) | Choice::Status(_) => {
                fits(&item.label, filter)
            }
        }
    }

    fn all(&self, model: &Model) -> Vec<Item> {
        match &self.ask {
            Ask::Owner(conversation) => owners(model, conversation),
            Ask::HandOver(_) => colleagues(model),
            Ask::Tags { conversation, delta } => tags(model, conversation, delta, self.filter.text().trim()),
            Ask::TagColor { .. } => colors(),
            Ask::Status(conversation) => statuses(model, conversation),
            Ask::Command(context) => commands(model, *context),
        }
    }
}

fn item(choice: Choice, label: impl Into<String>) -> Item {
    let label = label.into();
    Item { choice, label, outside: false, mark: None, color: None, detail: String::new(), refused: None }
}

/// Me first, then the colleagues by name; nobody last.
fn owners(model: &Model, conversation: &ConversationId) -> Vec<Item> {
    let owner = model.inbox.rows.get(conversation).and_then(|row| row.conversation.assigned_to.clone());
    let mark = |is: bool| Some(if is { Mark::On } else { Mark::Off });
    let mut items = members(model, true);
    for item in &mut items {
        item.mark = mark(matches!(&item.choice, Choice::Member(user) if owner.as_ref() == Some(user)));
    }
    items.push(Item { mark: mark(owner.is_none()), ..item(Choice::Nobody, "nobody") });
    items
}

fn colleagues(model: &Model) -> Vec<Item> {
    members(model, false)
}

fn members(model: &Model, with_me: bool) -> Vec<Item> {
    let me = model.directory.me.as_ref();
    let mut items: Vec<(bool, String, Item)> = Vec::new();
    for member in &model.directory.members {
        let is_me = me == Some(&member.user_id);
        if is_me && !with_me {
            continue;
        }
        let label = sanitize_line(&member.name()).to_string();
        let detail = if is_me { "you".to_owned() } else { String::new() };
        let row = Item { outside: true, detail, ..item(Choice::Member(member.user_id.clone()), label.clone()) };
        items.push((!is_me, label.to_lowercase(), row));
    }
    items.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    items.into_iter().map(|(.., item)| item).collect()
}

/// The palette, what stands on the conversation first; and what was typed as a new one.
fn tags(model: &Model, conversation: &ConversationId, delta: &TagDelta, typed: &str) -> Vec<Item> {
    let standing = model.sidebar.get(conversation).map(|aside| aside.tags.as_slice()).unwrap_or_default();
    let mut items: Vec<Item> = Vec::new();
    for tag in &model.sidebar.palette.tags {
        let stands = standing.contains(&tag.id);
        let mark = match (stands, delta.add.contains(&tag.id), delta.remove.contains(&tag.id)) {
            (true, _, true) => Mark::Removing,
            (true, _, false) => Mark::On,
            (false, true, _) => Mark::Adding,
            (false, false, _) => Mark::Off,
        };
        let label = sanitize_line(&tag.name).to_string();
        items.push(Item {
            outside: true,
            mark: Some(mark),
            color: tag.color,
            ..item(Choice::Tag(tag.id.clone()), label)
        });
    }
    items.sort_by_key(|item| item.mark != Some(Mark::On) && item.mark != Some(Mark::Removing));
    let name = words::quoted(&RawText::new(typed));
    items.push(item(Choice::NewTag, format!("create {name}")));
    items
}

fn colors() -> Vec<Item> {
    let named =
        COLORS.iter().map(|(name, color)| Item { color: Some(*color), ..item(Choice::Color(Some(*color)), *name) });
    std::iter::once(item(Choice::Color(None), "no colour of its own")).chain(named).collect()
}

fn statuses(model: &Model, conversation: &ConversationId) -> Vec<Item> {
    Goal::ALL
        .into_iter()
        .map(|goal| {
            let (detail, refused) = legal(model, conversation, goal);
            Item { detail: detail.to_owned(), refused, ..item(Choice::Status(goal), goal.word()) }
        })
        .collect()
}

/// What is said of a status that one could ask for, and why it does not go.
#[must_use]
pub fn legal(model: &Model, conversation: &ConversationId, goal: Goal) -> (&'static str, Option<&'static str>) {
    match acts::may_become(model, conversation, &goal.status()) {
        (Legality::Allowed, _) => ("", None),
        (Legality::Unknown, _) => ("not documented: may be refused", None),
        (Legality::Illegal, why) => ("", Some(why.unwrap_or("the platform does not take it"))),
    }
}

fn commands(model: &Model, context: Context) -> Vec<Item> {
    let listed = model.settings.keymap.help_of(context).into_iter().filter(|(_, action)| *action != Action::Palette);
    listed.map(|(keys, action)| Item { detail: keys, ..item(Choice::Command(action), action.help()) }).collect()
}

/// How well letters in order fit: worse than everything else that fits.
const SCATTERED: u8 = 4;

/// How well a name fits what was typed, whatever the case: its beginning, a word's beginning, the words' first letters,
/// somewhere within, or its letters in order.
#[must_use]
pub fn fits(name: &str, typed: &str) -> Option<u8> {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    let words = || name.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    if name.starts_with(&typed) {
        Some(0)
    } else if words().any(|word| word.starts_with(&typed)) {
        Some(1)
    } else if in_order(words().filter_map(|word| word.chars().next()), &typed) {
        Some(2)
    } else if name.contains(&typed) {
        Some(3)
    } else {
        in_order(name.chars(), &typed).then_some(SCATTERED)
    }
}

fn in_order(mut among: impl Iterator<Item = char>, typed: &str) -> bool {
    typed.chars().filter(|char| !char.is_whitespace()).all(|wanted| among.any(|char| char == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_find_a_name_by_its_beginning_its_words_or_its_initials() {
        assert_eq!(fits("Mara Lindqvist", "ma"), Some(0));
        assert_eq!(fits("Mara Lindqvist", "LI"), Some(1));
        assert_eq!(fits("Mara Lindqvist", "ml"), Some(2));
        assert_eq!(fits("Mara Lindqvist", "qv"), Some(3));
        assert_eq!(fits("Mara Lindqvist", "mq"), Some(4));
        assert_eq!(fits("Mara Lindqvist", "qm"), None);
        assert_eq!(fits("Zoë", "zoë"), Some(0));
        assert_eq!(fits("anything", ""), Some(0));
    }
}
