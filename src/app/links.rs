//! Links in what people and bots write, and the links of files: where each one truly leads.
//!
//! Owns what counts as a link (http, https and mailto, nothing else) and what has to be said about one that does not
//! lead where it looks as if it did (security, S5). Never opens or fetches anything.

use std::ops::Range;

use url::{Host, Url};

use crate::text::RawText;

/// The most bytes of a target (security, S5).
const TARGET_BYTES: usize = 2_000;
/// The schemes that are links, as they are written.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Where something leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The whole target in printable ASCII, at most 2,000 bytes.
    pub target: String,
    /// The host that will be asked, with its port where one is given, in ASCII (punycode); for mail, the address.
    pub host: String,
    /// What it is.
    pub scheme: Scheme,
}

/// The schemes that are links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Encrypted.
    Https,
    /// In the clear.
    Http,
    /// A mail to somebody.
    Mail,
}

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands.
    pub range: Range<usize>,
    /// Where it leads.
    pub link: Link,
    /// What has to be said about it.
    pub odd: Option<Odd>,
}

/// Why a link may not lead where it looks as if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// What stands before an `@` looks like the host and is none.
    Userinfo,
    /// The host is written otherwise than it is asked for: other scripts, numbers, a backslash.
    Written,
    /// Its own words name another place.
    Words,
}

impl Link {
    /// Reads a target. None for what is no link: another scheme, no host, hidden characters, too long.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let has_scheme = SCHEMES.iter().any(|scheme| starts_with(written, scheme));
        let hidden = |char: char| char.is_whitespace() || char.is_control() || is_mark(char);
        if !has_scheme || written.len() > TARGET_BYTES || written.contains(hidden) {
            return None;
        }
        let url = Url::parse(written).ok()?;
        let target = url.as_str();
        if target.len() > TARGET_BYTES || !target.bytes().all(|byte| (0x21..=0x7E).contains(&byte)) {
            return None;
        }
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            "mailto" => Scheme::Mail,
            _ => return None,
        };
        let host = match scheme {
            Scheme::Mail => Some(url.path().to_owned()).filter(|path| path.contains('@')),
            Scheme::Https | Scheme::Http => authority(&url),
        }?;
        Some(Self { target: target.to_owned(), host, scheme })
    }

    /// Where a file lies.
    #[must_use]
    pub fn of_file(url: &RawText) -> Option<Self> {
        Self::parse(url.as_raw()).filter(|link| link.scheme != Scheme::Mail)
    }

    /// The last part of its path, as a name for what lies there.
    #[must_use]
    pub fn last_part(&self) -> &str {
        let path = self.target.split(['?', '#']).next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        if last.is_empty() { &self.host } else { last }
    }
}

/// Host and port as they will be asked.
fn authority(url: &Url) -> Option<String> {
    let host = match url.host()? {
        Host::Domain(domain) => domain.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => format!("[{address}]"),
    };
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// The links of one line of safe text, from the left.
#[must_use]
pub fn find_in(line: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = next_written(line, from) {
        from = end;
        let label = end..end + 2;
        if line.get(label).is_some_and(|after| after == "](")
            && next_written(line, end + 2).map(|at| at.0) == Some(end + 2)
        {
            // The words of a Markdown link: the target behind them is the link.
            continue;
        }
        let Some(written) = line.get(start..end) else { continue };
        let cut_short = line.get(end..).and_then(|rest| rest.chars().next()).is_some_and(is_mark);
        if cut_short {
            continue;
        }
        let Some(link) = Link::parse(written) else { continue };
        let odd = oddity(written, &link).or_else(|| {
            let words = words_before(line, start)?;
            names_another_place(words, &link).then_some(Odd::Words)
        });
        found.push(Found { range: start..end, link, odd });
    }
    found
}

/// What has to be said about a target as it is written.
#[must_use]
pub fn oddity(written: &str, link: &Link) -> Option<Odd> {
    if link.scheme == Scheme::Mail {
        // What is said of a mail is its address; percent signs in it hide another one.
        let address = written.get("mailto:".len()..).unwrap_or_default();
        let address = address.split('?').next().unwrap_or_default();
        return (address != link.host || address.contains('%')).then_some(Odd::Written);
    }
    let rest = written.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some(Odd::Userinfo);
    }
    // A port that is the usual one is left out of the target.
    let usual = if link.scheme == Scheme::Https { ":443" } else { ":80" };
    let written = authority.strip_suffix(usual).unwrap_or(authority);
    let same = written.eq_ignore_ascii_case(&link.host) && !rest.starts_with(['/', '\\']);
    (!same || rest.get(authority.len()..).is_some_and(|after| after.starts_with('\\'))).then_some(Odd::Written)
}

