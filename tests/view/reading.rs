//! Pictures of a thread that is read: traces, files, links that lie, Markdown, hits; and what holds for all texts in it.

use std::time::Duration;

use proptest::prelude::*;
use takeover::app::event::Size;
use takeover::app::model::Model;
use takeover::app::screen::LineKind;
use takeover::app::{Action, listing, reading, search, settle};
use takeover::domain::{PartKind, Role};
use takeover::text::{sanitize, width};
use takeover::ui::Theme;

use super::sample::{self, Drawn, draw, id, raw};

const COLOURS: Theme = Theme::of(true, false);

fn picture(name: &str, model: &mut Model, columns: u16, rows: u16) {
    let drawn = draw(model, &COLOURS, columns, rows);
    insta::assert_snapshot!(name, format!("{}\n\n{}", drawn.text(), drawn.styles()));
}

/// June's thread, opened, with one message more.
fn with(role: Role, source: Option<&str>, kinds: Vec<PartKind>) -> Model {
    let mut model = sample::inbox();
    sample::read(&mut model, "june", vec![sample::parts("june", 50, role, source, "14:10", kinds)]);
    sample::open(&mut model, "june");
    settle(&mut model, Size { columns: 80, rows: 24 });
    model
}

fn tool() -> PartKind {
    let lines = (0..40).map(|line| format!("{{\"sku\":\"A-{line}\",\"n\":{line}}}")).collect::<Vec<_>>().join(",");
    PartKind::Tool {
        name: Some(raw("lookup_order")),
        input: Some(raw(
            "{\"order\":\"4421\",\"email\":\"june@example.com\",\"fields\":[\"status\",\"lines\",\"refunds\"]}",
        )),
        output: Some(raw(&format!("{{\"lines\":[{lines}]}}"))),
        error_text: Some(raw("the shop answered 404: no such order in the shop of this visitor, tried three times")),
    }
}

#[test]
fn a_tool_call_unfolds_to_its_input_its_output_and_why_it_failed() {
    let mut model = with(Role::Assistant, Some("bot"), vec![PartKind::Text(raw("One moment.")), tool()]);
    picture("trace_folded_80", &mut model, 80, 24);
    reading::trace(&mut model);
    picture("trace_80", &mut model, 80, 40);
    picture("trace_40", &mut model, 40, 40);
}

#[test]
fn files_and_links_say_where_they_lead() {
    let text = "**Track it** at https://shop.example/t/4421 or log in:\n\
        https://bank.example@evil.example/login\n[bank.example](https://evil.example/x)\nhttps://bаnk.example/";
    let file = |url: &str, name: &str| PartKind::File {
        url: raw(url),
        media_type: Some(raw("image/jpeg")),
        filename: Some(raw(name)),
    };
    let kinds = vec![
        PartKind::Text(raw(text)),
        file("https://files.example.com/p.jpg", "parcel.jpg"),
        file("javascript:alert(1)", "on bank.example: x.jpg"),
    ];
    let mut model = with(Role::User, None, kinds);
    picture("links_80", &mut model, 80, 24);
    picture("links_40", &mut model, 40, 24);
    listing::open(&mut model);
    picture("listing_120", &mut model, 120, 24);
    picture("listing_50", &mut model, 50, 14);
    let link = takeover::app::links::Link::parse("https://files.example.com/p.jpg").unwrap();
    let question = takeover::app::overlay::Question::SaveFile { link, name: raw("parcel.jpg") };
    model.overlays.show(takeover::app::overlay::Overlay::Question(question), Duration::ZERO);
    picture("save_file", &mut model, 50, 14);
    assert_eq!(draw(&mut model, &COLOURS, 39, 3).row(0).trim_end(), "save from ….example.com? y yes, Esc no");
}

#[test]
fn markdown_is_light() {
    let text = "## Your *order*\n1. one\n- 500\n```rust\nlet **x** = 1;\n```\n__Done__, 2*3*4 snake_case_name.";
    picture("markdown_80", &mut with(Role::Assistant, Some("bot"), vec![PartKind::Text(raw(text))]), 80, 30);
}

#[test]
fn a_search_shows_its_line_its_hits_and_the_one_under_the_cursor() {
    let mut model = with(Role::User, None, vec![PartKind::Text(raw("a parcel, my PARCEL, and İstanbul"))]);
    search::open(&mut model);
    search::insert(&mut model, &raw("parcel"));
    picture("search_typing_80", &mut model, 80, 24);
    search::act(&mut model, Action::SearchKeep);
    search::next(&mut model, false);
    picture("search_hits_80", &mut model, 80, 24);
    let mut model = sample::inbox();
    search::open(&mut model);
    search::insert(&mut model, &raw("fuchs"));
    picture("search_rows_50", &mut model, 50, 14);
    search::insert(&mut model, &raw(&"a long search that goes over the end of its line ".repeat(3)));
    let drawn = draw(&mut model, &COLOURS, 50, 14);
    assert!(drawn.row(13).contains("of its line"), "{}", drawn.row(13));
    assert_eq!(drawn.cursor, Some((26, 13)));
}

