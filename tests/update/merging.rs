//! Late, doubled and reordered answers, and both orders of a thread, end in the same state.

use std::time::Duration;

use takeover::app::screen::LineKind;
use takeover::app::thread::{Order, Thread};
use takeover::app::{Effect, Event, Fetch, Found, Key, Model, Settings, Size, Stamped, settle, update};
use takeover::domain::{ConversationId, Moment, Status, Zone};

use crate::desk::platform::{Origin, Platform, user};
use crate::desk::{Desk, began, id, messages, rows, seconds};

/// A core without a runner: the test keeps what was asked and answers as it likes.
struct Bare {
    model: Model,
    asked: Vec<(u64, Fetch)>,
    step: u64,
    now: Duration,
}

impl Bare {
    fn new() -> Self {
        let settings = Settings {
            me: Some(user("u-me")),
            zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap()),
            ..Settings::default()
        };
        Self { model: Model::new(settings), asked: Vec::new(), step: 0, now: seconds(100.0) }
    }

    fn tell(&mut self, event: Event) {
        self.step += 1;
        let at = Moment { mono: self.now, wall: began() + self.now };
        for effect in update(&mut self.model, Stamped { at, step: self.step, event }) {
            if let Effect::Fetch { asked, fetch, .. } = effect {
                self.asked.push((asked, fetch));
            }
        }
        settle(&mut self.model, Size { columns: 120, rows: 40 });
    }

    fn press(&mut self, keys: &str) {
        self.tell(Event::KeysPressed(Key::parse_all(keys).unwrap()));
    }

    /// Takes the newest read of this kind.
    fn take(&mut self, is: impl Fn(&Fetch) -> bool) -> (u64, Fetch) {
        let at = self.asked.iter().rposition(|(_, fetch)| is(fetch)).unwrap();
        self.asked.remove(at)
    }
}

fn is_list(fetch: &Fetch) -> bool {
    matches!(fetch, Fetch::List { .. })
}

fn is_thread(fetch: &Fetch) -> bool {
    matches!(fetch, Fetch::Thread { .. })
}

fn answer((asked, fetch): &(u64, Fetch), found: Found) -> Event {
    Event::Fetched { asked: *asked, fetch: fetch.clone(), found: Ok(found), reading: None }
}

fn live() -> [Status; 2] {
    [Status::AgentRequested, Status::Open]
}

fn permutations(of: usize) -> Vec<Vec<usize>> {
    if of == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(of - 1) {
        for at in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(at, of - 1);
            all.push(longer);
        }
    }
    all
}

/// What a thread shows: who said what, in order.
fn thread(model: &Model, id: &ConversationId) -> Vec<String> {
    let thread = model.threads.get(id).unwrap();
    thread
        .spoken()
        .map(|(entry, who)| format!("{} {who:?} {}", entry.message.id, entry.message.raw_text().as_raw()))
        .collect()
}

#[test]
fn the_answers_to_four_reads_of_a_thread_end_in_the_same_thread_in_every_order_and_doubled() {
    let mut ends = Vec::new();
    for order in permutations(4) {
        for doubled in [false, true] {
            let mut platform = Platform::new(began(), 1);
            platform.say(0, Origin::Bot, "hello", Duration::ZERO);
            platform.held[0].conversation.status = Status::Open;
            let mut bare = Bare::new();
            bare.tell(Event::Started);
            let list = bare.take(is_list);
            bare.tell(answer(&list, rows(platform.list(&live(), None)).unwrap()));
            bare.press("7<enter>r");
            let mut reads = Vec::new();
            for number in 0..4 {
                // Each send chord asks for a read of its own.
                bare.press(&format!("text{number}<c-s>"));
                let read = bare.take(is_thread);
                let now = seconds(f64::from(number) + 1.0);
                platform.say(0, if number % 2 == 0 { Origin::Visitor } else { Origin::Colleague }, "line", now);
                let page = platform.thread(0, None, Duration::ZERO, now);
                reads.push(answer(&read, messages(page).unwrap()));
            }
            for at in order.iter().chain(order.iter().filter(|_| doubled)) {
                bare.tell(reads[*at].clone());
            }
            ends.push(thread(&bare.model, &id(0)));
        }
    }
    assert_eq!(ends[0].len(), 5);
    assert!(ends.iter().all(|end| *end == ends[0]));
}