/// The words of `[words](target)` before a target that stands at `start`.
fn words_before(line: &str, start: usize) -> Option<&str> {
    let before = line.get(..start)?.strip_suffix("](")?;
    let open = before.rfind('[')?;
    before.get(open + 1..)
}

/// Whether words look like an address and do not name this host.
fn names_another_place(words: &str, link: &Link) -> bool {
    let words = words.to_lowercase();
    let dotted = |word: &str| {
        let mut parts = word.split('.');
        parts.clone().count() > 1 && parts.all(|part| part.chars().any(char::is_alphanumeric))
    };
    let looks_like_one = words.contains("://") || words.split([' ', '/', '@', ':', ',', '(', ')']).any(dotted);
    // The host itself, not as a part of a longer one.
    let whole = |(at, _): (usize, &str)| {
        let beside = |char: Option<char>| char.is_none_or(|char| !(char.is_alphanumeric() || "-.@".contains(char)));
        let after = words.get(at + link.host.len()..).and_then(|rest| rest.chars().next());
        let before = words.get(..at).and_then(|rest| rest.chars().next_back());
        beside(after) && (beside(before))
    };
    looks_like_one && !words.match_indices(link.host.as_str()).any(whole)
}

/// The next thing that is written like a link: where it begins and ends.
fn next_written(line: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(rest) = line.get(at..) {
        // Every scheme ends in a colon, and most lines have none.
        let colon = at + rest.find(':')?;
        for scheme in SCHEMES {
            let name = scheme.trim_end_matches('/').len();
            let Some(start) = (colon + 1).checked_sub(name).filter(|start| *start >= from) else { continue };
            let begins = line
                .get(..start)
                .is_some_and(|before| !before.ends_with(|char: char| char.is_alphanumeric() || "+-.".contains(char)));
            let here = line.get(start..).is_some_and(|here| starts_with(here, scheme));
            if begins && here {
                let end = end_of(line, start + scheme.len());
                if end > start + scheme.len() {
                    return Some((start, end));
                }
            }
        }
        at = colon + 1;
    }
    None
}

