//! A small scanner of Rust source: words, marks and literals with their lines. Comments are dropped and the insides
//! of strings never become words, so that a rule can't be fooled by either.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword; a raw identifier without its `r#`.
    Word,
    /// Punctuation: one character, or `::`.
    Mark,
    /// A string, character or number. The text of a string is what stands between its quotes.
    Literal,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token {
    /// Whether this is that word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Whether this is that mark.
    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// Splits source text into tokens. Lifetimes and labels are dropped, as nothing here asks about them.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut scanner = Scanner { chars: source.chars().collect(), at: 0, line: 1, found: Vec::new() };
    while scanner.peek(0).is_some() {
        scanner.step();
    }
    scanner.found
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    found: Vec<Token>,
}

impl Scanner {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek(0)?;
        self.at += 1;
        if next == '\n' {
            self.line += 1;
        }
        Some(next)
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.found.push(Token { kind, text, line });
    }

    fn step(&mut self) {
        let Some(next) = self.peek(0) else { return };
        match (next, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            _ if next.is_whitespace() => {
                self.bump();
            }
            _ if next.is_ascii_digit() => self.number(),
            _ if is_word_start(next) => self.word(),
            (':', Some(':')) => {
                let line = self.line;
                self.at += 2;
                self.push(Kind::Mark, "::".to_owned(), line);
            }
            _ => {
                let line = self.line;
                self.bump();
                self.push(Kind::Mark, next.to_string(), line);
            }
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|next| next != '\n') {
            self.bump();
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                (Some(_), _) => {
                    self.bump();
                }
                (None, _) => return,
            }
        }
    }

    /// A string with escapes, from its opening quote.
    fn string(&mut self) {
        let line = self.line;
        self.bump();
        let mut text = String::new();
        while let Some(next) = self.bump() {
            match next {
                '"' => break,
                '\\' => {
                    text.push(next);
                    text.extend(self.bump());
                }
                _ => text.push(next),
            }
        }
        self.push(Kind::Literal, text, line);
    }

    /// A raw string, from its hashes or quote.
    fn raw_string(&mut self) {
        let line = self.line;
        let mut hashes = 0;
        while self.peek(0) == Some('#') {
            hashes += 1;
            self.bump();
        }
        self.bump();
        let mut text = String::new();
        while let Some(next) = self.bump() {
            if next == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                self.at += hashes;
                break;
            }
            text.push(next);
        }
        self.push(Kind::Literal, text, line);
    }

    /// A character, or a lifetime, which has no closing quote.
    fn quote(&mut self) {
        let line = self.line;
        self.bump();
        if self.peek(0) == Some('\\') {
            self.bump();
            self.bump();
            while self.bump().is_some_and(|next| next != '\'') {}
            self.push(Kind::Literal, String::new(), line);
        } else if self.peek(1) == Some('\'') {
            self.bump();
            self.bump();
            self.push(Kind::Literal, String::new(), line);
        } else {
            while self.peek(0).is_some_and(is_word_part) {
                self.bump();
            }
        }
    }

    /// A number; `1..2` and `1.max(2)` end it at the dot.
    fn number(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while let Some(next) = self.peek(0) {
            let dot_of_a_fraction = next == '.' && self.peek(1).is_some_and(|after| after.is_ascii_digit());
            if !is_word_part(next) && !dot_of_a_fraction {
                break;
            }
            text.extend(self.bump());
        }
        self.push(Kind::Literal, text, line);
    }

    /// A word, or the prefix of a string (`r"…"`, `br#"…"#`, `c"…"`), of a byte (`b'…'`) or of a raw identifier.
    fn word(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while self.peek(0).is_some_and(is_word_part) {
            text.extend(self.bump());
        }
        let hashes = (0..).take_while(|ahead| self.peek(*ahead) == Some('#')).count();
        let quote_after_hashes = self.peek(hashes) == Some('"');
        match text.as_str() {
            "r" | "br" | "cr" if quote_after_hashes => self.raw_string(),
            "b" | "c" if self.peek(0) == Some('"') => self.string(),
            "b" if self.peek(0) == Some('\'') => self.quote(),
            "r" if hashes == 1 && self.peek(1).is_some_and(is_word_start) => {
                self.bump();
                self.word();
            }
            _ => self.push(Kind::Word, text, line),
        }
    }
}

fn is_word_start(next: char) -> bool {
    next == '_' || next.is_alphabetic()
}

fn is_word_part(next: char) -> bool {
    next == '_' || next.is_alphanumeric()
}

#[test]
fn comments_are_dropped_and_strings_are_no_words() {
    let source = r####"
        // use crate::a;
        /* outer /* crate::b */ still crate::c */
        let s = "crate::d \" crate::e"; let t = r#"crate::f " crate::g"#; let u = br"crate::h"; let v = b"x" ; let w = c"y";
        let q = '"'; let e = '\''; let b = b'"'; let u = '\u{22}'; end"####;
    let words: Vec<String> = tokens(source)
        .into_iter()
        .filter(|token| token.kind == Kind::Word && token.text.len() > 1)
        .map(|token| token.text)
        .collect();
    assert_eq!(words, ["let"; 9].into_iter().chain(["end"]).collect::<Vec<_>>());
}

#[test]
fn a_lifetime_does_not_swallow_what_follows_it() {
    let words: Vec<String> = tokens("fn f<'a>(x: &'a str) -> &'static crate::Y { 'outer: loop { break 'outer; } }")
        .into_iter()
        .filter(|token| token.kind == Kind::Word)
        .map(|token| token.text)
        .collect();
    assert_eq!(words, ["fn", "f", "x", "str", "crate", "Y", "loop", "break"]);
}

#[test]
fn lines_are_counted_through_comments_and_strings() {
    let found = tokens("/*\n\n*/ \"a\nb\" // c\n here");
    assert_eq!(found.last().map(|token| (token.text.as_str(), token.line)), Some(("here", 5)));
}

#[test]
fn numbers_ranges_and_raw_identifiers_are_told_apart() {
    let texts: Vec<String> =
        tokens("0..5 1.5 0xff_u8 x.0 r#type 1.max(2)").into_iter().map(|token| token.text).collect();
    assert_eq!(texts, ["0", ".", ".", "5", "1.5", "0xff_u8", "x", ".", "0", "type", "1", ".", "max", "(", "2", ")"]);
}