#[test]
fn a_late_answer_never_undoes_what_a_later_read_told() {
    for reordered in [false, true] {
        let mut platform = Platform::new(began(), 1);
        platform.held[0].conversation.status = Status::Open;
        let mut bare = Bare::new();
        bare.tell(Event::Started);
        let list = bare.take(is_list);
        bare.tell(answer(&list, rows(platform.list(&live(), None)).unwrap()));
        // The list of everything is under way when the live list is asked for and tells of a new owner.
        bare.press("ga");
        let everything = bare.take(is_list);
        let all = [Status::Open];
        let early = answer(&everything, rows(platform.list(&all, None)).unwrap());
        platform.held[0].conversation.assigned_to = Some(user("u-other"));
        bare.now += seconds(25.0);
        bare.tell(Event::TimeReached);
        let live_list = bare.take(is_list);
        let late = answer(&live_list, rows(platform.list(&live(), None)).unwrap());
        let events = if reordered { [late, early] } else { [early, late] };
        for event in events.iter().chain(&events) {
            bare.tell(event.clone());
        }
        let row = bare.model.inbox.rows.get(&id(0)).unwrap();
        assert_eq!(row.conversation.assigned_to, Some(user("u-other")), "reordered {reordered}");
    }
}

#[test]
fn an_answer_that_nobody_asked_for_changes_nothing() {
    let platform = Platform::new(began(), 1);
    let mut bare = Bare::new();
    bare.tell(Event::Started);
    let (asked, fetch) = bare.take(is_list);
    let page = rows(platform.list(&live(), None)).unwrap();
    bare.tell(answer(&(asked + 7, fetch.clone()), page.clone()));
    assert!(bare.model.inbox.rows.is_empty());
    bare.tell(answer(&(asked, fetch), page));
    assert_eq!(bare.model.inbox.rows.len(), 1);
}

/// A long thread with everybody in it, read to its end in this order.
fn long_thread(newest_first: bool, count: usize, grows_after: usize) -> Desk {
    let mut desk = Desk::new(1);
    desk.now = seconds(10_000.0);
    desk.platform.newest_first = newest_first;
    desk.platform.held[0].conversation.status = Status::Open;
    let who = [Origin::Visitor, Origin::Bot, Origin::Visitor, Origin::OtherMarker, Origin::Colleague];
    for number in 0..count {
        desk.platform.say(0, who[number % who.len()], &format!("line {number}"), seconds(number as f64));
    }
    desk.begin();
    desk.open(0);
    for number in 0..grows_after {
        desk.wait(2.0);
        let now = desk.now;
        desk.platform.say(0, who[number % who.len()], &format!("later {number}"), now);
    }
    desk.wait(20.0);
    desk
}

fn drawn(desk: &Desk) -> Vec<String> {
    let lines = desk.model.screen.thread.iter();
    lines.filter(|line| !matches!(line.kind, LineKind::OlderNotLoaded { .. })).map(|line| format!("{line:?}")).collect()
}

#[test]
fn both_message_orders_give_the_same_thread() {
    for (count, grows) in [(0, 3), (1, 0), (7, 0), (99, 4), (100, 0), (101, 0), (250, 0), (250, 8)] {
        let (newest, oldest) = (long_thread(true, count, grows), long_thread(false, count, grows));
        assert_eq!(drawn(&newest), drawn(&oldest), "{count} and {grows}");
        let tail = |desk: &Desk| {
            let all = thread(&desk.model, &id(0));
            all[all.len().saturating_sub(90)..].to_vec()
        };
        assert_eq!(tail(&newest), tail(&oldest), "{count} and {grows}");
        assert_eq!(thread(&oldest.model, &id(0)).len(), count + grows);
    }
}

#[test]
fn reading_a_long_thread_again_costs_one_request_in_both_orders() {
    for newest_first in [true, false] {
        let mut desk = long_thread(newest_first, 450, 0);
        let before = desk.reads_of(0).len();
        desk.wait(60.0);
        let asked = desk.reads_of(0).len() - before;
        assert!((3..=5).contains(&asked), "{asked} reads in a minute of fifteen seconds each");
    }
}

#[test]
fn a_stretch_that_was_missed_is_filled_and_nothing_is_shown_twice() {
    let mut desk = long_thread(true, 20, 0);
    for number in 0..230 {
        let now = desk.now;
        desk.platform.say(0, Origin::Visitor, &format!("burst {number}"), now + Duration::from_millis(number));
    }
    desk.wait(40.0);
    let all = thread(&desk.model, &id(0));
    assert_eq!(all.len(), 250);
    assert!(desk.model.threads.get(&id(0)).unwrap().gaps.is_empty());
}

#[test]
fn one_odd_time_does_not_turn_a_thread_around() {
    let mut platform = Platform::new(began(), 1);
    for number in 0..6 {
        platform.say(0, Origin::Visitor, "line", seconds(f64::from(number)));
    }
    for newest_first in [true, false] {
        platform.newest_first = newest_first;
        let right = if newest_first { Order::NewestFirst } else { Order::OldestFirst };
        for odd in 0..6 {
            for (years, certain) in [(-60, true), (60, true), (-60, false)] {
                let mut page = platform.thread(0, None, Duration::ZERO, seconds(10.0));
                let time = &mut page.items[odd].created_at;
                time.at += chrono::Duration::days(365 * years);
                time.certain = certain;
                assert_eq!(Thread::order_of_page(&page), Some(right), "{newest_first} {odd} {years}");
            }
        }
    }
}
