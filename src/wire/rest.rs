//! The shapes of the REST API (contract, sections 3, 4 and 7).
//!
//! Owns field names. Every field is kept as the text of its value, so that one of the wrong type costs that field
//! alone and deep `metadata`, `tool_input` or `details` are never made into trees. Unknown fields are ignored.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::scan::{self, Broken};

/// The text of one field's value; nothing where the field is missing or null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Field<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(<&'a RawValue>::deserialize(deserializer)?.get()))
    }
}

impl<'a> Field<'a> {
    /// A value by its text.
    #[must_use]
    pub fn of(value: &'a str) -> Self {
        Self((value.trim() != "null").then_some(value))
    }

    /// The value's JSON text.
    #[must_use]
    pub const fn json(self) -> Option<&'a str> {
        self.0
    }

    /// Whether there is a value, of whatever type.
    #[must_use]
    pub const fn is_given(self) -> bool {
        self.0.is_some()
    }

    /// The value, if it is a string.
    #[must_use]
    pub fn string(self) -> Option<String> {
        serde_json::from_str(self.0?).ok()
    }

    /// The value, if it is a number: a fraction is rounded, one too large saturates.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        let text = self.0?;
        serde_json::from_str::<i64>(text).ok().or_else(|| {
            #[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
            serde_json::from_str::<f64>(text).ok().map(|value| value.round() as i64)
        })
    }

    /// The value, if it is true or false.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        serde_json::from_str(self.0?).ok()
    }

    /// The texts of a list's elements, if it is a list.
    #[must_use]
    pub fn elements(self) -> Option<Vec<&'a str>> {
        scan::elements(self.0?).ok()
    }

    /// The value read as one of the shapes here, if it is an object that can be.
    #[must_use]
    pub fn shape<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.0?).ok()
    }
}

/// Reads one element as one of the shapes here.
///
/// # Errors
/// In words, without the content: what is not JSON, is no object, or names a field twice.
pub fn read<'a, T: Deserialize<'a>>(element: &'a str) -> Result<T, String> {
    if !element.trim_start().starts_with('{') {
        return Err("it is no object".to_owned());
    }
    serde_json::from_str(element).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => "a field is there twice".to_owned(),
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Eof => {
            format!("it is no valid JSON at line {}, column {}", error.line(), error.column())
        }
    })
}

