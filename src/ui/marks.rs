//! The marks of the screen, and their twins for terminals that have nothing but ASCII.
//!
//! Every mark takes one cell. Owns the shapes alone; styles are the theme's.

use crate::domain::Speaker;

/// One set of marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Needs a person.
    pub(super) needs_person: &'static str,
    /// The visitor waits for us.
    pub(super) waits: &'static str,
    /// Answered.
    pub(super) answered: &'static str,
    /// The bot has it.
    pub(super) bot_has_it: &'static str,
    /// Resolved.
    pub(super) resolved: &'static str,
    /// Closed.
    pub(super) closed: &'static str,
    /// Archived.
    pub(super) archived: &'static str,
    /// Not certain.
    pub(super) uncertain: &'static str,
    /// A state that this version does not know, or a record that it cannot read.
    pub(super) unknown: &'static str,
    /// High priority.
    pub(super) high: &'static str,
    /// Low priority.
    pub(super) low: &'static str,
    /// The visitor had the last word.
    pub(super) visitor: &'static str,
    /// We had it.
    pub(super) us: &'static str,
    /// The bot had it.
    pub(super) bot: &'static str,
    /// A draft lies here.
    pub(super) draft: &'static str,
    /// The gutters: visitor, person, bot, unknown.
    gutters: [&'static str; 4],
    /// Between parts of a line.
    pub(super) dot: &'static str,
    /// Before a tool call or a file.
    pub(super) fold: &'static str,
    /// Before a tool call that is unfolded.
    pub(super) unfolded: &'static str,
    /// Beside the message under the cursor.
    pub(super) here: &'static str,
    /// Between panes.
    pub(super) between: &'static str,
    /// A rule across.
    pub(super) rule: &'static str,
    /// Before a field that is typed into.
    pub(super) prompt: &'static str,
    /// Before what stands as chosen.
    pub(super) chosen: &'static str,
    /// Before a row of our own among names from outside.
    pub(super) own: &'static str,
    /// The colour of a tag.
    pub(super) swatch: &'static str,
    /// Before a note.
    pub(super) note: &'static str,
    /// The composer of a reply.
    pub(super) heavy: Frame,
    /// The composer of a note.
    pub(super) dashed: Frame,
    /// A popup.
    pub(super) light: Frame,
}

/// The cells of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Across.
    pub(super) across: &'static str,
    /// Down.
    pub(super) down: &'static str,
    /// Upper left, upper right, lower left, lower right.
    pub(super) corners: [&'static str; 4],
}

static UNICODE: Marks = Marks {
    needs_person: "!",
    waits: "•",
    answered: "·",
    bot_has_it: "b",
    resolved: "✓",
    closed: "x",
    archived: "-",
    uncertain: "~",
    unknown: "?",
    high: "↑",
    low: "↓",
    visitor: "▸",
    us: "‹",
    bot: ":",
    draft: "✎",
    gutters: ["▌", "▏", "┊", "╎"],
    dot: "·",
    fold: "▸",
    unfolded: "▾",
    here: "›",
    between: "│",
    rule: "─",
    prompt: "›",
    chosen: "✓",
    own: "·",
    swatch: "■",
    note: "n",
    dashed: Frame { across: "╍", down: "╏", corners: ["┏", "┓", "┗", "┛"] },
    heavy: Frame { across: "━", down: "┃", corners: ["┏", "┓", "┗", "┛"] },
    light: Frame { across: "─", down: "│", corners: ["┌", "┐", "└", "┘"] },
};

static ASCII: Marks = Marks {
    needs_person: "!",
    waits: "*",
    answered: ".",
    bot_has_it: "b",
    resolved: "+",
    closed: "x",
    archived: "-",
    uncertain: "~",
    unknown: "?",
    high: "^",
    low: "v",
    visitor: ">",
    us: "<",
    bot: ":",
    draft: "d",
    gutters: ["<", ">", ":", "?"],
    dot: "-",
    fold: "+",
    unfolded: "-",
    here: "*",
    between: "|",
    rule: "-",
    prompt: ">",
    chosen: "+",
    own: ".",
    swatch: "#",
    note: "n",
    dashed: Frame { across: ".", down: ":", corners: ["+", "+", "+", "+"] },
    heavy: Frame { across: "=", down: "#", corners: ["#", "#", "#", "#"] },
    light: Frame { across: "-", down: "|", corners: ["+", "+", "+", "+"] },
};

impl Marks {
    /// The set to use.
    pub(super) const fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// The first cell of every row of a message; the second stays blank. It depends on the role alone
    /// (security, S2).
    pub(super) const fn gutter(&self, speaker: Speaker) -> &'static str {
        let [visitor, person, bot, unknown] = self.gutters;
        match speaker {
            Speaker::Visitor => visitor,
            Speaker::Person => person,
            Speaker::Bot => bot,
            Speaker::Unknown | Speaker::Marker => unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    fn cells(marks: &Marks) -> Vec<&'static str> {
        let mut all = vec![
            marks.needs_person,
            marks.waits,
            marks.answered,
            marks.bot_has_it,
            marks.resolved,
            marks.closed,
            marks.archived,
            marks.uncertain,
            marks.unknown,
            marks.high,
            marks.low,
            marks.visitor,
            marks.us,
            marks.bot,
            marks.draft,
            marks.dot,
            marks.fold,
            marks.unfolded,
            marks.here,
            marks.between,
            marks.rule,
            marks.prompt,
            marks.chosen,
            marks.own,
            marks.swatch,
            marks.note,
        ];
        all.extend(marks.gutters);
        for frame in [&marks.heavy, &marks.dashed, &marks.light] {
            all.extend([frame.across, frame.down]);
            all.extend(frame.corners);
        }
        all
    }

    #[test]
    fn every_mark_takes_one_cell_and_every_twin_is_ascii() {
        for mark in cells(Marks::of(false)) {
            assert_eq!(text::width(mark), 1, "{mark}");
        }
        for mark in cells(Marks::of(true)) {
            assert!(mark.is_ascii() && mark.len() == 1, "{mark}");
        }
    }

    #[test]
    fn states_and_speakers_can_be_told_apart_by_their_marks_alone() {
        for marks in [Marks::of(false), Marks::of(true)] {
            let states = [
                marks.needs_person,
                marks.waits,
                marks.answered,
                marks.bot_has_it,
                marks.resolved,
                marks.closed,
                marks.archived,
                marks.uncertain,
                marks.unknown,
            ];
            for set in [&states[..], &marks.gutters[..], &[marks.visitor, marks.us, marks.bot, marks.uncertain][..]] {
                let apart: std::collections::HashSet<_> = set.iter().collect();
                assert_eq!(apart.len(), set.len(), "{set:?}");
            }
        }
    }
}
