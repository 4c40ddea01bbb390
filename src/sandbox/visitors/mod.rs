//! Scripted visitors, a bot and colleagues that behave like people: they wait, write short lines, answer what is said
//! to them, ask for a person, go away and come back weeks later.
//!
//! Owns who says what next and when. Pure: told the moment, it lets everything happen that is due by then, each thing
//! at its own time; so the same seed and the same replies give the same conversations. Never answers HTTP.

mod opening;
mod script;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use self::script::{Line, Person, Script, ToolLine, one};
use super::world::{Contact, NewConversation, Priority, Status, Tool, World, below};
use crate::random::Random;

/// Above so many waiting visitors colleagues help out.
const MANY_WAIT: usize = 7;
/// After so long without a look newcomers are no longer made up for the time in between.
const LONG_AWAY: TimeDelta = TimeDelta::hours(2);

/// What is going to happen.
#[derive(Clone, Debug)]
enum Turn {
    /// Lines as written, until a person writes.
    Play { mood: u32, lines: VecDeque<Line> },
    /// The visitor's lines, one after the other.
    Say { mood: u32, lines: VecDeque<String> },
    /// Weeks later the visitor has something to say again.
    Return { mood: u32, lines: VecDeque<String> },
    /// A colleague writes.
    Colleague { mood: u32 },
    /// A colleague resolves.
    Resolve { mood: u32 },
    /// Somebody new arrives; counted from 0.
    Arrive(usize),
}

/// A visitor's state of mind.
#[derive(Clone, Debug)]
struct Mind {
    /// Moves on when a person writes; what was planned before no longer happens.
    mood: u32,
    /// Answers left before thanks are said.
    turns: u8,
    answers: VecDeque<Vec<String>>,
    order: String,
    email: String,
}

/// Everyone, and what they are about to do.
#[derive(Debug)]
pub(super) struct Visitors {
    script: Script,
    random: Random,
    members: HashMap<String, Arc<str>>,
    chatbots: HashMap<String, Arc<str>>,
    me: Arc<str>,
    minds: HashMap<Arc<str>, Mind>,
    due: BTreeMap<(DateTime<Utc>, u64), (Arc<str>, Turn)>,
    count: u64,
}

fn later(at: DateTime<Utc>, millis: i64) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::milliseconds(millis)).unwrap_or(at)
}

impl Visitors {
    /// Fills the world with the script's opening and plans what comes next.
    ///
    /// # Errors
    ///
    /// The script can't be read.
    pub(super) fn open(world: &mut World, seed: u64, now: DateTime<Utc>) -> Result<Self, serde_json::Error> {
        let script = Script::read()?;
        let mut visitors = Self {
            random: Random::seeded(seed),
            members: HashMap::new(),
            chatbots: HashMap::new(),
            me: "".into(),
            minds: HashMap::new(),
            due: BTreeMap::new(),
            count: 0,
            script,
        };
        visitors.set_the_scene(world, seed, now);
        // What was before the start is news to nobody.
        world.take_events();
        Ok(visitors)
    }

    /// The user id of the person at the keyboard.
    pub(super) fn me(&self) -> &str {
        &self.me
    }

