//! What can be taken back: edits, runs of typing and erasing being one each.
//!
//! Holds the exact bytes that went and came. Bounded in number and bytes; the newest edit is always kept.

use std::collections::VecDeque;

const MOST_EDITS: usize = 1_000;
const MOST_BYTES: usize = 16 << 20;

/// One change of the text.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) at: usize,
    pub(super) removed: String,
    pub(super) inserted: String,
    /// Where the cursor was before it, and after it.
    pub(super) before: usize,
    pub(super) after: usize,
}

impl Edit {
    const fn bytes(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

/// Which edits belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One typed character.
    Typed,
    /// One erased cluster.
    Erased,
    /// An act of its own.
    Whole,
}

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    done: VecDeque<Edit>,
    undone: Vec<Edit>,
    /// The kind of the newest edit while the next one may still join it.
    open: Option<Kind>,
    bytes: usize,
}

impl History {
    /// Remembers an edit, alone or as part of the run before it. What was taken back can't be done again after it.
    pub(super) fn done(&mut self, edit: Edit, kind: Kind) {
        self.undone.clear();
        self.bytes += edit.bytes();
        let joined = match self.done.back_mut() {
            Some(last) if self.open == Some(kind) => join(last, edit, kind),
            _ => Err(edit),
        };
        if let Err(edit) = joined {
            self.done.push_back(edit);
        }
        self.open = Some(kind).filter(|kind| *kind != Kind::Whole);
        while self.done.len() > 1 && (self.done.len() > MOST_EDITS || self.bytes > MOST_BYTES) {
            if let Some(oldest) = self.done.pop_front() {
                self.bytes -= oldest.bytes();
            }
        }
    }

    /// The cursor has moved: the next edit begins a run of its own.
    pub(super) const fn seal(&mut self) {
        self.open = None;
    }

    /// Takes the newest edit out to be reversed; give it back with [`History::undone`].
    pub(super) fn undo(&mut self) -> Option<Edit> {
        self.open = None;
        let edit = self.done.pop_back()?;
        self.bytes -= edit.bytes();
        Some(edit)
    }

    pub(super) fn undone(&mut self, edit: Edit) {
        self.undone.push(edit);
    }

    /// Takes out the edit that was reversed last; give it back with [`History::redone`].
    pub(super) fn redo(&mut self) -> Option<Edit> {
        self.open = None;
        self.undone.pop()
    }

    pub(super) fn redone(&mut self, edit: Edit) {
        self.bytes += edit.bytes();
        self.done.push_back(edit);
    }
}

/// Adds an edit to the run that `last` is, or gives it back.
fn join(last: &mut Edit, edit: Edit, kind: Kind) -> Result<(), Edit> {
    match kind {
        Kind::Typed => {
            let follows = last.at + last.inserted.len() == edit.at && last.after == edit.before;
            // A run is a word with the spaces behind it: undo takes back words, not paragraphs.
            let word_begins =
                last.inserted.ends_with(char::is_whitespace) && !edit.inserted.starts_with(char::is_whitespace);
            if !follows || word_begins || edit.inserted == "\n" {
                return Err(edit);
            }
            last.inserted.push_str(&edit.inserted);
        }
        Kind::Erased if edit.at + edit.removed.len() == last.at => {
            last.removed.insert_str(0, &edit.removed);
            last.at = edit.at;
        }
        Kind::Erased if edit.at == last.at => last.removed.push_str(&edit.removed),
        Kind::Erased | Kind::Whole => return Err(edit),
    }
    last.after = edit.after;
    Ok(())
}
