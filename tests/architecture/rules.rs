//! The rules, applied to one file.

use super::paths::{Named, named, test_files, tests_begin};
use super::table::{BANS, Ban, Door, MOST_LINES, May, ROWS, Rooms, What};
use super::tokens::{Kind, Token, tokens};

/// One file of `src`.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// From the package's root, with `/`: `src/app/model.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Whether it is compiled for tests alone.
    pub(crate) test_only: bool,
    /// Its module, where its parent names the file by `#[path]`.
    pub(crate) renamed: Option<Vec<String>>,
}

impl Source {
    /// Segments of the module that the file holds: `src/app/model.rs` is `app`, `model`.
    pub(crate) fn module(&self) -> Vec<String> {
        if let Some(module) = &self.renamed {
            return module.clone();
        }
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let inner = inner.strip_suffix(".rs").unwrap_or(inner);
        let mut segments: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if segments.last().is_some_and(|last| last == "mod") || segments == ["lib"] {
            segments.pop();
        }
        segments
    }

    /// The room it belongs to.
    pub(crate) fn room(&self) -> String {
        self.module().into_iter().next().unwrap_or_else(|| "lib".to_owned())
    }
}

/// Everything in the file that a rule forbids, one line each: place and reason.
pub(crate) fn violations(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let tests = if source.test_only { Some((0, 1)) } else { tests_begin(&tokens) };
    let paths = named(&tokens, &source.module());
    let mut found = imports(source, &paths);
    let room = source.room();
    for ban in BANS.iter().filter(|ban| applies(&ban.rooms, &room, &source.path)) {
        let code = match ban.what {
            What::Macro(_) => tests.and_then(|(from, _)| tokens.get(..from)).unwrap_or(&tokens),
            What::Path(_) | What::Call(_) | What::Letters(_) | What::Tokens(_) => &tokens,
        };
        found.extend(
            banned(ban, code, &paths)
                .into_iter()
                .map(|(line, name)| format!("{}:{line}: {room} may not name {name}: {}", source.path, ban.why)),
        );
    }
    let lines = tests.map_or_else(|| source.text.lines().count(), |(_, line)| line - 1);
    if lines > MOST_LINES {
        found.push(format!("{}: {lines} lines without its tests, {MOST_LINES} is the most", source.path));
    }
    found
}

fn imports(source: &Source, paths: &[Named]) -> Vec<String> {
    let room = source.room();
    let Some(row) = ROWS.iter().find(|row| row.room == room) else {
        return vec![format!("{}: the room {room} has no row in the table", source.path)];
    };
    let May::Only(doors) = row.may else { return Vec::new() };
    paths
        .iter()
        .filter(|named| named.ours)
        .filter_map(|named| Some((named, refused(&room, doors, named)?)))
        .map(|(named, why)| {
            format!("{}:{}: {room} names crate::{}: {why}", source.path, named.line, named.path.join("::"))
        })
        .collect()
}

/// Why this path is not open to the room, if it is not.
fn refused(room: &str, doors: &[Door], named: &Named) -> Option<String> {
    if named.climbed_out {
        return Some("it climbs above the root".to_owned());
    }
    let first = named.path.first().map(String::as_str).unwrap_or_default();
    if first.is_empty() || first == "*" {
        return Some("the root as a whole is open to nobody".to_owned());
    }
    if first == room {
        return None;
    }
    if ROWS.iter().all(|row| row.room != first) {
        return Some("it is no room of the table".to_owned());
    }
    let second = named.path.get(1).map(String::as_str);
    let open = doors.iter().any(|door| match *door {
        Door::Whole(name) => name == first,
        Door::Part(name, parts) => name == first && second.is_some_and(|second| parts.contains(&second)),
        Door::Except(name, parts) => {
            name == first && second.is_some_and(|second| second != "*" && !parts.contains(&second))
        }
    });
    (!open).then(|| "the table has no such door".to_owned())
}

fn applies(rooms: &Rooms, room: &str, path: &str) -> bool {
    match rooms {
        Rooms::In(rooms) => rooms.contains(&room),
        Rooms::NotIn(rooms) => !rooms.contains(&room),
        Rooms::NotInFile(file) => path != *file,
        Rooms::Everywhere => true,
    }
}

/// Lines and names that break this ban.
fn banned(ban: &Ban, tokens: &[Token], paths: &[Named]) -> Vec<(usize, String)> {
    let next_is = |at: usize, mark: &str| tokens.get(at + 1).is_some_and(|next| next.is_mark(mark));
    let before = |at: usize| at.checked_sub(1).and_then(|at| tokens.get(at));
    match ban.what {
        What::Path(banned) => paths
            .iter()
            .filter(|named| !named.ours && names(named, banned))
            .map(|named| (named.line, named.path.join("::")))
            .collect(),
        What::Call(name) => words(tokens)
            .filter(|(at, token)| {
                let own = before(*at).is_some_and(|left| left.is_word("fn"));
                let passed_on = before(*at).is_some_and(|left| left.is_mark("::"));
                token.text == name && !own && (passed_on || next_is(*at, "("))
            })
            .map(|(_, token)| (token.line, format!("{name}()")))
            .collect(),
        What::Letters(letters) => words(tokens)
            .filter(|(_, token)| token.text.contains(letters))
            .map(|(_, token)| (token.line, token.text.clone()))
            .collect(),
        What::Macro(name) => words(tokens)
            .filter(|(at, token)| token.text == name && next_is(*at, "!"))
            .map(|(_, token)| (token.line, format!("{name}!")))
            .collect(),
        What::Tokens(row) => {
            // Tests may live in a file beside the one they test.
            let beside: Vec<usize> =
                test_files(tokens).into_iter().filter_map(|module| Some(module.beside?.1)).collect();
            let told = |token: &Token, text: &str| token.kind != Kind::Literal && token.text == text;
            tokens
                .windows(row.len())
                .enumerate()
                .filter(|(at, window)| {
                    window.iter().zip(row).all(|(token, text)| told(token, text)) && !beside.contains(at)
                })
                .filter_map(|(_, window)| Some((window.first()?.line, row.join(" "))))
                .collect()
        }
    }
}

/// Whether the path leads to the banned one, or takes in something above it whole (a glob, another name).
fn names(named: &Named, banned: &[&str]) -> bool {
    let mut path: Vec<&str> = named.path.iter().map(String::as_str).collect();
    let glob = path.last() == Some(&"*");
    if glob {
        path.pop();
    }
    path.starts_with(banned) || (banned.starts_with(&path) && (glob || named.renamed))
}

fn words(tokens: &[Token]) -> impl Iterator<Item = (usize, &Token)> {
    tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word)
}
