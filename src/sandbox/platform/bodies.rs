//! Bodies of requests, checked field by field, with the words of a schema checker (contract, section 4: `details`).
//!
//! Owns forms alone: what a value means is the endpoint's.

use serde_json::{Map, Value};

use crate::sandbox::switches::{Switches, UnknownFields};
use crate::sandbox::world::FieldErrors;

/// The fields of a body, and what was found wrong with them so far.
pub(super) struct Fields {
    fields: Map<String, Value>,
    pub(super) errors: FieldErrors,
}

impl Fields {
    /// Reads an object; no bytes at all are an empty one.
    pub(super) fn read(body: &[u8], known: &[&str], switches: &Switches) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let body = if body.is_empty() { b"{}" } else { body };
        let fields = match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(fields)) => fields,
            Ok(other) => {
                errors.form(&format!("Expected object, received {}", kind(&other)));
                return Err(errors);
            }
            Err(_) => {
                errors.form("Invalid JSON");
                return Err(errors);
            }
        };
        if switches.unknown_fields == UnknownFields::Refuse {
            for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
                errors.form(&format!("Unrecognized key(s) in object: '{name}'"));
            }
        }
        Ok(Self { fields, errors })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Whether none of these fields is there.
    pub(super) fn lacks_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| !self.fields.contains_key(*name))
    }

    pub(super) fn wrong(&mut self, name: &str, why: &str) {
        self.errors.field(name, why);
    }

    /// A text of at least and at most so many UTF-16 units. `None`: absent, or wrong and noted.
    pub(super) fn text(&mut self, name: &str, least: usize, most: usize) -> Option<String> {
        match self.fields.get(name)?.clone() {
            Value::String(text) => {
                // As JavaScript counts.
                let length = text.encode_utf16().count();
                if length > most {
                    self.wrong(name, &format!("String must contain at most {most} character(s)"));
                } else if length < least {
                    self.wrong(name, &format!("String must contain at least {least} character(s)"));
                } else {
                    return Some(text);
                }
            }
            other => self.wrong(name, &format!("Expected string, received {}", kind(&other))),
        }
        None
    }

    /// As [`Fields::text`]; `null` is `Some(None)`.
    pub(super) fn nullable_text(&mut self, name: &str, most: usize) -> Option<Option<String>> {
        if self.fields.get(name)?.is_null() { Some(None) } else { self.text(name, 0, most).map(Some) }
    }

    /// One of several words.
    pub(super) fn word(&mut self, name: &str, words: &[&str]) -> Option<String> {
        let given = self.fields.get(name)?.clone();
        if let Some(word) = given.as_str().filter(|word| words.contains(word)) {
            return Some(word.to_owned());
        }
        let expected: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let received = given.as_str().map_or_else(|| kind(&given).to_owned(), |word| format!("'{word}'"));
        self.wrong(name, &format!("Invalid enum value. Expected {}, received {received}", expected.join(" | ")));
        None
    }

    /// Done, unless something was wrong.
    pub(super) fn finish<T>(self, read: T) -> Result<T, FieldErrors> {
        if self.errors.is_empty() { Ok(read) } else { Err(self.errors) }
    }
}

/// The name of a value's type.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether it has the form of an address: one `@`, no spaces, a dot in the host.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains(|it: char| it == '@' || it.is_whitespace());
    plain(name)
        && plain(host)
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host_with_a_dot() {
        for text in ["june@example.com", "a+b@mail.example.org", "ö@example.com"] {
            assert!(is_email(text), "{text}");
        }
        for text in
            ["", "june", "june@", "@example.com", "june@example", "a@b@example.com", "a b@example.com", "a@.com"]
        {
            assert!(!is_email(text), "{text}");
        }
    }
}