macro_rules! shape {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),* $(,)? }) => {
        #[derive(Clone, Copy, Debug, Default, Deserialize)]
        #[serde(default)]
        $(#[$doc])*
        pub struct $name<'a> {
            $($(#[$field_doc])* #[serde(borrow)] pub $field: Field<'a>,)*
        }
    };
}

shape!(
    /// A conversation (contract, section 7.1).
    Conversation {
        /// uuid
        id,
        /// uuid or null
        chatbot_id,
        /// one of six words, or a new one
        status,
        /// one of three words, or a new one
        priority,
        /// string or null
        title,
        /// string or null
        summary,
        /// integer or null
        sentiment_score,
        /// string or null
        contact_email,
        /// string or null
        contact_name,
        /// string or null
        contact_phone,
        /// user's uuid or null
        assigned_to,
        /// string or null
        last_message_preview,
        /// time or null
        last_message_at,
        /// time or null
        resolved_at,
        /// time or null
        closed_at,
        /// time
        created_at,
        /// uuid or null
        qr_code_id,
        /// uuid or null
        product_id,
        /// uuid or null
        object_id,
    }
);

shape!(
    /// A message (contract, section 7.2).
    Message {
        /// uuid
        id,
        /// uuid
        conversation_id,
        /// one of three words, or a new one
        role,
        /// any JSON or null
        metadata,
        /// list of [`Part`]
        parts,
        /// time
        created_at,
    }
);

shape!(
    /// A part of a message (contract, section 7.3). Its `type` is not read: the fields that are filled say what it is.
    Part {
        /// integer from 0
        order,
        /// string or null
        text,
        /// string or null
        tool_name,
        /// string or null
        tool_call_id,
        /// any JSON
        tool_input,
        /// any JSON
        tool_output,
        /// string or null
        tool_error_text,
        /// string or null
        file_url,
        /// string or null
        file_media_type,
        /// string or null
        file_filename,
    }
);

shape!(
    /// `GET /me` (contract, section 1); the documentation shows a thin and a full form.
    Me {
        /// the organisation's name once more
        org_name,
        /// [`Named`]
        org,
        /// [`Named`], for an OAuth token only
        user,
    }
);

shape!(
    /// Something with an id and perhaps a name: `org`, `user`, a chatbot.
    Named {
        /// uuid
        id,
        /// string
        name,
    }
);

shape!(
    /// A member of the team (contract, section 2.5).
    Member {
        /// the membership's uuid
        id,
        /// the person's uuid
        user_id,
        /// string or null
        first_name,
        /// string or null
        last_name,
        /// string
        role,
    }
);

shape!(
    /// A note (contract, section 7.5).
    Note {
        /// uuid
        id,
        /// user's uuid or null
        author_id,
        /// string
        content,
        /// time
        created_at,
    }
);

shape!(
    /// A tag (contract, section 7.6).
    Tag {
        /// uuid
        id,
        /// string
        name,
        /// `#RRGGBB` or null
        color,
    }
);

shape!(
    /// An error's body: the platform's flat envelope (contract, section 4), and what gateways send (RFC 9457).
    Failure {
        /// the code, a string; some gateways send an object with `code` and `message`
        error,
        /// the code, where `error` is an object
        code,
        /// words
        message,
        /// words (OAuth)
        error_description,
        /// words (RFC 9457)
        detail,
        /// words (RFC 9457)
        title,
        /// string
        request_id,
        /// [`Details`]
        details,
    }
);

shape!(
    /// `details` of `invalid_payload` and `invalid_query`.
    #[serde(rename_all = "camelCase")]
    Details {
        /// list of strings
        form_errors,
        /// object of lists of strings
        field_errors,
    }
);

/// A list of either kind (contract, section 3), its elements not yet read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List<'a> {
    /// The text of each element.
    pub elements: Vec<&'a str>,
    /// Where it goes on.
    pub next: Next,
}

/// Where a list goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Next {
    /// It does not.
    #[default]
    End,
    /// At this cursor.
    Cursor(String),
    /// Behind so many elements, in pages by number. Counted in elements, since the page's size may change on the way.
    Behind(u64),
}

impl<'a> List<'a> {
    /// Reads the envelope alone: cursor style, offset style, or a bare list.
    ///
    /// # Errors
    /// [`Broken`] where the text ends too early or has no list in it.
    pub fn read(text: &'a str) -> Result<Self, Broken> {
        if text.trim_start().starts_with('[') {
            return Ok(Self { elements: scan::elements(text)?, next: Next::End });
        }
        let members = scan::members(text)?;
        // The last one of a name counts, as everywhere in JavaScript.
        let field = |name: &str| {
            members
                .iter()
                .rev()
                .find(|member| member.name == name)
                .map_or_else(Field::default, |at| Field::of(at.value))
        };
        let data = field("data").json().ok_or(Broken { reason: "no list in it", at: 0 })?;
        let elements = scan::elements(data)?;
        let next = next_of(elements.len(), &field);
        Ok(Self { elements, next })
    }
}

/// How many elements a page has where nobody says anything (contract, section 3).
const USUAL_PAGE_SIZE: u64 = 25;

