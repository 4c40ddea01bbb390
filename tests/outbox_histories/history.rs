//! A history: what a person and the world do, one act after another, made from one number; run, judged, and made
//! smaller when it fails.

use std::collections::HashSet;
use std::time::Duration;

use takeover::app::outbox::State;
use takeover::app::overlay::{Overlay, Question};
use takeover::app::{Focus, Size};
use takeover::domain::outbox::Outcome;
use takeover::domain::{ConversationId, MessageId, Status};
use takeover::store::Journal;
use takeover::text::RawText;

use crate::chance::Chance;
use crate::oracle::{self, Sent};
use crate::plants::Plant;
use crate::platform::{Accepted, Origin, Platform, user};
use crate::sim::{Sim, began};
use crate::weather::{self, CALM};

/// One act.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Wait(u64),
    Open(usize),
    Type,
    /// Writes a word and sends it.
    Say,
    /// The send chord, whatever stands in the composer.
    Chord,
    /// The send chord where a reply asks and nothing is written.
    Decide,
    Up,
    TakeBackOutside,
    Discard,
    Undo,
    Leave,
    ScrollUp,
    ScrollDown,
    Visitor(usize, u64),
    Bot(usize),
    Colleague(usize),
    TakenOver(usize),
    Becomes(usize, u8),
    Owner(usize, u8),
    Address(usize, u8),
    Turns(usize),
    Focus(bool),
    /// The machine sleeps for so many seconds.
    Sleep(u64),
}

/// What a history stands on.
#[derive(Clone, Copy, Debug)]
struct Ground {
    conversations: usize,
    newest_first: bool,
    thread_page: usize,
    list_page: usize,
    marker_at_once: bool,
    hold: Duration,
    size: Size,
}

fn ground(chance: &mut Chance) -> Ground {
    let conversations = [1, 2, 2, 3][usize::try_from(chance.below(4)).unwrap()];
    Ground {
        conversations,
        newest_first: chance.permille(600),
        thread_page: if chance.permille(150) { 4 } else { 100 },
        list_page: if chance.permille(150) { 1 } else { 100 },
        marker_at_once: chance.permille(300),
        hold: Duration::from_millis(chance.pick(&[2_000, 2_000, 2_000, 2_000, 0, 5_000])),
        size: chance.pick(&[
            Size { columns: 80, rows: 24 },
            Size { columns: 120, rows: 40 },
            Size { columns: 50, rows: 20 },
        ]),
    }
}

/// The acts of a seed.
pub(crate) fn acts(seed: u64) -> Vec<Act> {
    let mut chance = Chance::new(seed);
    let conversations = ground(&mut chance).conversations as u64;
    let mut acts = vec![Act::Wait(chance.below(3_000)), Act::Open(0)];
    for _ in 0..chance.between(6, 36) {
        acts.push(act(&mut chance, conversations));
        if chance.permille(650) {
            acts.push(Act::Wait(pause(&mut chance)));
        }
    }
    acts
}

/// A person alone with visitors who say nothing new, in fair weather: quick replies, switching, sending at once.
pub(crate) fn alone(seed: u64) -> Vec<Act> {
    let mut chance = Chance::new(seed);
    let conversations = ground(&mut chance).conversations as u64;
    let mut acts = vec![Act::Wait(chance.between(2_000, 5_000))];
    for _ in 0..chance.between(4, 20) {
        let at = usize::try_from(chance.below(conversations)).unwrap();
        match chance.weighted(&[2, 6, 1, 1]) {
            0 => acts.extend([Act::Open(at), Act::Wait(chance.between(700, 3_000))]),
            1 => acts.push(Act::Say),
            2 => acts.push(Act::Type),
            _ => acts.extend([Act::Say, Act::Wait(chance.between(800, 3_000)), Act::Chord]),
        }
        acts.push(Act::Wait(chance.below(4_000)));
    }
    acts
}

/// The history of the switches stands on three conversations.
pub(crate) const SWITCHES_SEED: u64 = 7;

/// So many switches at random while writing, in changing weather.
pub(crate) fn switches(count: u64) -> Vec<Act> {
    let mut chance = Chance::new(SWITCHES_SEED);
    assert_eq!(ground(&mut chance).conversations, 3);
    let mut acts = vec![Act::Wait(2_000), Act::Turns(1)];
    for number in 0..count {
        acts.push(Act::Open(usize::try_from(chance.below(3)).unwrap()));
        match chance.weighted(&[4, 1, 5, 2]) {
            0 => acts.push(Act::Type),
            1 => acts.push(Act::Say),
            2 => acts.push(Act::Decide),
            _ => {}
        }
        acts.push(Act::Wait(chance.below(3_000)));
        if number % 50 == 49 {
            acts.push(Act::Turns(chance.weighted(&[8, 6, 5, 0, 2])));
        }
    }
    acts
}