/// Where an address that goes on from `from` ends: before a blank, a quotation mark, a bracket that it did not open,
/// and the punctuation of the sentence around it.
fn end_of(line: &str, from: usize) -> usize {
    let rest = line.get(from..).unwrap_or_default();
    let mut open: Vec<char> = Vec::new();
    let mut end = from;
    for (at, char) in rest.char_indices() {
        match char {
            '(' | '[' | '{' => open.push(char),
            ')' | ']' | '}' => {
                let opened = match char {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                if open.pop() != Some(opened) {
                    break;
                }
            }
            '<' | '>' | '"' | '`' | '|' | '\u{AB}' | '\u{BB}' | '\u{201C}'..='\u{201F}' => break,
            char if char.is_whitespace() || char.is_control() || is_mark(char) => break,
            _ => {}
        }
        // A full stop, comma or quotation mark at the very end is the sentence's.
        if !matches!(char, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '(' | '[' | '{' | '。' | '，' | '、')
        {
            end = from + at + char.len_utf8();
        }
    }
    end
}

/// The marks that stand for what cannot be drawn, and for what was cut: no address goes on over them.
const fn is_mark(char: char) -> bool {
    matches!(char, '\u{2400}'..='\u{2426}' | '‹' | '›' | '…' | '↵')
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(line: &str) -> Vec<(&str, String, Option<Odd>)> {
        find_in(line).into_iter().map(|found| (line.get(found.range).unwrap(), found.link.host, found.odd)).collect()
    }

    fn one(line: &str) -> (String, Option<Odd>) {
        let mut all = told(line);
        assert_eq!(all.len(), 1, "{line}: {all:?}");
        let (_, host, odd) = all.remove(0);
        (host, odd)
    }

    #[test]
    fn only_http_https_and_mailto_are_links() {
        assert_eq!(one("see https://shop.example/a?b=c#d."), ("shop.example".to_owned(), None));
        assert_eq!(one("(http://shop.example:8080/x)"), ("shop.example:8080".to_owned(), None));
        assert_eq!(one("mailto:june@example.com"), ("june@example.com".to_owned(), None));
        for line in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "ftp://shop.example/",
            "https://",
            "xhttps://a.example",
        ] {
            assert!(find_in(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_sentence_keeps_its_own_punctuation() {
        let lines = [
            ("go to https://a.example/x.", "https://a.example/x"),
            ("(see https://a.example/x_(y))", "https://a.example/x_(y)"),
            ("\u{201C}https://a.example/\u{201D}", "https://a.example/"),
            ("<https://a.example/>", "https://a.example/"),
            ("https://a.example/?", "https://a.example/"),
            ("**https://a.example/x**", "https://a.example/x"),
        ];
        for (line, link) in lines {
            assert_eq!(told(line)[0].0, link, "{line}");
        }
        assert_eq!(told("https://a.example, https://b.example").len(), 2);
    }

    #[test]
    fn a_link_that_does_not_lead_where_it_looks_as_if_it_did_is_odd() {
        assert_eq!(one("https://bank.example@evil.example"), ("evil.example".to_owned(), Some(Odd::Userinfo)));
        assert_eq!(one("https://bаnk.example/"), ("xn--bnk-6cd.example".to_owned(), Some(Odd::Written)));
        assert_eq!(one("https://0x7f.1/"), ("127.0.0.1".to_owned(), Some(Odd::Written)));
        assert_eq!(one("https://a.example\\@evil.example"), ("a.example".to_owned(), Some(Odd::Written)));
        assert_eq!(one("[https://bank.example](https://evil.example)"), ("evil.example".to_owned(), Some(Odd::Words)));
        assert_eq!(one("[bank.example](https://bank.example.evil.example/)").1, Some(Odd::Words));
        assert_eq!(one("[bank.example](https://bank.example/login)").1, None);
        assert_eq!(one("[Returns](https://shop.example/returns)").1, None);
        assert_eq!(one("https://Shop.Example:443/").1, None);
    }

    #[test]
    fn what_holds_a_mark_of_something_hidden_is_no_link() {
        for line in ["https://bank.example‹200B›.evil.example", "https://a.example/␛]0;x␇", "https://a.example/aaa…"]
        {
            assert!(find_in(line).is_empty(), "{line}");
        }
        assert!(Link::parse("https://a.example/\u{1b}]0;x\u{7}").is_none());
        assert!(Link::parse("https://a.example/a b").is_none());
        assert!(Link::parse(&format!("https://a.example/{}", "x".repeat(TARGET_BYTES))).is_none());
        assert!(Link::of_file(&RawText::new("mailto:june@example.com")).is_none());
    }

    #[test]
    fn a_file_without_a_name_is_called_by_its_links_last_part() {
        let named = |url: &str| Link::parse(url).unwrap().last_part().to_owned();
        assert_eq!(named("https://files.example/a/p.jpg?sig=x/y#z"), "p.jpg");
        assert_eq!(named("https://files.example/a/"), "files.example");
    }

    proptest! {
        #[test]
        fn every_target_is_printable_ascii_and_every_range_is_in_the_text(
            line in "(https://|http://|mailto:|[a-zа-я.@/:\\\\%\\[\\]() ]|\u{1b}|\u{7}|漢|xn--){0,40}"
        ) {
            let mut before = 0;
            for found in find_in(&line) {
                prop_assert!(line.get(found.range.clone()).is_some() && found.range.start >= before);
                before = found.range.end;
                let target = found.link.target.as_bytes();
                prop_assert!(target.len() <= TARGET_BYTES && target.iter().all(|byte| (0x21..=0x7E).contains(byte)));
                prop_assert!(found.link.host.is_ascii() && !found.link.host.is_empty());
            }
        }
    }
}
