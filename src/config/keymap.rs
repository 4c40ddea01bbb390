//! `keymap.toml`: a table for each context, a line for each key. What the lines may do is decided by the core's keymap;
//! here it gets its lines and columns.

use crate::app::action::Action;
use crate::app::keymap::{BINDINGS, Bound, Change, Context, Keymap, Keys, Why};

use super::document::{Document, Entry, Node};
use super::problem::{Problem, instead, list, said};

/// The table for all panes at once: a line in it counts wherever its act works.
const PANES: &str = "panes";
/// The longest keys that are read.
const LONGEST: usize = 64;

/// A change with the place where it stands.
struct Line<'a> {
    entry: &'a Entry,
    change: Change,
}

/// The keymap of a file, as far as its lines hold together.
pub(super) fn of(document: &Document, problems: &mut Vec<Problem>) -> Keymap {
    let mut lines = Vec::new();
    for table in &document.root {
        match (&table.value, contexts(&table.key)) {
            _ if table.key == "$schema" => {}
            (Node::Table(entries), Some(contexts)) => {
                for entry in entries {
                    read(document, entry, &contexts, &mut lines, problems);
                }
            }
            (other, known) => {
                let names = || Context::ALL.iter().map(|context| context.name()).chain([PANES]);
                let (what, advice) = match known {
                    Some(_) => (
                        format!("{} is a table of keys, not {}", table.key, other.kind()),
                        format!("write [{}], then a key a line", table.key),
                    ),
                    None => (format!("no table of keys is called {}", said(&table.key)), instead(&table.key, names())),
                };
                problems.push(Problem::new(document.place(table.at), what, advice));
            }
        }
    }
    lines.sort_by_key(|line| line.entry.at);
    let changes: Vec<Change> = lines.iter().map(|line| line.change).collect();
    let (keymap, refusals) = Keymap::changed(&changes);
    for refusal in refusals {
        let Some(line) = lines.get(refusal.change) else { continue };
        problems.push(refused(document, &lines, line, refusal.why));
    }
    keymap
}

fn contexts(name: &str) -> Option<Vec<Context>> {
    if name == PANES {
        return Some(Context::ALL.iter().copied().filter(|context| !context.is_text()).collect());
    }
    Context::ALL.iter().copied().find(|context| context.name() == name).map(|context| vec![context])
}

fn read<'a>(
    document: &Document,
    entry: &'a Entry,
    contexts: &[Context],
    lines: &mut Vec<Line<'a>>,
    problems: &mut Vec<Problem>,
) {
    let Some(keys) = Some(entry.key.as_str()).filter(|keys| keys.len() <= LONGEST).and_then(Keys::parse) else {
        let what = format!("{} is no key, and no two keys", said(&entry.key));
        let advice = "write x, gx, \"<c-s>\", \"<enter>\", \"<f5>\", \"<c-x>r\"; <lt> is the key <";
        problems.push(Problem::new(document.place(entry.at), what, advice));
        return;
    };
    let action = match &entry.value {
        Node::Text(name) if name.is_empty() || name == "none" => None,
        Node::Text(name) => match Action::parse(name) {
            Some(action) => Some(action),
            None => {
                let names: Vec<String> = BINDINGS.iter().map(|binding| binding.action.name()).collect();
                let near = super::problem::nearest(name, names.iter().map(String::as_str));
                let advice = near.map_or("takeover keys lists them".to_owned(), |near| format!("did you mean {near}?"));
                problems.push(Problem::new(
                    document.place(entry.value_at),
                    format!("nothing is called {}", said(name)),
                    advice,
                ));
                return;
            }
        },
        other => {
            let what = format!("a key takes the name of what it does, not {}", other.kind());
            problems.push(Problem::new(
                document.place(entry.value_at),
                what,
                "write it in quotation marks; \"none\" unbinds",
            ));
            return;
        }
    };
    // In the table for all panes a line counts where its act works; if that is nowhere, it is refused like any other.
    let works = |context: &Context| action.is_none_or(|action| works_in(action).contains(context));
    let some = contexts.iter().any(works);
    let counted = contexts.iter().filter(|context| !some || works(context));
    lines.extend(counted.map(|context| Line { entry, change: Change { context: *context, keys, action } }));
}

fn works_in(action: Action) -> Vec<Context> {
    let all = BINDINGS.iter().filter(|binding| binding.action == action).flat_map(|binding| binding.contexts);
    Context::ALL.into_iter().filter(|context| all.clone().any(|held| held == context)).collect()
}

fn refused(document: &Document, lines: &[Line<'_>], line: &Line<'_>, why: Why) -> Problem {
    let Change { context, keys, action } = line.change;
    let (keys, context) = (keys.written(), context.name());
    let on_line = |at: usize| lines.get(at).map_or(0, |line| document.line(line.entry.at));
    let action = action.map_or_else(|| "none".to_owned(), Action::name);
    let (what, advice) = match why {
        Why::Taken(at) => {
            let held =
                lines.get(at).and_then(|line| line.change.action).map_or_else(|| "none".to_owned(), Action::name);
            let what = format!(
                "{keys} in the {context} would have two meanings: {action}, and {held} on line {}",
                on_line(at)
            );
            (what, "take one of the lines out".to_owned())
        }
        Why::Hidden(Bound { keys: other, action: held, .. }, from) => {
            let whose = from.map_or("a default".to_owned(), |at| format!("line {}", on_line(at)));
            let (hidden, before) =
                if other.second.is_some() { (other, line.change.keys) } else { (line.change.keys, other) };
            let what = format!(
                "{} in the {context} would be hidden behind {}: {action} here, {} by {whose}",
                hidden.written(),
                before.written(),
                held.name(),
            );
            let advice = match from {
                Some(_) => "take one of the lines out".to_owned(),
                None => format!("unbind it first: \"{}\" = \"none\"", other.spelled()),
            };
            (what, advice)
        }
        Why::NotHere => {
            let works: Vec<_> = line.change.action.map(works_in).unwrap_or_default();
            let works = list(works.iter().map(|context| context.name()));
            (format!("{action} does not work in the {context}"), format!("it works in: {works}"))
        }
        Why::IsText => {
            (format!("{keys} is text in the {context}"), "take a key with Control, or a named one".to_owned())
        }
        Why::Fixed => (
            format!("{keys} can't be given away: ^C always cancels, and Esc always ends a prefix"),
            "take another key".to_owned(),
        ),
        Why::Needed(needed) => (
            format!("{keys} is the key of {} in the {context}, which must keep one", needed.name()),
            format!("give {} another key first", needed.name()),
        ),
    };
    Problem::new(document.place(line.entry.at), what, advice)
}