fn pause(chance: &mut Chance) -> u64 {
    match chance.weighted(&[40, 40, 14, 5, 1]) {
        0 => chance.below(400),
        1 => chance.between(400, 4_000),
        2 => chance.between(4_000, 15_000),
        3 => chance.between(15_000, 60_000),
        _ => chance.between(200_000, 700_000),
    }
}

fn act(chance: &mut Chance, conversations: u64) -> Act {
    let at = usize::try_from(chance.below(conversations)).unwrap();
    match chance.weighted(&[70, 90, 190, 110, 45, 15, 10, 12, 15, 10, 10, 90, 20, 35, 12, 18, 12, 12, 130, 6, 5]) {
        0 => Act::Open(at),
        1 => Act::Type,
        2 => Act::Say,
        3 => Act::Chord,
        4 => Act::Up,
        5 => Act::TakeBackOutside,
        6 => Act::Discard,
        7 => Act::Undo,
        8 => Act::Leave,
        9 => Act::ScrollUp,
        10 => Act::ScrollDown,
        11 => Act::Visitor(at, chance.between(1, 3)),
        12 => Act::Bot(at),
        13 => Act::Colleague(at),
        14 => Act::TakenOver(at),
        15 => Act::Becomes(at, u8::try_from(chance.weighted(&[5, 3, 2, 1, 1, 1, 1])).unwrap()),
        16 => Act::Owner(at, u8::try_from(chance.below(3)).unwrap()),
        17 => Act::Address(at, u8::try_from(chance.below(3)).unwrap()),
        18 => Act::Turns(chance.weighted(&[4, 6, 5, 2, 2, 1, 1, 2])),
        19 => Act::Focus(chance.permille(500)),
        _ => Act::Sleep(chance.pick(&[20, 120, 900, 7_200, 90_000])),
    }
}

/// How a history ended.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) fault: Option<String>,
    pub(crate) trace: Vec<String>,
    pub(crate) submitted: usize,
    pub(crate) delivered: usize,
    pub(crate) stops: usize,
    pub(crate) steps: u64,
}

/// Runs acts on the ground and with the chances of a seed.
pub(crate) fn run(seed: u64, acts: &[Act], plant: Option<Plant>, traced: bool) -> Told {
    let ground = ground(&mut Chance::new(seed));
    let mut platform = Platform::new(began(), ground.conversations);
    platform.newest_first = ground.newest_first;
    platform.thread_page = ground.thread_page;
    platform.list_page = ground.list_page;
    platform.marker_at_once = ground.marker_at_once;
    if plant == Some(Plant::LooksUpInVain) {
        platform.keys_kept_for = Duration::from_secs(5);
    }
    for at in 0..ground.conversations {
        platform.say(at, Origin::Bot, "Hello, how can I help?", Duration::ZERO);
        platform.say(at, Origin::Visitor, "I need a person", Duration::ZERO);
        if at == 1 {
            platform.held[at].conversation.status = Status::Open;
            platform.held[at].conversation.assigned_to = Some(user("u-me"));
        }
    }
    let mut sim = Sim::new(seed, platform, ground.hold, ground.size, plant);
    sim.trace = traced.then(Vec::new);
    sim.note(|| format!("seed {seed}: {ground:?}"));
    sim.handle(takeover::app::Event::Started);
    for act in acts {
        if sim.oracle.fault.is_some() {
            break;
        }
        sim.note(|| format!("==== {act:?}"));
        perform(&mut sim, *act);
    }
    end(&mut sim);
    judge(&mut sim);
    let fault = sim.oracle.fault.take();
    Told {
        fault,
        trace: sim.trace.take().unwrap_or_default(),
        submitted: sim.oracle.sent.len(),
        delivered: sim.oracle.sent.iter().filter(|sent| sent.delivered.is_some()).count(),
        stops: sim.oracle.stops,
        steps: sim.step,
    }
}

fn id(at: usize) -> ConversationId {
    ConversationId::parse(&format!("c{at}")).unwrap()
}

