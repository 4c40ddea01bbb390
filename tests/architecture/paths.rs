//! The paths that a file names, in `use` trees and in code, each written out in full; and where its tests begin.

use super::tokens::{Kind, Token};

/// One path as it is meant: groups taken apart, `crate`, `self` and `super` resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Segments. Of our own paths from the crate's root; `*` stands for a glob.
    pub(crate) path: Vec<String>,
    /// Whether it began with `crate`, `self`, `super` or `$crate`.
    pub(crate) ours: bool,
    /// Whether it climbed above the crate's root, which no compiler takes.
    pub(crate) climbed_out: bool,
    /// Whether `as` gives it another name.
    pub(crate) renamed: bool,
    pub(crate) line: usize,
}

/// Every path in these tokens of the file that holds `module` (segments from the crate's root).
pub(crate) fn named(tokens: &[Token], module: &[String]) -> Vec<Named> {
    let mut walk = Walk { tokens, found: Vec::new() };
    let mut inner: Vec<(String, usize)> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.is_word("pub") && walk.mark(at + 1, "(") {
            // A visibility names no import: pub(crate), pub(in crate::app).
            while !walk.mark(at, ")") && at < tokens.len() {
                at += 1;
            }
        } else if token.is_word("mod") && walk.is_word(at + 1) && walk.mark(at + 2, "{") {
            depth += 1;
            inner.push((tokens.get(at + 1).map(|token| token.text.clone()).unwrap_or_default(), depth));
            at += 3;
        } else if token.is_mark("{") {
            depth += 1;
            at += 1;
        } else if token.is_mark("}") {
            if inner.last().is_some_and(|(_, opened)| *opened == depth) {
                inner.pop();
            }
            depth = depth.saturating_sub(1);
            at += 1;
        } else if token.kind == Kind::Word && walk.begins_a_path(at) {
            let here: Vec<String> = module.iter().cloned().chain(inner.iter().map(|(name, _)| name.clone())).collect();
            at = walk.tree(at, &[], &here);
        } else {
            at += 1;
        }
    }
    walk.found
}

struct Walk<'a> {
    tokens: &'a [Token],
    found: Vec<Named>,
}

impl Walk<'_> {
    fn mark(&self, at: usize, mark: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_mark(mark))
    }

    fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word)
    }

    /// A word begins a path unless it goes on with one (`a::b`), or is a field or method (`a.b`). A leading `::` begins
    /// one too.
    fn begins_a_path(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        if self.mark(before, ".") {
            // The end of a range is a path: `0..crate::text::LIMIT`.
            return before.checked_sub(1).is_some_and(|dot| self.mark(dot, "."));
        }
        if !self.mark(before, "::") {
            return true;
        }
        before.checked_sub(1).is_none_or(|left| !self.is_word(left) && !self.mark(left, ">"))
    }

    /// Reads one tree from `at` (a word, a group or a star) and returns where reading goes on.
    fn tree(&mut self, mut at: usize, before: &[String], here: &[String]) -> usize {
        let mut path = before.to_vec();
        loop {
            if self.mark(at, "{") {
                at += 1;
                while at < self.tokens.len() && !self.mark(at, "}") {
                    let starts = self.is_word(at) || self.mark(at, "{") || self.mark(at, "*");
                    at = if starts { self.tree(at, &path, here) } else { at + 1 };
                }
                return at + 1;
            }
            let Some(token) = self.tokens.get(at) else { return at };
            path.push(token.text.clone());
            at += 1;
            let goes_on = token.kind == Kind::Word
                && self.mark(at, "::")
                && (self.is_word(at + 1) || self.mark(at + 1, "{") || self.mark(at + 1, "*"));
            if goes_on {
                at += 1;
                continue;
            }
            let line = token.line;
            let renamed = self.tokens.get(at).is_some_and(|next| next.is_word("as"));
            self.leaf(&path, here, renamed, line);
            return if renamed { at + 2 } else { at };
        }
    }

    fn leaf(&mut self, path: &[String], here: &[String], renamed: bool, line: usize) {
        let first = path.first().map(String::as_str).unwrap_or_default();
        let ours = matches!(first, "crate" | "self" | "super");
        if path.len() == 1 && first == "self" {
            return; // The receiver of a method.
        }
        let mut full: Vec<String> = if matches!(first, "self" | "super") { here.to_vec() } else { Vec::new() };
        let mut climbed_out = false;
        for segment in path {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => climbed_out |= full.pop().is_none(),
                _ => full.push(segment.clone()),
            }
        }
        self.found.push(Named { path: full, ours, climbed_out, renamed, line });
    }
}

/// A module under `#[cfg(test)]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestModule {
    pub(crate) name: String,
    /// The file beside this one that a `#[path]` names, and the token where that attribute begins.
    pub(crate) beside: Option<(String, usize)>,
    /// The first token after it.
    end: usize,
    /// Whether its body stands here, rather than in a file of its own.
    inline: bool,
}

/// Test modules that live in files of their own (`#[cfg(test)] mod tests;`).
pub(crate) fn test_files(tokens: &[Token]) -> Vec<TestModule> {
    (0..tokens.len()).filter_map(|at| test_module(tokens, at)).filter(|module| !module.inline).collect()
}