    /// When the next thing happens.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Lets everything happen that is due.
    pub(super) fn catch_up(&mut self, world: &mut World, now: DateTime<Utc>) {
        while let Some(entry) = self.due.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            let (id, turn) = entry.remove();
            if let Turn::Arrive(n) = turn
                && now.signed_duration_since(at) > LONG_AWAY
            {
                // Nobody looked for hours: those who would have come went elsewhere.
                self.plan(now, &id, Turn::Arrive(n));
                continue;
            }
            self.perform(world, &id, turn, at);
        }
    }

    /// A person wrote to a visitor, who answers within seconds; after some turns with thanks, and then goes away.
    pub(super) fn answered(&mut self, world: &World, id: &str, text: &str, at: DateTime<Utc>) {
        let Some(id) = world.conversation(id).map(|it| it.id.clone()) else { return };
        self.listen(world, &id, text, at);
    }

    /// A person ended the conversation: what was about to be said is not said; weeks later something else may be.
    pub(super) fn left(&mut self, id: &str, at: DateTime<Utc>) {
        let Some((id, mind)) = self.minds.get_key_value(id).map(|(id, mind)| (id.clone(), mind.clone())) else {
            return;
        };
        // Who has gone already has plans to come back.
        if mind.turns > 0 {
            let mood = mind.mood + 1;
            self.minds.insert(id.clone(), Mind { mood, turns: 0, ..mind });
            self.come_back(&id, mood, at);
        }
    }

    fn between(&self, least: u64, most: u64) -> i64 {
        let span = usize::try_from(most.saturating_sub(least)).unwrap_or(usize::MAX);
        i64::try_from(least).unwrap_or(0) + below(&self.random, span.max(1)) as i64
    }

    fn plan(&mut self, at: DateTime<Utc>, id: &Arc<str>, turn: Turn) {
        self.count += 1;
        self.due.insert((at, self.count), (id.clone(), turn));
    }

    fn is_current(&self, id: &str, mood: u32) -> bool {
        self.minds.get(id).is_some_and(|mind| mind.mood == mood)
    }

    fn perform(&mut self, world: &mut World, id: &Arc<str>, turn: Turn, at: DateTime<Utc>) {
        match turn {
            Turn::Arrive(n) => self.arrive(world, n, at),
            Turn::Play { mood, lines } if self.is_current(id, mood) => self.play(world, id, mood, lines, at),
            Turn::Say { mood, lines } if self.is_current(id, mood) => self.say(world, id, mood, lines, at),
            Turn::Return { mood, lines } if self.is_current(id, mood) => {
                if let Some(mind) = self.minds.get_mut(id) {
                    mind.turns = 3;
                }
                self.say(world, id, mood, lines, at);
            }
            Turn::Colleague { mood } if self.is_current(id, mood) => self.colleague(world, id, at),
            Turn::Resolve { mood } if self.is_current(id, mood) => {
                // The conversation is there: minds exist for conversations alone.
                let _ = world.change_status(id, Status::Resolved, at);
            }
            Turn::Play { .. }
            | Turn::Say { .. }
            | Turn::Return { .. }
            | Turn::Colleague { .. }
            | Turn::Resolve { .. } => {}
        }
    }

    fn play(&mut self, world: &mut World, id: &Arc<str>, mood: u32, mut lines: VecDeque<Line>, at: DateTime<Utc>) {
        let Some(line) = lines.pop_front() else { return };
        let status = world.conversation(id).map(|it| it.status.clone());
        let bots = status == Some(Status::BotActive);
        // A refused write (an ended conversation, by a switch) is simply not said.
        match line.who.as_str() {
            "visitor" => {
                let _ = world.visitor_says(id, &line.text, at);
            }
            "bot" if bots => {
                let _ = world.bot_says(id, &line.text, line.tool.map(tool), at);
            }
            "handoff" if bots => {
                let _ = world.escalate(id, at);
            }
            _ => {}
        }
        if let Some(next) = lines.front() {
            let wait = self.between(next.after.saturating_mul(800), next.after.saturating_mul(1_200).max(1));
            self.plan(later(at, wait), id, Turn::Play { mood, lines });
        } else if world.conversation(id).is_some_and(|it| it.status == Status::BotActive) {
            // Nothing more comes; somebody tidies up.
            let wait = self.between(300_000, 900_000);
            self.plan(later(at, wait), id, Turn::Resolve { mood });
        }
    }

    fn say(&mut self, world: &mut World, id: &Arc<str>, mood: u32, mut lines: VecDeque<String>, at: DateTime<Utc>) {
        let Some(line) = lines.pop_front() else { return };
        if world.visitor_says(id, &line, at).is_err() {
            return;
        }
        if !lines.is_empty() {
            let wait = self.between(1_200, 3_500);
            return self.plan(later(at, wait), id, Turn::Say { mood, lines });
        }
        let owner = world.conversation(id).and_then(|it| it.assigned_to.clone());
        let finished = self.minds.get(id).is_some_and(|mind| mind.turns == 0);
        let colleagues = owner.is_some_and(|owner| owner != self.me);
        match (colleagues, finished) {
            (true, true) => {
                let wait = self.between(10_000, 40_000);
                self.plan(later(at, wait), id, Turn::Resolve { mood });
            }
            (true, false) => {
                let wait = self.between(15_000, 70_000);
                self.plan(later(at, wait), id, Turn::Colleague { mood });
            }
            (false, _) => {}
        }
    }

    fn colleague(&mut self, world: &mut World, id: &Arc<str>, at: DateTime<Utc>) {
        let Some(it) = world.conversation(id) else { return };
        if it.status.is_ended() {
            return;
        }
        let user = it.assigned_to.clone().unwrap_or_else(|| self.someone_else());
        let text = one(&self.script.talk.colleague, &self.random).cloned().unwrap_or_default();
        if world.colleague_replies(id, &user, &text, at).is_ok() {
            self.listen(world, id, &text, at);
        }
    }

    /// A member who is not at the keyboard.
    fn someone_else(&self) -> Arc<str> {
        let mut others: Vec<&Arc<str>> = self.members.values().filter(|user| **user != self.me).collect();
        others.sort_unstable();
        one(&others, &self.random).map_or_else(|| self.me.clone(), |user| (*user).clone())
    }

    fn listen(&mut self, world: &World, id: &Arc<str>, text: &str, at: DateTime<Utc>) {
        let mind = self.minds.entry(id.clone()).or_insert_with(|| Mind {
            mood: 0,
            turns: 3,
            answers: VecDeque::new(),
            order: "5000".to_owned(),
            email: world
                .conversation(id)
                .and_then(|it| it.contact_email.clone())
                .unwrap_or_else(|| "hm, I have none".to_owned()),
        });
        if mind.turns == 0 {
            // Gone, for some weeks.
            return;
        }
        mind.mood += 1;
        let mood = mind.mood;
        mind.turns -= 1;
        let last = mind.turns == 0;
        let talk = &self.script.talk;
        let written = mind.answers.pop_front();
        let lines = match written {
            Some(lines) => lines,
            None if last => one(&talk.thanks, &self.random).cloned().unwrap_or_default(),
            None => talk.answer(text, &self.random),
        };
        let fill = |line: String| line.replace("{order}", &mind.order).replace("{email}", &mind.email);
        let lines = lines.into_iter().map(fill).collect();
        let wait = self.between(2_000, 6_000);
        self.plan(later(at, wait), id, Turn::Say { mood, lines });
        if last {
            self.come_back(id, mood, at);
        }
    }

    /// Weeks later.
    fn come_back(&mut self, id: &Arc<str>, mood: u32, at: DateTime<Utc>) {
        let Some(mind) = self.minds.get(id) else { return };
        let lines = one(&self.script.talk.returns, &self.random).cloned().unwrap_or_default();
        let lines = lines.into_iter().map(|line| line.replace("{order}", &mind.order)).collect();
        let days = 14 + below(&self.random, 15) as i64;
        self.plan(later(at, days * 86_400_000), id, Turn::Return { mood, lines });
    }

    fn arrive(&mut self, world: &mut World, n: usize, at: DateTime<Utc>) {
        let (least, most) = self.script.arrive_every;
        let next = later(at, self.between(least.saturating_mul(1_000), most.saturating_mul(1_000)));
        self.plan(next, &"".into(), Turn::Arrive(n + 1));
        let arrivals = self.script.arrivals.len().max(1);
        let Some(mut person) = self.script.arrivals.get(n % arrivals).cloned() else { return };
        if n >= arrivals {
            // In later rounds the same questions come from others.
            person.name = self.script.names.get((n / arrivals * 7 + n) % self.script.names.len().max(1)).cloned();
            person.email = person.email.map(|_| format!("visitor-{n}@example.com"));
        }
        let id = self.enter(world, &person, at);
        self.remember(&id, &person);
        self.plan(at, &id, Turn::Play { mood: 0, lines: person.live.into() });
        if world.count(&Status::AgentRequested) > MANY_WAIT {
            self.relieve(world, at);
        }
    }

    /// A colleague takes whoever began to wait last, so that those on top stay the agent's to take.
    fn relieve(&mut self, world: &World, at: DateTime<Utc>) {
        let Some(id) = world.newest(&Status::AgentRequested) else { return };
        let Some(mood) = self.minds.get(&id).map(|mind| mind.mood) else { return };
        let wait = self.between(3_000, 9_000);
        self.plan(later(at, wait), &id, Turn::Colleague { mood });
    }

    /// A visitor opens a conversation; nothing has been said in it.
    fn enter(&self, world: &mut World, person: &Person, at: DateTime<Utc>) -> Arc<str> {
        let new = NewConversation {
            priority: person.priority.as_deref().and_then(Priority::parse).unwrap_or_default(),
            title: person.title.clone(),
            contact: Contact { name: person.name.clone(), email: person.email.clone(), phone: person.phone.clone() },
            chatbot_id: self.chatbots.get(&person.bot).cloned(),
            ..NewConversation::default()
        };
        let id = world.open_conversation(new, at);
        let origin: Option<Arc<str>> = Some(self.random.uuid().into());
        // The conversation was made a line ago.
        let _ = world.change(&id, at, |it| match person.origin.as_deref() {
            Some("qr") => it.qr_code_id = origin,
            Some("product") => it.product_id = origin,
            Some("object") => it.object_id = origin,
            Some(_) | None => {}
        });
        id
    }

    fn remember(&mut self, id: &Arc<str>, person: &Person) {
        let turns = 2 + u8::try_from(person.answers.len()).unwrap_or(0).max(1);
        let mind = Mind {
            mood: 0,
            turns,
            answers: person.answers.clone().into(),
            order: person.order.clone().unwrap_or_else(|| "5000".to_owned()),
            email: person.email.clone().unwrap_or_else(|| "I'd rather not give one".to_owned()),
        };
        self.minds.insert(id.clone(), mind);
    }
}