fn perform(sim: &mut Sim, act: Act) {
    let now = sim.now;
    match act {
        Act::Wait(by) => sim.wait(Duration::from_millis(by)),
        Act::Open(at) => open(sim, at),
        Act::Type => write(sim),
        Act::Say => {
            write(sim);
            sim.wait(Duration::from_millis(200));
            if sim.model.panes.focus == Focus::Composer {
                chord(sim);
            }
        }
        Act::Chord => {
            if sim.model.panes.focus == Focus::Composer {
                chord(sim);
            }
        }
        Act::Decide => {
            let target = sim.model.panes.on_screen.clone();
            let asks = target.is_some_and(|id| sim.model.outbox.pending(&id).any(|entry| entry.state.asks()));
            if asks && sim.model.panes.focus != Focus::Composer {
                sim.press("r");
            }
            if asks && sim.model.composer.current().is_some_and(|(_, draft)| draft.editor.is_empty()) {
                chord(sim);
            }
        }
        Act::Up => {
            // Inside a text, Up only moves.
            if sim.model.composer.current().is_some_and(|(_, draft)| draft.editor.is_empty()) {
                sim.press("<up>");
            }
        }
        Act::TakeBackOutside => {
            if sim.model.panes.focus == Focus::Composer {
                sim.press("<esc>");
            }
            sim.press("u");
        }
        Act::Discard => sim.press("<c-x>d"),
        Act::Undo => {
            if sim.model.composer.current().is_some_and(|(_, draft)| draft.editor.is_empty()) {
                sim.press("<c-_>");
            }
        }
        Act::Leave => sim.press("<esc>"),
        Act::ScrollUp => sim.press("<pgup>"),
        Act::ScrollDown => sim.press("<pgdn>"),
        Act::Visitor(at, lines) => {
            for line in 0..lines {
                let text = ["Are you there?", "It does not work", "ok"][usize::try_from(line).unwrap()];
                let later = now + Duration::from_millis(line);
                sim.platform.say(at, Origin::Visitor, text, later);
            }
        }
        Act::Bot(at) => {
            sim.platform.say(at, Origin::Bot, "I am only a bot", now);
        }
        Act::Colleague(at) => sim.platform.colleague(at, "A colleague's answer", now),
        Act::TakenOver(at) => sim.platform.take_over(at, Origin::OtherMarker, now),
        Act::Becomes(at, status) => sim.platform.held[at].conversation.status = status_of(status),
        Act::Owner(at, owner) => {
            sim.platform.held[at].conversation.assigned_to =
                [None, Some(user("u-me")), Some(user("u-other"))][usize::from(owner)].clone();
        }
        Act::Address(at, address) => {
            sim.platform.held[at].conversation.contact_email =
                [None, Some("june@example.com"), Some("june@example.org")][usize::from(address)].map(RawText::new);
        }
        Act::Turns(to) => sim.weather = weather::ALL[to],
        Act::Sleep(by) => {
            let by = Duration::from_secs(by);
            sim.falls_asleep();
            sim.platform.goes_on_alone(by);
            sim.oracle.asleep += by;
        }
        Act::Focus(focused) => sim.handle(takeover::app::Event::FocusChanged(focused)),
    }
}

/// The send chord; where sending would do more than sending, that is not agreed to: the text stays a draft.
fn chord(sim: &mut Sim) {
    sim.press("<c-s>");
    if matches!(sim.model.overlays.open, Some((Overlay::Question(Question::Send { .. }), _))) {
        sim.wait(Duration::from_millis(250));
        sim.press("<esc>");
    }
}

fn status_of(number: u8) -> Status {
    match number {
        0 => Status::Open,
        1 => Status::AgentRequested,
        2 => Status::Resolved,
        3 => Status::Closed,
        4 => Status::Archived,
        5 => Status::BotActive,
        _ => Status::Other(RawText::new("escalated")),
    }
}

/// Goes to a conversation as a person would: out of the composer, into the view of all, to its row.
fn open(sim: &mut Sim, at: usize) {
    if sim.model.panes.focus == Focus::Composer {
        sim.press("<esc>");
    }
    if sim.model.panes.on_screen.as_ref() == Some(&id(at)) {
        return;
    }
    sim.press("ga");
    let Some(row) = sim.model.inbox.order.iter().position(|held| *held == id(at)) else { return };
    if row > 0 {
        sim.press(&"j".repeat(row));
    }
    sim.press("<enter>");
}

fn write(sim: &mut Sim) {
    if sim.model.panes.focus != Focus::Composer {
        sim.press("r");
    }
    let Some(target) = sim.model.composer.open.clone() else { return };
    let word = sim.oracle.word(&target);
    sim.press(&word);
}