#[test]
fn what_is_new_and_times_in_full() {
    let mut model = with(Role::User, None, vec![PartKind::Text(raw("are you there?"))]);
    let thread = model.threads.entry(&id("june"));
    let last = thread.newest().map(|entry| entry.message.id.clone()).unwrap();
    thread.fresh = Some((last, sample::at("14:08").at));
    model.settings.absolute_times = true;
    picture("new_since_80", &mut model, 80, 24);
}

/// The letters and digits of the rows of one message, as drawn behind its gutter.
fn drawn_letters(model: &Model, drawn: &Drawn) -> String {
    let area = model.screen.layout.thread;
    let mut letters = String::new();
    for (row, line) in (0..area.height).zip(&model.screen.thread) {
        if matches!(line.kind, LineKind::Text { .. }) {
            let mut x = area.x + 2;
            while x < area.x + area.width {
                let symbol = drawn.cell(x, area.y + row).symbol();
                letters.extend(symbol.chars().filter(|char| char.is_alphanumeric()));
                x += u16::try_from(width(symbol).max(1)).unwrap();
            }
        }
    }
    letters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_letter_and_digit_of_a_message_is_on_the_screen_in_its_order(
        text in "([a-z0-9]|[*_#`~\\[\\]()<>!\\\\\"' -]|\n|\\*\\*|__|```|https://b\\.example|@evil\\.example|<!--|\u{1b}|\u{7}|é|e\u{301}|漢|\u{202e}|א){1,60}",
        columns in 40_u16..79,
        searched in "[a-z0-9é漢]{1,2}",
    ) {
        let mut model = sample::inbox();
        let said = sample::message("zoe", 1, Role::User, None, "14:09", &text);
        sample::read(&mut model, "zoe", vec![said]);
        sample::open(&mut model, "zoe");
        let expected: String =
            sanitize(&raw(&text)).as_str().chars().filter(|char| char.is_alphanumeric()).collect();
        let drawn = draw(&mut model, &COLOURS, columns, 150);
        prop_assert_eq!(drawn_letters(&model, &drawn), expected.clone());
        // A search changes no row.
        search::open(&mut model);
        search::insert(&mut model, &raw(&searched));
        let found = draw(&mut model, &COLOURS, columns, 150);
        prop_assert_eq!(drawn_letters(&model, &found), expected);
    }
}

#[test]
fn a_body_begins_on_its_own_line_with_the_neutral_gutter_alone_before_it() {
    for text in ["שלום, איפה ההזמנה שלי?", "مرحبا", "hello"] {
        let mut model = sample::inbox();
        let said = |number, clock| sample::message("zoe", number, Role::User, None, clock, text);
        sample::read(&mut model, "zoe", vec![said(1, "14:01"), said(2, "14:01:30"), said(3, "14:09")]);
        sample::open(&mut model, "zoe");
        let drawn = draw(&mut model, &COLOURS, 50, 20);
        let area = model.screen.layout.thread;
        let mut bodies = 0;
        for (row, line) in (0..area.height).zip(&model.screen.thread) {
            if matches!(line.kind, LineKind::Text { .. }) {
                let written = drawn.row_from(area.x, area.y + row);
                assert_eq!(written.trim_end(), format!("▌ {text}"));
                bodies += 1;
            }
        }
        assert_eq!(bodies, 3);
    }
}

#[test]
fn the_cursor_and_its_mark_stand_on_the_message_that_keys_act_on() {
    let mut model = with(Role::User, None, vec![PartKind::Text(raw("last"))]);
    for ups in 0..4 {
        let drawn = draw(&mut model, &COLOURS, 80, 24);
        let (x, y) = drawn.cursor.unwrap();
        let area = model.screen.layout.thread;
        assert_eq!((x, drawn.cell(x - 1, y).symbol()), (area.x, "›"));
        let line = &model.screen.thread[usize::from(y - area.y)];
        assert_eq!(line.message, model.screen.selected, "after {ups}");
        let marks = (area.y..area.y + area.height).filter(|y| drawn.cell(area.x - 1, *y).symbol() == "›").count();
        assert_eq!(marks, 1);
        reading::step(&mut model, false);
    }
}