/// The token and the line where the test modules at the end of the file begin, if it ends in any.
pub(crate) fn tests_begin(tokens: &[Token]) -> Option<(usize, usize)> {
    let whole = tokens.iter().take(8).map(|token| token.text.as_str()).collect::<Vec<_>>();
    if whole == ["#", "!", "[", "cfg", "(", "test", ")", "]"] {
        return Some((0, 1));
    }
    (0..tokens.len()).find_map(|start| {
        let mut at = start;
        while let Some(module) = test_module(tokens, at) {
            at = module.end;
        }
        let line = tokens.get(start)?.line;
        (at > start && at == tokens.len()).then_some((start, line))
    })
}

fn test_module(tokens: &[Token], start: usize) -> Option<TestModule> {
    let texts = |at: usize, wanted: &[&str]| {
        wanted.iter().enumerate().all(|(ahead, text)| {
            tokens.get(at + ahead).is_some_and(|token| token.kind != Kind::Literal && token.text == *text)
        })
    };
    if !texts(start, &["#", "[", "cfg", "(", "test", ")", "]"]) {
        return None;
    }
    let mut at = start + 7;
    let mut beside = None;
    while texts(at, &["#", "["]) {
        let file = tokens.get(at + 4).filter(|file| file.kind == Kind::Literal && !file.text.contains(['/', '\\']));
        if let Some(file) = file.filter(|_| texts(at + 2, &["path", "="])) {
            beside = Some((file.text.clone(), at));
        }
        at = closing(tokens, at + 1, "[", "]")? + 1;
    }
    if texts(at, &["pub"]) {
        at += 1;
        if texts(at, &["("]) {
            at = closing(tokens, at, "(", ")")? + 1;
        }
    }
    if !texts(at, &["mod"]) {
        return None;
    }
    let name = tokens.get(at + 1)?.text.clone();
    let inline = tokens.get(at + 2)?.is_mark("{");
    let end = if inline { closing(tokens, at + 2, "{", "}")? + 1 } else { at + 3 };
    Some(TestModule { name, beside, end, inline })
}

/// The token that closes the bracket at `open`.
fn closing(tokens: &[Token], open: usize, left: &str, right: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_mark(left) {
            depth += 1;
        } else if token.is_mark(right) {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn ours(source: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<String> = module.iter().map(|&segment| segment.to_owned()).collect();
        named(&tokens(source), &module)
            .into_iter()
            .filter(|named| named.ours)
            .map(
                |named| {
                    if named.climbed_out { format!("out:{}", named.path.join("::")) } else { named.path.join("::") }
                },
            )
            .collect()
    }

    #[test]
    fn grouped_imports_are_taken_apart_over_lines() {
        let source = "use crate::{\n  a,\n  b::{c as d, e::*, self},\n};\nuse crate::f::{self, g};";
        assert_eq!(ours(source, &["x"]), ["a", "b::c", "b::e::*", "b", "f", "f::g"]);
    }

    #[test]
    fn paths_in_code_types_and_macros_are_seen() {
        let source =
            "fn f(x: &crate::a::B<crate::c::D>) -> u8 { crate::e!(1); $crate::g::h::<crate::i::J>(); x.crate_ }";
        assert_eq!(ours(source, &["x"]), ["a::B", "c::D", "e", "g::h", "i::J"]);
    }

    #[test]
    fn super_is_resolved_from_where_it_stands() {
        assert_eq!(
            ours("use super::a; use super::super::b::c; use super::{d, super::e};", &["m", "n"]),
            ["m::a", "b::c", "m::d", "e"]
        );
        assert_eq!(
            ours("mod t { use super::a; mod u { use super::super::super::b; } } use super::c;", &["m"]),
            ["m::a", "b", "c"]
        );
        assert_eq!(ours("use super::super::a;", &["m"]), ["out:a"]);
        assert_eq!(ours("use self::a::b; fn f(&self) { self.c(); self::d(); }", &["m"]), ["m::a::b", "m::d"]);
    }

    #[test]
    fn the_root_itself_under_another_name_is_seen() {
        assert_eq!(ours("use crate as root; use crate::*; use crate::{self as again};", &["m"]), ["", "*", ""]);
    }

    #[test]
    fn visibility_is_no_import() {
        assert_eq!(ours("pub(crate) fn f() {} pub(in crate::a) mod g {} pub(super) struct S;", &["m"]), [""; 0]);
    }

    #[test]
    fn tests_begin_only_where_nothing_else_follows() {
        let at_the_end = tokens("fn f() {}\n\n#[cfg(test)]\n#[expect(x, reason = \"y\")]\nmod tests { fn g() {} }\n");
        assert_eq!(tests_begin(&at_the_end).map(|(_, line)| line), Some(3));
        let in_the_middle = tokens("#[cfg(test)]\nmod tests { }\nfn f() {}\n");
        assert_eq!(tests_begin(&in_the_middle), None);
        let two = tokens("fn f() {}\n#[cfg(test)]\nmod a { }\n#[cfg(test)]\npub(crate) mod b { }\n");
        assert_eq!(tests_begin(&two).map(|(_, line)| line), Some(2));
        let apart = tokens("mod a;\n#[cfg(test)]\nmod tests;\nfn f() {}");
        assert_eq!(
            test_files(&apart).first().map(|module| (module.name.as_str(), &module.beside)),
            Some(("tests", &None))
        );
        let beside = tokens("mod a;\n#[cfg(test)]\n#[path = \"a_tests.rs\"]\nmod tests;\n");
        let found = test_files(&beside);
        assert_eq!(found.first().and_then(|module| module.beside.clone()), Some(("a_tests.rs".to_owned(), 10)));
        assert_eq!(tests_begin(&beside).map(|(_, line)| line), Some(2));
    }
}
