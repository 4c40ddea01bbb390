//! The demo's lesson: its hint line leads once from the list to a reply that was sent.

use super::model::{Focus, Model};
use super::overlay::Lesson;

/// A person did something: the lesson goes on where the screen is now.
pub fn follow(model: &mut Model) {
    let Some(lesson) = model.overlays.lesson else { return };
    model.overlays.lesson = Some(match model.panes.focus {
        Focus::Composer => Lesson::Send,
        Focus::Thread => Lesson::Reply,
        Focus::List | Focus::Sidebar if lesson == Lesson::Longest => Lesson::Longest,
        Focus::List | Focus::Sidebar => Lesson::Open,
    });
}

/// The person went to who has waited longest.
pub const fn went_to_longest(model: &mut Model) {
    if matches!(model.overlays.lesson, Some(Lesson::Longest)) {
        model.overlays.lesson = Some(Lesson::Open);
    }
}

/// A reply was delivered: the lesson is over.
pub const fn sent(model: &mut Model) {
    model.overlays.lesson = None;
}