fn tool(line: ToolLine) -> Tool {
    Tool { name: line.name, input: line.input, output: line.output, error: line.error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::switches::Switches;
    use crate::sandbox::world::Author;

    fn moment() -> DateTime<Utc> {
        "2026-05-22T14:00:00Z".parse().unwrap()
    }

    fn demo() -> (World, Visitors) {
        let mut world = World::new(Switches::default(), Random::seeded(3));
        let visitors = Visitors::open(&mut world, 1, moment()).unwrap();
        (world, visitors)
    }

    fn named(world: &World, name: &str) -> Arc<str> {
        let rows = world.records().iter().map(|record| &record.conversation);
        rows.filter(|it| it.contact_name.as_deref() == Some(name)).map(|it| it.id.clone()).next().unwrap()
    }

    fn thread(world: &World, id: &str) -> Vec<(Author, String, DateTime<Utc>)> {
        let record = world.record(world.slot(id).unwrap()).unwrap();
        record.messages().map(|message| (message.author.clone(), message.text(), message.created_at)).collect()
    }

    fn everything(world: &World) -> Vec<Option<String>> {
        (0..world.len()).map(|slot| world.conversation_json(slot)).collect()
    }

    #[test]
    fn the_inbox_is_busy_at_once_and_nothing_in_it_is_in_the_future() {
        let (world, visitors) = demo();
        assert_eq!(world.count(&Status::AgentRequested), 4);
        assert_eq!(world.count(&Status::Open), 8);
        assert_eq!(world.count(&Status::BotActive), 5);
        assert!(world.count(&Status::Resolved) + world.count(&Status::Closed) > 20);
        let mine = world.records().iter().filter(|it| {
            it.conversation.status == Status::Open && it.conversation.assigned_to.as_deref() == Some(visitors.me())
        });
        assert_eq!(mine.count(), 3);
        for record in world.records() {
            let mut before = record.conversation.created_at;
            for message in record.messages() {
                assert!(message.created_at >= before && message.created_at <= moment());
                before = message.created_at;
            }
        }
    }

    #[test]
    fn the_palette_has_names_and_colours_and_some_conversations_have_tags_and_notes() {
        let (world, _) = demo();
        assert_eq!(world.tags().len(), 8);
        assert!(world.tags().iter().any(|tag| tag.color.is_none()));
        let slot = |name: &str| world.slot(&named(&world, name)).unwrap();
        assert_eq!(world.tags_of(slot("June Park")).len(), 2);
        let notes = world.notes(slot("June Park"));
        assert!(notes.iter().all(|note| note.created_at <= moment() && note.author_id.is_some()));
        assert_eq!(notes.len(), 1);
        for status in Status::KNOWN {
            let mut of = (0..world.len()).filter(|slot| world.record(*slot).unwrap().conversation.status == status);
            assert!(status == Status::BotActive || of.any(|slot| !world.tags_of(slot).is_empty()), "{status:?}");
        }
    }

    #[test]
    fn what_a_visitor_was_about_to_say_is_not_said_once_a_person_ended_the_conversation() {
        let (mut world, mut visitors) = demo();
        let id = named(&world, "June Park");
        world.reply(&id, "A refund it is.", &[], moment()).unwrap();
        visitors.answered(&world, &id, "A refund it is.", moment());
        world.change_status(&id, Status::Resolved, moment()).unwrap();
        visitors.left(&id, moment());
        visitors.catch_up(&mut world, later(moment(), 600_000));
        assert_eq!(world.conversation(&id).unwrap().status, Status::Resolved);
        visitors.catch_up(&mut world, later(moment(), 40 * 86_400_000));
        assert_eq!(world.conversation(&id).unwrap().status, Status::Open);
    }

    #[test]
    fn those_who_wait_have_waited_for_different_times() {
        let (world, _) = demo();
        let waiting = world.records().iter().filter(|it| it.conversation.status == Status::AgentRequested);
        let mut waits: Vec<i64> = waiting
            .map(|it| {
                let handed = it.messages().find(|message| message.text() == "The visitor asked for a person.").unwrap();
                moment().signed_duration_since(handed.created_at).num_seconds()
            })
            .collect();
        waits.sort_unstable();
        assert!(waits.windows(2).all(|pair| pair[1] - pair[0] > 30), "{waits:?}");
    }

    #[test]
    fn a_visitor_answers_within_seconds_thanks_in_the_end_goes_away_and_comes_back_weeks_later() {
        let (mut world, mut visitors) = demo();
        let id = named(&world, "June Park");
        let mut now = moment();
        let mut answers = 0;
        for turn in 0..12 {
            now = later(now, 1_000);
            visitors.catch_up(&mut world, now);
            let text = format!("Would you like a refund? ({turn})");
            world.reply(&id, &text, &[], now).unwrap();
            visitors.answered(&world, &id, &text, now);
            let before = thread(&world, &id).len();
            now = later(now, 20_000);
            visitors.catch_up(&mut world, now);
            let after = thread(&world, &id);
            let Some((author, _, at)) = after.get(before) else { break };
            assert_eq!(*author, Author::Visitor);
            let wait = at.signed_duration_since(later(now, -20_000)).num_milliseconds();
            assert!((2_000..=6_000).contains(&wait), "{wait}");
            answers += 1;
        }
        assert!((3..=8).contains(&answers), "{answers} answers, then gone");
        let (_, last, _) = thread(&world, &id).into_iter().rfind(|(author, ..)| *author == Author::Visitor).unwrap();
        let talk = &visitors.script.talk;
        assert!(talk.thanks.iter().any(|lines| lines.last() == Some(&last)), "{last}");
        let before = thread(&world, &id).len();
        world.change_status(&id, Status::Resolved, now).unwrap();
        visitors.catch_up(&mut world, later(now, 40 * 86_400_000));
        assert!(thread(&world, &id).len() > before + 1);
        assert_eq!(world.conversation(&id).unwrap().status, Status::Open);
    }

    #[test]
    fn life_goes_on_by_itself_lines_come_every_few_seconds_and_the_queue_stays_bounded() {
        let (mut world, mut visitors) = demo();
        let count = |world: &World| world.records().iter().map(|record| record.len()).sum::<usize>();
        let start = count(&world);
        visitors.catch_up(&mut world, later(moment(), 120_000));
        assert!(count(&world) - start > 15, "{} lines in two minutes", count(&world) - start);
        for minute in 3..240 {
            visitors.catch_up(&mut world, later(moment(), minute * 60_000));
            assert!(world.count(&Status::AgentRequested) <= MANY_WAIT + 4);
            assert!(world.count(&Status::Open) < 40);
            assert!(world.count(&Status::BotActive) < 60);
        }
    }

    #[test]
    fn a_visitor_whose_conversation_ended_weeks_ago_comes_back_while_one_watches() {
        let (mut world, mut visitors) = demo();
        let id = named(&world, "Tariq Haddad");
        assert_eq!(world.conversation(&id).unwrap().status, Status::Resolved);
        visitors.catch_up(&mut world, later(moment(), 180_000));
        assert_eq!(world.conversation(&id).unwrap().status, Status::Open);
    }

    #[test]
    fn the_same_seed_and_the_same_steps_give_the_same_day_however_often_one_looks() {
        let (mut first, mut one_way) = demo();
        let (mut second, mut other_way) = demo();
        one_way.catch_up(&mut first, later(moment(), 900_000));
        for step in 1..=900 {
            other_way.catch_up(&mut second, later(moment(), step * 1_000));
        }
        assert_eq!(everything(&first), everything(&second));
    }

    #[test]
    fn lines_planned_before_a_person_wrote_are_not_said_after() {
        let (mut world, mut visitors) = demo();
        let id = named(&world, "June Park");
        world.reply(&id, "hello", &[], moment()).unwrap();
        visitors.answered(&world, &id, "hello", moment());
        visitors.catch_up(&mut world, later(moment(), 300_000));
        assert!(thread(&world, &id).iter().all(|(_, text, _)| text != "still here :)"));
    }
}
