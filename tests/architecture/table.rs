//! The walls, as data: who may import whom, and which outside names each room may not name.
//!
//! Moving a wall is a change of this file with its reason in the commit. Every ban carries a planted violation, which
//! a test finds, so that no rule here can be dead.

/// What one room may import.
pub(crate) struct Row {
    pub(crate) room: &'static str,
    pub(crate) may: May,
}

/// Of our own rooms.
pub(crate) enum May {
    /// The edges that wire everything together.
    Anything,
    /// Nothing but these, and the room itself.
    Only(&'static [Door]),
}

/// A way into another room.
pub(crate) enum Door {
    /// All of it.
    Whole(&'static str),
    /// Only what stands under these names.
    Part(&'static str, &'static [&'static str]),
    /// All but what stands under these names.
    Except(&'static str, &'static [&'static str]),
}

use Door::{Except, Part, Whole};
use May::{Anything, Only};

/// Who may import whom.
pub(crate) const ROWS: &[Row] = &[
    Row { room: "text", may: Only(&[]) },
    Row { room: "clock", may: Only(&[]) },
    Row { room: "random", may: Only(&[]) },
    Row { room: "backoff", may: Only(&[]) },
    Row { room: "budget", may: Only(&[]) },
    Row { room: "wire", may: Only(&[]) },
    Row { room: "http", may: Only(&[Whole("budget")]) },
    Row { room: "domain", may: Only(&[Whole("text")]) },
    Row { room: "app", may: Only(&[Whole("domain"), Whole("text"), Whole("backoff"), Whole("budget")]) },
    Row { room: "ui", may: Only(&[Whole("app"), Whole("domain"), Whole("text"), Whole("budget")]) },
    Row {
        room: "config",
        may: Only(&[
            // What is configured, and the words that it is told in.
            Part("app", &["settings", "keymap", "query", "key", "action", "langmap", "words"]),
            Part("ui", &["theme"]),
            // What a base URL may be is judged where requests leave, once (security, S13).
            Part("http", &["BaseUrl", "DEFAULT_BASE_URL"]),
            Whole("domain"),
            Whole("text"),
        ]),
    },
    Row {
        room: "api",
        may: Only(&[Whole("http"), Whole("wire"), Whole("domain"), Whole("text"), Whole("budget"), Whole("clock")]),
    },
    Row { room: "store", may: Only(&[Whole("domain"), Whole("text"), Whole("budget")]) },
    Row {
        room: "sync",
        may: Only(&[
            Part("app", EVENT),
            Part("api", &["decode"]),
            Whole("http"),
            Whole("wire"),
            Whole("domain"),
            Whole("text"),
            Whole("backoff"),
            Whole("clock"),
            Whole("random"),
        ]),
    },
    Row {
        room: "effects",
        may: Only(&[
            Part("app", EVENT),
            Part("app", EFFECT),
            // The client that fetches a visitor's file has no credential; the one with a credential is api's.
            Part("http", &["visitor"]),
            Whole("api"),
            Whole("store"),
            Whole("sync"),
            Whole("domain"),
            Whole("text"),
            Whole("clock"),
            Whole("random"),
            Whole("budget"),
        ]),
    },
    Row {
        room: "terminal",
        may: Only(&[Part("app", EVENT), Part("app", EFFECT), Part("app", KEYS), Whole("text"), Whole("domain")]),
    },
    Row {
        room: "sandbox",
        // It is there to check the client, so it may not lean on the client's shapes: its records are its own.
        may: Only(&[
            Except("wire", &["rest"]),
            Whole("http"),
            Whole("budget"),
            Whole("clock"),
            Whole("random"),
            Whole("backoff"),
        ]),
    },
    Row {
        room: "relay",
        may: Only(&[Whole("wire"), Whole("http"), Whole("budget"), Whole("clock"), Whole("random"), Whole("backoff")]),
    },
    Row {
        room: "runtime",
        may: Only(&[
            Whole("app"),
            Whole("ui"),
            Whole("sync"),
            Whole("effects"),
            Whole("terminal"),
            Whole("store"),
            Whole("clock"),
            Whole("config"),
            // A record's header says where a zone lay.
            Whole("domain"),
            // The words of what could not be copied become an event's.
            Whole("text"),
        ]),
    },
    Row { room: "cli", may: Anything },
    Row { room: "main", may: Anything },
    Row { room: "lib", may: Anything },
];

/// Names of the core that carry events: the module and what it gives on.
const EVENT: &[&str] = &["event", "Event", "Stamped", "Delivery", "Found", "Size", "Piped", "PipeEnd"];
/// Names of the core that carry effects.
const EFFECT: &[&str] = &["effect", "Effect", "Fetch"];
/// Names of the core that carry keys.
const KEYS: &[&str] = &["key", "Key", "Code"];

/// A name that some rooms may not use.
pub(crate) struct Ban {
    pub(crate) what: What,
    pub(crate) rooms: Rooms,
    /// Code that breaks the rule, for the test of the rule.
    pub(crate) planted: &'static str,
    pub(crate) why: &'static str,
}

/// What is looked for.
pub(crate) enum What {
    /// A path that begins so, however it is imported.
    Path(&'static [&'static str]),
    /// A function or method of that name, called or passed on.
    Call(&'static str),
    /// A word that holds these letters.
    Letters(&'static str),
    /// A macro, outside tests.
    Macro(&'static str),
    /// These tokens in a row.
    Tokens(&'static [&'static str]),
}

/// Where it is looked for.
pub(crate) enum Rooms {
    In(&'static [&'static str]),
    NotIn(&'static [&'static str]),
    /// Everywhere but in this one file.
    NotInFile(&'static str),
    Everywhere,
}

use Rooms::{Everywhere, In, NotIn, NotInFile};
use What::{Call, Letters, Macro, Path, Tokens};

/// Rooms that compute and nothing else.
const PURE: &[&str] = &["app", "ui", "domain", "text", "wire", "backoff", "budget"];
const NO_RUNTIME: &str = "the core and the view compute; the runner does";
const ONE_PRINTER: &str = "outside text leaves through one printer (security, S1)";
const TLS: &str = "no switch turns certificate checks off (security, S13)";
const OPEN_WALLS: &str = "it brings code in past the table";

/// Outside names.
pub(crate) const BANS: &[Ban] = &[
    Ban { what: Path(&["tokio"]), rooms: In(PURE), planted: "use tokio::sync::mpsc;", why: NO_RUNTIME },
    Ban { what: Path(&["reqwest"]), rooms: In(PURE), planted: "fn f(_: &reqwest::Client) {}", why: NO_RUNTIME },
    Ban { what: Path(&["hyper"]), rooms: In(PURE), planted: "use hyper::{Request};", why: NO_RUNTIME },
    Ban { what: Path(&["axum"]), rooms: In(PURE), planted: "use axum::Json as J;", why: NO_RUNTIME },
    Ban { what: Path(&["rusqlite"]), rooms: In(PURE), planted: "rusqlite::params![];", why: NO_RUNTIME },
    Ban { what: Path(&["std", "fs"]), rooms: In(PURE), planted: "use std::{fmt, fs};", why: NO_RUNTIME },
    Ban {
        what: Path(&["std", "net"]),
        rooms: In(PURE),
        planted: "::std::net::TcpStream::connect(x);",
        why: NO_RUNTIME,
    },
    Ban { what: Path(&["std", "env"]), rooms: In(PURE), planted: "use std as s; s::env::var(x);", why: NO_RUNTIME },
    Ban { what: Path(&["std", "thread"]), rooms: In(PURE), planted: "use std::thread::{self};", why: NO_RUNTIME },
    Ban { what: Path(&["std", "process"]), rooms: In(PURE), planted: "std::process::exit(1);", why: NO_RUNTIME },
    Ban {
        what: Path(&["std", "process"]),
        rooms: NotIn(&["effects", "cli", "main", "lib"]),
        planted: "use std::process;",
        why: "children start in one place, and exit codes are for the edges (security, S27)",
    },
    Ban {
        what: Path(&["std", "process", "Command"]),
        rooms: NotInFile("src/effects/children.rs"),
        planted: "std::process::Command::new(\"sh\");",
        why: "children start in one place (security, S27)",
    },
    Ban {
        what: Path(&["tokio", "process"]),
        rooms: Everywhere,
        planted: "tokio::process::Command::new(\"sh\");",
        why: "children start in one place, with its rules (security, S27)",
    },
    Ban { what: Path(&["std", "sync", "mpsc"]), rooms: In(PURE), planted: "use std::sync::*;", why: NO_RUNTIME },
    Ban { what: Call("now"), rooms: In(PURE), planted: "let f = Instant::now;", why: "time comes in with the event" },
    Ban {
        what: Path(&["std", "cell"]),
        rooms: In(&["ui"]),
        planted: "use std::cell::RefCell;",
        why: "the view draws from a shared model and writes nothing but cells of the screen",
    },
    Ban {
        what: Path(&["reqwest"]),
        rooms: NotIn(&["http", "api", "sync", "relay", "cli", "lib", "main"]),
        planted: "let c = reqwest::Client::new();",
        why: "requests leave through one builder (security, S13)",
    },
    Ban {
        what: Path(&["rusqlite"]),
        rooms: NotIn(&["store", "relay"]),
        planted: "use rusqlite::Connection;",
        why: "the store is the one owner of the database",
    },
    Ban {
        what: Path(&["std", "env"]),
        rooms: NotIn(&["cli", "config", "main"]),
        planted: "let home = std::env::var_os(name);",
        why: "the environment is read at the edge alone",
    },
    Ban {
        what: Letters("danger_accept"),
        rooms: Everywhere,
        planted: "b.tls_danger_accept_invalid_certs(true)",
        why: TLS,
    },
    Ban { what: Letters("dangerous"), rooms: Everywhere, planted: "ClientConfig::builder().dangerous()", why: TLS },
    Ban { what: Macro("print"), rooms: Everywhere, planted: "print!(\"x\");", why: ONE_PRINTER },
    Ban { what: Macro("println"), rooms: Everywhere, planted: "std::println!(\"x\");", why: ONE_PRINTER },
    Ban { what: Macro("eprint"), rooms: Everywhere, planted: "eprint!(\"x\");", why: ONE_PRINTER },
    Ban { what: Macro("eprintln"), rooms: Everywhere, planted: "eprintln!(\"x\");", why: ONE_PRINTER },
    Ban { what: Macro("dbg"), rooms: Everywhere, planted: "dbg!(x);", why: ONE_PRINTER },
    Ban { what: Macro("include"), rooms: Everywhere, planted: "include!(\"../x.rs\");", why: OPEN_WALLS },
    Ban {
        what: Tokens(&["#", "[", "path"]),
        rooms: Everywhere,
        planted: "#[path = \"../x.rs\"] mod x;",
        why: OPEN_WALLS,
    },
    Ban { what: Tokens(&["extern", "crate"]), rooms: Everywhere, planted: "extern crate self as us;", why: OPEN_WALLS },
];

/// Lines of a file of `src`, its tests at the end apart.
pub(crate) const MOST_LINES: usize = 600;
