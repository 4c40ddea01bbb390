//! Splits JSON text into elements and members without recursion and without judging what is inside them.
//!
//! Owns boundaries only: it follows strings and counts brackets. That way an element that is not valid JSON spoils
//! itself alone, and 2,000,000 levels of nesting cost no stack. Never decodes a value.

use std::fmt;

/// The most elements or members that are taken. A body of 16 MiB could hold 8,000,000 of them, and each becomes a
/// record of some hundred bytes.
pub const MOST: usize = 5_000;

/// The text has not even the outline of what it should be: it ends too early, or is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What was wrong, in words.
    pub reason: &'static str,
    /// The byte at which it was seen.
    pub at: usize,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (byte {})", self.reason, self.at)
    }
}

/// One member of an object: its name, escapes resolved where they can be, and its value's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name.
    pub name: String,
    /// The text of its value, not checked.
    pub value: &'a str,
}

/// The texts of an array's elements, in order, each trimmed and unchecked.
///
/// # Errors
/// [`Broken`] where this is no array, one that ends too early, or one of more than [`MOST`].
pub fn elements(text: &str) -> Result<Vec<&str>, Broken> {
    let mut scan = Scan::new(text);
    let mut found = Vec::new();
    scan.expect(b'[', "no list")?;
    if scan.take_if(b']') {
        return scan.end().map(|()| found);
    }
    loop {
        scan.room_after(found.len())?;
        found.push(scan.value()?);
        if scan.take_if(b']') {
            return scan.end().map(|()| found);
        }
        scan.expect(b',', "a list without a comma between two elements")?;
        // A comma too many at the end is forgiven.
        if scan.take_if(b']') {
            return scan.end().map(|()| found);
        }
    }
}

/// An object's members, in order.
///
/// # Errors
/// [`Broken`] where this is no object, one that ends too early, or one of more than [`MOST`].
pub fn members(text: &str) -> Result<Vec<Member<'_>>, Broken> {
    let mut scan = Scan::new(text);
    let mut found = Vec::new();
    scan.expect(b'{', "no object")?;
    if scan.take_if(b'}') {
        return scan.end().map(|()| found);
    }
    loop {
        scan.room_after(found.len())?;
        let name = scan.name()?;
        scan.expect(b':', "a name without a value")?;
        found.push(Member { name, value: scan.value()? });
        if scan.take_if(b'}') {
            return scan.end().map(|()| found);
        }
        scan.expect(b',', "an object without a comma between two members")?;
        if scan.take_if(b'}') {
            return scan.end().map(|()| found);
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    const fn broken(&self, reason: &'static str) -> Broken {
        Broken { reason, at: self.at }
    }

    const fn room_after(&self, found: usize) -> Result<(), Broken> {
        if found < MOST { Ok(()) } else { Err(self.broken("it holds more than 5,000 elements")) }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take_if(&mut self, byte: u8) -> bool {
        self.skip_space();
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), Broken> {
        if self.take_if(byte) {
            return Ok(());
        }
        Err(self.broken(if self.peek().is_none() { "it ends too early" } else { reason }))
    }

    fn end(&mut self) -> Result<(), Broken> {
        self.skip_space();
        if self.peek().is_none() { Ok(()) } else { Err(self.broken("something follows its end")) }
    }

    /// Steps over a string, whose opening quote is here.
    fn skip_string(&mut self) -> Result<(), Broken> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err(self.broken("it ends too early")),
            }
        }
    }

    fn name(&mut self) -> Result<String, Broken> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.broken("a member without a name"));
        }
        let start = self.at;
        self.skip_string()?;
        let quoted = self.since(start)?;
        Ok(serde_json::from_str(quoted).unwrap_or_else(|_| quoted.trim_matches('"').to_owned()))
    }

    /// The text of the value that begins here, up to the comma or bracket that ends it.
    fn value(&mut self) -> Result<&'a str, Broken> {
        self.skip_space();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.skip_string()?;
                    continue;
                }
                Some(b'[' | b'{') => depth += 1,
                Some(b']' | b'}') if depth == 0 => break,
                Some(b']' | b'}') => depth -= 1,
                Some(b',') if depth == 0 => break,
                Some(_) => {}
                None => return Err(self.broken("it ends too early")),
            }
            self.at += 1;
        }
        self.since(start).map(str::trim_end)
    }

    fn since(&self, start: usize) -> Result<&'a str, Broken> {
        // Both ends lie next to an ASCII byte, so this is always whole characters.
        self.text.get(start..self.at).ok_or_else(|| self.broken("it ends too early"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_are_found_whatever_is_inside_them() {
        assert_eq!(elements(" [ ] "), Ok(vec![]));
        assert_eq!(
            elements(r#"[1, {"a":[",]}"]} ,"x\"]",nul ]"#),
            Ok(vec!["1", r#"{"a":[",]}"]}"#, r#""x\"]""#, "nul"])
        );
        assert_eq!(elements("[1,]"), Ok(vec!["1"]));
        assert_eq!(elements("[1,,2]"), Ok(vec!["1", "", "2"]));
    }

    #[test]
    fn members_are_found_with_their_names_read() {
        let found = members(r#"{"\u0061" : {"b":[1,2]}, "c":"d"}"#).expect("an object");
        assert_eq!(found[0], Member { name: "a".into(), value: r#"{"b":[1,2]}"# });
        assert_eq!(found[1], Member { name: "c".into(), value: "\"d\"" });
        assert_eq!(members("{}"), Ok(vec![]));
    }

    #[test]
    fn a_text_that_ends_too_early_or_is_something_else_is_said_to_be_broken() {
        for text in ["", "[", "[1", "[1,", "[\"a]", "[\"a\\", "{}", "<html>", "[1] x", "[[1]", "[1}"] {
            assert!(elements(text).is_err(), "{text}");
        }
        for text in ["", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}", "[]", "{\"a\" 1}", "{\"a\":1 \"b\":2"] {
            assert!(members(text).is_err(), "{text}");
        }
    }

    #[test]
    fn more_elements_or_members_than_any_page_has_are_not_taken() {
        let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
        assert_eq!(elements(&list(MOST)).map(|found| found.len()), Ok(MOST));
        assert!(elements(&list(MOST + 1)).expect_err("too many").reason.contains("more than"));
        let object = |count: usize| format!("{{{}}}", vec!["\"a\":1"; count].join(","));
        assert_eq!(members(&object(MOST)).map(|found| found.len()), Ok(MOST));
        assert!(members(&object(MOST + 1)).is_err());
    }

    #[test]
    fn two_million_levels_cost_no_stack() {
        let deep = format!("[{}{},1]", "[".repeat(2_000_000), "]".repeat(2_000_000));
        let found = elements(&deep).expect("a list");
        assert_eq!((found.len(), found[1]), (2, "1"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = elements(&text);
            let _ = members(&text);
        }

        #[test]
        fn no_text_of_json_characters_makes_it_panic(text in r#"[\[\]{}",:\\u0-9a ü]{0,60}"#) {
            let _ = elements(&text);
            let _ = members(&text);
        }
    }
}
