//! Large repeatable data: the same seed gives the same conversations, with times counted back from now.
//!
//! Owns the making of records from numbers. Never touches the indexes.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::records::{Author, Content, Conversation, Message, Part, Planted, Priority, Status};
use crate::random::Random;

/// What to make.
#[derive(Clone, Debug, Default)]
pub struct Fill {
    /// How many conversations.
    pub conversations: usize,
    /// How many messages in each.
    pub messages: usize,
    /// The same seed makes the same data.
    pub seed: u64,
    /// Only these statuses; empty: a mix as an organisation has it, most of them ended.
    pub statuses: Vec<Status>,
    /// The owner of all; `None`: some of the live ones belong to members in turn.
    pub assigned_to: Option<Arc<str>>,
    /// No owner at all.
    pub unassigned: bool,
    /// The last message is at least and at most this many seconds old; `None`: by status.
    pub ages: Option<(u64, u64)>,
}

/// A thread that is made when it is read.
#[derive(Clone, Debug)]
pub(super) struct Made {
    seed: u64,
    count: usize,
    first: DateTime<Utc>,
    step: TimeDelta,
    /// From this message on people answer, not the bot.
    people_from: usize,
    person: Arc<str>,
}

impl Made {
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) fn time(&self, at: usize) -> DateTime<Utc> {
        let steps = i32::try_from(at).unwrap_or(i32::MAX);
        self.step.checked_mul(steps).and_then(|by| self.first.checked_add_signed(by)).unwrap_or(self.first)
    }

    pub(super) fn message(&self, at: usize) -> Message {
        let random = Random::seeded(spread(self.seed, at as u64 + 1));
        let visitor = at.is_multiple_of(2);
        let (author, text) = if self.people_from > 0 && at == self.people_from {
            (Author::System, JOINED.to_owned())
        } else if visitor {
            (Author::Visitor, sentences(&random, VISITOR))
        } else if self.people_from > 0 && at > self.people_from {
            let author = if at % 4 == 1 { Author::Api } else { Author::Dashboard(self.person.clone()) };
            (author, sentences(&random, PERSON))
        } else {
            (Author::Bot, sentences(&random, BOT))
        };
        let id: Arc<str> = random.uuid().into();
        let part = Part { id: random.uuid().into(), content: Content::Text(text) };
        Message { id, author, parts: vec![part], created_at: self.time(at), planted: Planted::default() }
    }
}

pub(super) const JOINED: &str = "A team member has joined the conversation.";

/// A well-mixed number for the `n`th thing of a seed.
fn spread(seed: u64, n: u64) -> u64 {
    Random::seeded(seed ^ n.wrapping_mul(0xD6E8_FEB8_6659_FD93)).next_u64()
}

/// A number below `most` (0 when `most` is 0).
pub(in crate::sandbox) fn below(random: &Random, most: usize) -> usize {
    if most == 0 { 0 } else { usize::try_from(random.next_u64() % most as u64).unwrap_or(0) }
}

fn pick<'a>(random: &Random, from: &[&'a str]) -> &'a str {
    from.get(below(random, from.len())).copied().unwrap_or_default()
}

fn sentences(random: &Random, from: &[&str]) -> String {
    let many = 1 + below(random, 3);
    let all: Vec<&str> = (0..many).map(|_| pick(random, from)).collect();
    all.join(" ")
}

