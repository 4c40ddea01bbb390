//! What one key costs inside the program: `j` through update, settle and view, at 1,000, 10,000 and 100,000 rows.

#![expect(missing_docs, clippy::unwrap_used, reason = "criterion's macros, and a bench may end at what it cannot make")]

use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use takeover::app::{Effect, Event, Fetch, Found, Key, Model, Moment, Settings, Size, Stamped, settle, update};
use takeover::domain::{Conversation, ConversationId, Cursor, Page, Priority, Status, Time};
use takeover::text::RawText;
use takeover::ui::{Theme, view};

const SIZE: Size = Size { columns: 120, rows: 40 };

fn conversation(number: usize) -> Conversation {
    let at: DateTime<Utc> = Utc.with_ymd_and_hms(2026, 5, 22, 14, 0, 0).unwrap();
    let at = Time::certain(at - chrono::Duration::seconds(i64::try_from(number).unwrap()));
    Conversation {
        id: ConversationId::parse(&format!("{number:08}-0000-4000-8000-000000000000")).unwrap(),
        chatbot_id: None,
        status: Status::Open,
        priority: if number.is_multiple_of(7) { Priority::High } else { Priority::Medium },
        title: Some(RawText::new(format!("Refund request, order {number}"))),
        summary: None,
        sentiment_score: None,
        contact_email: Some(RawText::new(format!("visitor{number}@example.com"))),
        contact_name: Some(RawText::new(format!("Zoë Visitor {number}"))),
        contact_phone: None,
        assigned_to: None,
        last_message_preview: Some(RawText::new("I'd like to send it back, please. 漢字 and more of it")),
        last_message_at: Some(at),
        resolved_at: None,
        closed_at: None,
        created_at: at,
        origin: None,
        unreadable: None,
    }
}

struct Program {
    model: Model,
    step: u64,
    terminal: Terminal<TestBackend>,
}

impl Program {
    /// A program that has read a live list of `rows`, at rest in Open.
    fn with(rows: usize) -> Self {
        let terminal = Terminal::new(TestBackend::new(SIZE.columns, SIZE.rows)).unwrap();
        let mut program = Self { model: Model::new(Settings::default()), step: 0, terminal };
        let mut asked = program.handle(Event::Started);
        while let Some(effect) = asked.pop() {
            let Effect::Fetch { asked: step, fetch, .. } = effect else { continue };
            let Fetch::List { cursor, .. } = &fetch else { continue };
            let from: usize = cursor.as_ref().map_or(0, |Cursor(place)| place.as_raw().parse().unwrap());
            let to = (from + 5_000).min(rows);
            let items = (from..to).map(conversation).collect();
            let next = (to < rows).then(|| Cursor(RawText::new(to.to_string())));
            let found = Ok(Found::Conversations(Page { items, next }));
            program.model.budget = takeover::budget::Budget::default();
            asked.extend(program.handle(Event::Fetched { asked: step, fetch, found, reading: None }));
            if program.model.inbox.rows.len() >= rows {
                break;
            }
        }
        program.press("3");
        program
    }

    fn handle(&mut self, event: Event) -> Vec<Effect> {
        self.step += 1;
        let wall = Utc.with_ymd_and_hms(2026, 5, 22, 14, 5, 0).unwrap();
        let at = Moment { mono: Duration::from_secs(1) + Duration::from_millis(self.step), wall };
        update(&mut self.model, Stamped { at, step: self.step, event })
    }

    fn press(&mut self, keys: &str) {
        for key in Key::parse_all(keys).unwrap() {
            self.handle(Event::KeysPressed(vec![key]));
            settle(&mut self.model, SIZE);
            let (model, theme) = (&self.model, Theme::standard());
            self.terminal.draw(|frame| view(model, &theme, frame)).unwrap();
        }
    }
}

fn keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("j");
    for rows in [1_000, 10_000, 100_000] {
        let mut program = Program::with(rows);
        let mut down = true;
        group.bench_function(BenchmarkId::from_parameter(rows), |bencher| {
            bencher.iter(|| {
                let at = program.model.inbox.at;
                down = if at + 2 >= program.model.inbox.order.len() { false } else { down || at == 0 };
                program.press(if down { "j" } else { "k" });
            });
        });
    }
    group.finish();
}

criterion_group!(benches, keys);
criterion_main!(benches);