/// The faults end, the person looks at each conversation and decides some of what asks, and time passes.
fn end(sim: &mut Sim) {
    sim.note(|| "==== calm".to_owned());
    sim.weather = CALM;
    // What hangs is given up after half a minute.
    sim.wait(Duration::from_secs(32));
    for at in 0..sim.platform.held.len() {
        if sim.oracle.fault.is_some() {
            return;
        }
        open(sim, at);
        sim.wait(Duration::from_secs(8));
        let asks = sim.model.outbox.pending(&id(at)).next().is_some_and(|entry| entry.state.asks());
        if asks {
            let decides = sim.chance.below(3);
            sim.note(|| format!("==== decides {decides}"));
            if sim.model.panes.focus != Focus::Composer {
                sim.press("r");
            }
            let empty = sim.model.composer.current().is_some_and(|(_, draft)| draft.editor.is_empty());
            match decides {
                0 if empty => chord(sim),
                1 if empty => sim.press("<up>"),
                _ => {}
            }
            sim.wait(Duration::from_secs(6));
        }
    }
    for _ in 0..80 {
        if sim.oracle.fault.is_some() || (0..sim.platform.held.len()).all(|at| rests(sim, at)) {
            break;
        }
        sim.wait(Duration::from_secs(10));
    }
    sim.wait(Duration::from_secs(4));
}

/// Whether nothing moves in a queue: it is empty, or its head asks a person.
fn rests(sim: &Sim, at: usize) -> bool {
    sim.model.outbox.pending(&id(at)).next().is_none_or(|entry| entry.state.asks())
}

/// What holds when everything is over.
fn judge(sim: &mut Sim) {
    if sim.oracle.fault.is_some() {
        return;
    }
    if let Some(key) = &sim.platform.two_bodies {
        let fault = format!("{key} came with two bodies");
        sim.oracle.blame(|| fault);
    }
    let fault =
        unsettled(sim).or_else(|| twice(sim)).or_else(|| lost(sim)).or_else(|| order(sim)).or_else(|| journal(sim));
    if let Some(fault) = fault {
        sim.note(|| format!("FAULT {fault}"));
        sim.oracle.blame(|| fault);
    }
}

fn unsettled(sim: &Sim) -> Option<String> {
    let moves = (0..sim.platform.held.len()).find(|at| !rests(sim, *at))?;
    let moving = id(moves);
    let state = sim.model.outbox.pending(&moving).next().map(|entry| &entry.state);
    Some(format!("c{moves} never comes to rest: {state:?}"))
}

/// Which of what the server took holds each word.
fn places(sim: &Sim) -> Vec<Vec<&Accepted>> {
    let mut places = vec![Vec::new(); sim.oracle.words.len()];
    for accepted in &sim.platform.accepted {
        for word in oracle::words(&accepted.text) {
            places[word].push(accepted);
        }
    }
    places
}

/// No word is at the server more often than a person let it, or in another conversation than it was written for, and
/// nothing got there unordered, or after it was taken back.
fn twice(sim: &Sim) -> Option<String> {
    for (number, (word, there)) in sim.oracle.words.iter().zip(places(sim)).enumerate() {
        for accepted in &there {
            if sim.platform.held[accepted.conversation].conversation.id != word.conversation {
                return Some(format!("t{number} is in c{}, not in {}", accepted.conversation, word.conversation));
            }
        }
        if there.len() > word.allowed {
            return Some(format!("t{number} is at the server {} times, {} allowed", there.len(), word.allowed));
        }
    }
    let records = sim.journal.records();
    for accepted in &sim.platform.accepted {
        let record =
            records.iter().find(|record| record.written.key.as_ref().is_some_and(|key| accepted.key.starts_with(key)));
        let Some(record) = record else { return Some(format!("{} is no key of ours", accepted.key)) };
        if !sim.oracle.ordered(record.local) {
            return Some(format!("{:?} reached the server and was never ordered to", accepted.text));
        }
        let late =
            sim.oracle.sent.iter().any(|sent| {
                sent.is(record.local) && !sent.decided && sent.taken_back.is_some_and(|at| at < accepted.at)
            });
        if late {
            return Some(format!("{:?} reached the server after it was taken back", accepted.text));
        }
    }
    None
}