/// The `n`th conversation of a fill and its thread.
pub(super) fn conversation(
    fill: &Fill,
    n: usize,
    members: &[Arc<str>],
    chatbots: &[Arc<str>],
    now: DateTime<Utc>,
) -> (Conversation, Option<Made>) {
    let random = Random::seeded(spread(fill.seed, n as u64));
    let id: Arc<str> = random.uuid().into();
    let status = match fill.statuses.get(n % fill.statuses.len().max(1)) {
        Some(status) => status.clone(),
        None => mixed_status(&random),
    };
    let (from, to) = fill.ages.unwrap_or(match status {
        Status::AgentRequested => (30, 5_400),
        Status::Open => (20, 86_400),
        Status::BotActive => (5, 7_200),
        Status::Resolved | Status::Closed => (3_600, 200 * 86_400),
        Status::Archived | Status::Other(_) => (30 * 86_400, 400 * 86_400),
    });
    let span = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
    let age = from.saturating_add(below(&random, span) as u64);
    let last = back(now, age).checked_sub_signed(TimeDelta::milliseconds(below(&random, 1_000) as i64)).unwrap_or(now);
    let step = TimeDelta::milliseconds(4_000 + below(&random, 86_000) as i64);
    let steps = i32::try_from(fill.messages.saturating_sub(1)).unwrap_or(i32::MAX);
    let first = step.checked_mul(steps).and_then(|by| last.checked_sub_signed(by)).unwrap_or(last);
    let created = first.checked_sub_signed(TimeDelta::milliseconds(1_500)).unwrap_or(first);
    let person = members.get(below(&random, members.len())).cloned();
    let made = (fill.messages > 0).then(|| Made {
        seed: random.next_u64(),
        count: fill.messages,
        first,
        step,
        people_from: match status {
            Status::BotActive | Status::AgentRequested => 0,
            Status::Open | Status::Resolved | Status::Closed | Status::Archived | Status::Other(_) => {
                (fill.messages / 3) | 1
            }
        },
        person: person.clone().unwrap_or_else(|| id.clone()),
    });

    let mut it = Conversation::new(id, created);
    let given = pick(&random, GIVEN);
    let family = pick(&random, FAMILY);
    it.chatbot_id = chatbots.get(below(&random, chatbots.len())).cloned();
    it.priority = match below(&random, 10) {
        0 => Priority::High,
        1 | 2 => Priority::Low,
        _ => Priority::Medium,
    };
    it.title = (below(&random, 5) > 0).then(|| format!("{} {}", pick(&random, SUBJECT), 1_000 + below(&random, 9_000)));
    it.contact_name = (below(&random, 8) > 0).then(|| format!("{given} {family}"));
    it.contact_email = (below(&random, 3) > 0).then(|| format!("visitor{n}@example.com"));
    it.contact_phone = (below(&random, 6) == 0).then(|| format!("+1 555 01{:02}", below(&random, 100)));
    it.assigned_to = match (&fill.assigned_to, fill.unassigned, &status) {
        (Some(owner), _, _) => Some(owner.clone()),
        (None, true, _) | (None, false, Status::BotActive | Status::AgentRequested) => None,
        (None, false, _) => person.filter(|_| below(&random, 4) > 0),
    };
    match status {
        Status::Resolved | Status::Archived => it.resolved_at = Some(last),
        Status::Closed => it.closed_at = Some(last),
        Status::BotActive | Status::AgentRequested | Status::Open | Status::Other(_) => {}
    }
    if it.resolved_at.is_some() {
        it.summary = Some(format!("The visitor asked about: {}.", pick(&random, SUBJECT).to_lowercase()));
        it.sentiment_score = Some(below(&random, 101) as i64);
    }
    let origin: Option<Arc<str>> = Some(random.uuid().into());
    match below(&random, 4) {
        0 => it.qr_code_id = origin,
        1 => it.product_id = origin,
        2 => it.object_id = origin,
        _ => {}
    }
    it.status = status;
    if let Some(made) = &made {
        let said = (0..made.count).rev().map(|at| made.message(at)).find(|message| message.author != Author::System);
        it.last_message_preview = said.as_ref().map(Message::preview);
        it.last_message_at = said.map(|message| message.created_at);
    }
    (it, made)
}

fn mixed_status(random: &Random) -> Status {
    match below(random, 1_000) {
        0..5 => Status::AgentRequested,
        5..25 => Status::Open,
        25..60 => Status::BotActive,
        60..700 => Status::Resolved,
        700..900 => Status::Closed,
        _ => Status::Archived,
    }
}

pub(in crate::sandbox) fn back(now: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
    let by = TimeDelta::try_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    by.and_then(|by| now.checked_sub_signed(by)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

const GIVEN: &[&str] = &[
    "Ada",
    "Bram",
    "Chiamaka",
    "Dmitri",
    "Elif",
    "Freja",
    "Goran",
    "Hana",
    "Ines",
    "Jonas",
    "Kavya",
    "Lütfi",
    "Marit",
    "Nils",
    "Oyelaran",
    "Pilar",
    "Quinn",
    "Rūta",
    "Søren",
    "Thảo",
    "Ugo",
    "Vera",
    "Wanjiru",
    "Xiomara",
    "Yuki",
    "Zoë",
    "小林",
    "민준",
    "Łucja",
    "Александра",
];
const FAMILY: &[&str] = &[
    "Aalto",
    "Brandt",
    "Castellanos",
    "Dvořák",
    "Eze",
    "Fontaine",
    "Grönholm",
    "Haddad",
    "Iyer",
    "Jansen",
    "Kowalska",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrović",
    "Quiroga",
    "Rasmussen",
    "Silva",
    "Tanaka",
    "Ünal",
    "Vega",
];
const SUBJECT: &[&str] = &[
    "Refund for order",
    "Where is order",
    "Invoice",
    "Login loop on account",
    "Wrong size in order",
    "Damaged parcel",
    "Change of address for order",
    "Gift card",
    "Subscription",
    "Missing part in order",
    "Return label for order",
];
const VISITOR: &[&str] = &[
    "Hi, my parcel was due on Monday and it still isn't here.",
    "The tracking page has said the same thing for three days.",
    "I was charged twice for the same order.",
    "Can you send the invoice again, with our VAT number on it?",
    "I can't log in, the code never arrives.",
    "The lamp came with a crack in the shade.",
    "Could I swap it for the larger one?",
    "ok",
    "Thank you, that helps.",
    "No, the other address. The old one is from before we moved.",
    "How long does a refund take to show up?",
    "It worked, thanks!",
];
const BOT: &[&str] = &[
    "I can look that up. What is the order number?",
    "Thanks. The parcel left our warehouse and is with the carrier.",
    "Refunds go back to the card that was charged, within five working days.",
    "You can print a return label from your account, under Orders.",
    "Would you like me to bring in a person?",
];
const PERSON: &[&str] = &[
    "Hello, I've picked this up and am reading back through it.",
    "I've asked the warehouse to check; I'll write again this afternoon.",
    "The second charge is reversed. It can take three days to show.",
    "Your invoice is on its way to you by mail.",
    "Sorry about that. A new one leaves tomorrow morning.",
    "Is there anything else I can do?",
];