fn next_of<'a>(count: usize, field: &impl Fn(&str) -> Field<'a>) -> Next {
    let more = field("has_more").boolean();
    if let Some(cursor) = field("next_cursor").string().filter(|cursor| !cursor.is_empty()) {
        return if more == Some(false) { Next::End } else { Next::Cursor(cursor) };
    }
    let number = |name| field(name).integer().and_then(|number| u64::try_from(number).ok());
    let (Some(total), Some(page)) = (number("total"), number("page")) else { return Next::End };
    // The first page of a server that does not say how large its pages are shows it.
    let seen = if page == 1 { u64::try_from(count).unwrap_or(USUAL_PAGE_SIZE) } else { USUAL_PAGE_SIZE };
    let size = number("page_size").filter(|size| *size > 0).unwrap_or(seen);
    let behind = page.max(1).saturating_mul(size);
    // A page without elements ends the walk whatever the total says, else a wrong total would never let it end.
    if count > 0 && behind < total { Next::Behind(behind) } else { Next::End }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_envelopes_and_a_bare_list_are_read() {
        let list = List::read(r#"{"object":"list","has_more":true,"next_cursor":"abc","data":[1,2]}"#).expect("a list");
        assert_eq!(list, List { elements: vec!["1", "2"], next: Next::Cursor("abc".into()) });
        let list = List::read(r#"{"total":60,"page":2,"page_size":25,"data":[1]}"#).expect("a list");
        assert_eq!(list.next, Next::Behind(50));
        let list = List::read(r#"{"total":50,"page":2,"page_size":25,"data":[1]}"#).expect("a list");
        assert_eq!(list.next, Next::End);
        assert_eq!(List::read(" [1] ").expect("a list").elements, ["1"]);
    }

    #[test]
    fn an_offset_list_that_hides_the_size_of_its_pages_goes_on_behind_what_it_showed() {
        let next = |text| List::read(text).expect("a list").next;
        assert_eq!(next(r#"{"total":5,"page":1,"data":[1,2]}"#), Next::Behind(2));
        assert_eq!(next(r#"{"total":60,"page":2,"data":[1,2]}"#), Next::Behind(50));
        assert_eq!(next(r#"{"total":60,"page":1,"page_size":0,"data":[1]}"#), Next::Behind(1));
        assert_eq!(next(r#"{"total":2,"page":1,"data":[1,2]}"#), Next::End);
        assert_eq!(next(r#"{"total":1e30,"page":1e30,"page_size":1e30,"data":[1]}"#), Next::End);
    }

    #[test]
    fn a_walk_ends_where_the_envelope_says_so_or_says_nothing() {
        for text in [
            r#"{"data":[]}"#,
            r#"{"has_more":false,"next_cursor":"abc","data":[1]}"#,
            r#"{"has_more":true,"next_cursor":null,"data":[1]}"#,
            r#"{"has_more":true,"next_cursor":"","data":[1]}"#,
            r#"{"has_more":true,"next_cursor":7,"data":[1]}"#,
            r#"{"total":1000,"page":9,"page_size":25,"data":[]}"#,
        ] {
            assert_eq!(List::read(text).expect("a list").next, Next::End, "{text}");
        }
        for text in [r#"{"next_cursor":"a","data":[1]}"#, r#"{"has_more":"yes","next_cursor":"a","data":[]}"#] {
            assert_eq!(List::read(text).expect("a list").next, Next::Cursor("a".into()), "{text}");
        }
    }

    #[test]
    fn what_has_no_list_in_it_is_broken() {
        for text in ["", "{}", "null", "<html>", r#"{"data":null}"#, r#"{"data":{}}"#, r#"{"data":[1"#] {
            assert!(List::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_of_the_wrong_type_costs_itself_alone() {
        let read: Conversation<'_> =
            read(r#"{"id":"a","title":{"x":[1]},"sentiment_score":1e999,"new":[{}]}"#).expect("an object");
        assert_eq!(read.id.string().as_deref(), Some("a"));
        assert_eq!((read.title.string(), read.sentiment_score.integer()), (None, None));
        assert!(read.title.is_given() && !read.summary.is_given());
        assert_eq!(Field::of("22.6").integer(), Some(23));
        assert_eq!(Field::of("1e30").integer(), Some(i64::MAX));
    }

    #[test]
    fn why_an_element_cannot_be_read_is_said_without_its_content() {
        let why = |text| read::<Conversation<'_>>(text).map(|_| ()).expect_err("unreadable");
        assert_eq!(why("7"), "it is no object");
        assert_eq!(why(r#"{"id":"a","id":"b"}"#), "a field is there twice");
        assert_eq!(why(r#"{"id":secret}"#), "it is no valid JSON at line 1, column 7");
    }
}