/// Every word is at the server and shown so, or in a reply that asks, or in a draft, or a person discarded it.
fn lost(sim: &Sim) -> Option<String> {
    let mut kept = vec![false; sim.oracle.words.len()];
    for (id, text) in oracle::drafts(&sim.model) {
        for word in oracle::words(&text) {
            kept[word] = true;
            if sim.oracle.words[word].conversation != id {
                return Some(format!("t{word} is in the draft of {id}"));
            }
        }
    }
    let undone = sim.model.outbox.entries.iter().filter(|entry| !entry.state.is_final());
    let discarded = sim.model.composer.discarded.iter().flat_map(|(_, text)| oracle::words(text));
    for word in undone.flat_map(|entry| oracle::words(entry.text.as_raw())).chain(discarded) {
        kept[word] = true;
    }
    let (mut shown, mut decided) = (HashSet::new(), vec![false; sim.oracle.words.len()]);
    for sent in &sim.oracle.sent {
        shown.extend(&sent.delivered);
        for word in &sent.words {
            decided[*word] |= sent.decided;
        }
    }
    for (number, there) in places(sim).iter().enumerate() {
        if there.is_empty() && !kept[number] && !sim.oracle.words[number].discarded {
            return Some(format!("t{number} is nowhere"));
        }
        if let Some(silent) = there.iter().find(|accepted| !shown.contains(&accepted.message) && !decided[number]) {
            return Some(format!("t{number} is at the server as {} and not shown as delivered", silent.message));
        }
    }
    let taken: HashSet<&MessageId> = sim.platform.accepted.iter().map(|accepted| &accepted.message).collect();
    let wrong = sim.oracle.sent.iter().find(|sent| sent.delivered.as_ref().is_some_and(|id| !taken.contains(id)));
    wrong.map(|sent| format!("{:?} is shown as delivered and is not there", sent.text))
}

/// What stands at the server stands in the order of the send chords.
fn order(sim: &Sim) -> Option<String> {
    for at in 0..sim.platform.held.len() {
        let mut last = 0;
        for accepted in sim.platform.accepted.iter().filter(|accepted| accepted.conversation == at) {
            let by = |sent: &Sent| sent.delivered.as_ref() == Some(&accepted.message) && !sent.decided;
            let Some(sent) = sim.oracle.sent.iter().position(by) else { continue };
            if sent < last {
                return Some(format!("{:?} stands behind a later reply", accepted.text));
            }
            last = sent;
        }
    }
    None
}

/// The journal and the core tell the same: nothing stays open in the journal that no person is shown.
fn journal(sim: &Sim) -> Option<String> {
    for record in sim.journal.records() {
        let shown = sim.model.outbox.entries.iter().any(|entry| entry.local == Some(record.local));
        let open = matches!(record.outcome, Outcome::Waiting | Outcome::Claimed | Outcome::Unknown);
        if open && !shown {
            return Some(format!("the journal still holds {:?} as {:?}", record.local, record.outcome));
        }
        if shown && record.outcome == Outcome::TakenBack {
            return Some(format!("the journal holds {:?} as taken back, and it is shown", record.local));
        }
    }
    let held = |entry: &&takeover::app::outbox::Entry| matches!(entry.state, State::Unjournaled { .. });
    let unwritten = sim.model.outbox.entries.iter().filter(held).any(|entry| entry.local.is_some());
    unwritten.then(|| "an unjournaled reply has an identity".to_owned())
}

/// Makes a failing history smaller while it still fails in the same way.
pub(crate) fn shrink(seed: u64, acts: &[Act], plant: Option<Plant>, fault: &str) -> Vec<Act> {
    let kind = kind_of(fault);
    let mut held = acts.to_vec();
    let mut chunk = held.len().div_ceil(2);
    let mut tries = 0;
    while chunk > 0 && tries < 2_000 {
        let mut from = 0;
        let mut smaller = false;
        while from < held.len() {
            let to = (from + chunk).min(held.len());
            let without: Vec<Act> = held[..from].iter().chain(&held[to..]).copied().collect();
            tries += 1;
            let fails = run(seed, &without, plant, false).fault.is_some_and(|found| kind_of(&found) == kind);
            if fails {
                held = without;
                smaller = true;
            } else {
                from = to;
            }
        }
        if !smaller {
            chunk /= 2;
        }
    }
    held
}

/// A fault without its numbers.
pub(crate) fn kind_of(fault: &str) -> String {
    let fault = fault.split([':', '(']).next().unwrap_or_default();
    fault.chars().filter(|char| !char.is_ascii_digit()).collect()
}
