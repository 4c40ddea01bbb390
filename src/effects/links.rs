//! Opening a link in the person's browser or mail program.
//!
//! Judges the URL once more, whatever was judged before, and hands it over as one argument, never by a shell (security,
//! S5 and S14). Never fetches anything by itself.

use std::ffi::OsString;
use std::time::Duration;

use url::Url;

use super::children::{ChildError, Children, Program};

/// The most bytes of a link.
pub const MOST_BYTES: usize = 2_000;
/// A program that still runs after this long has opened it.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a mail link may fill in: nothing that attaches a file of this machine.
const MAIL_FIELDS: &[&str] = &["to", "cc", "bcc", "subject", "body", "in-reply-to"];

/// Why a link is not opened, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a URL, or one with characters that do not belong into one.
    #[error("it is not a whole link")]
    NotAUrl,
    /// Longer than [`MOST_BYTES`].
    #[error("it is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// Neither web nor mail.
    #[error("only http, https and mailto are opened")]
    Scheme,
    /// Something before an `@` that looks like a host.
    #[error("it holds a user name before its host")]
    UserInfo,
    /// A mail link that fills in more than words.
    #[error("it asks the mail program for more than a message")]
    MailField,
    /// The program that opens links did not.
    #[error(transparent)]
    Child(#[from] ChildError),
}

/// The link as it may be handed over: as the URL standard writes it, so that the next reader sees the same host.
///
/// # Errors
/// [`LinkError`], all but [`LinkError::Child`].
pub fn judged(link: &str) -> Result<String, LinkError> {
    if link.len() > MOST_BYTES {
        return Err(LinkError::TooLong);
    }
    let is_printable = |text: &str| !text.is_empty() && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if !is_printable(link) {
        return Err(LinkError::NotAUrl);
    }
    let url = Url::parse(link).map_err(|_| LinkError::NotAUrl)?;
    match url.scheme() {
        "http" | "https" => {
            // A backslash is a slash to browsers and part of the host's name to others.
            let (authority, _) = link
                .split_once("//")
                .map_or((link, ""), |(_, rest)| rest.split_once(['/', '?', '#']).unwrap_or((rest, "")));
            if !url.username().is_empty() || url.password().is_some() || authority.contains(['@', '\\']) {
                return Err(LinkError::UserInfo);
            }
            if url.host_str().is_none_or(str::is_empty) {
                return Err(LinkError::NotAUrl);
            }
        }
        "mailto" => {
            let allowed = |name: &str| MAIL_FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name));
            let breaks = |text: &str| text.contains(|char: char| char.is_control());
            if breaks(&String::from_utf8_lossy(&unescaped(url.path()))) {
                return Err(LinkError::MailField);
            }
            for (name, value) in url.query_pairs() {
                // A line break within a header would begin another header.
                if !allowed(&name) || (!name.eq_ignore_ascii_case("body") && breaks(&value)) {
                    return Err(LinkError::MailField);
                }
            }
        }
        _ => return Err(LinkError::Scheme),
    }
    let written = String::from(url);
    if written.len() > MOST_BYTES {
        return Err(LinkError::TooLong);
    }
    if is_printable(&written) { Ok(written) } else { Err(LinkError::NotAUrl) }
}

/// Percent escapes taken back.
fn unescaped(text: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| digit(after.first()).zip(digit(after.get(1)))).flatten();
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// Opens a link with this program, which gets it as its only argument.
///
/// # Errors
/// [`LinkError`].
pub async fn open(children: &Children, opener: &OsString, link: &str) -> Result<(), LinkError> {
    let url = judged(link)?;
    let program = Program::Vector(opener.clone(), vec![OsString::from(url)]);
    Ok(children.launch(&program, PATIENCE).await?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn web_and_mail_links_pass_as_the_url_standard_writes_them() {
        for (link, written) in [
            ("https://example.com", "https://example.com/"),
            ("HTTPS://EXAMPLE.com/A?b=c&d=$(id)#e", "https://example.com/A?b=c&d=$(id)#e"),
            ("http://example.com:8080/a@b", "http://example.com:8080/a@b"),
            ("https://example.com/?who=a@b", "https://example.com/?who=a@b"),
            ("mailto:june@example.com?subject=hi&body=a%0D%0Ab", "mailto:june@example.com?subject=hi&body=a%0D%0Ab"),
        ] {
            assert_eq!(judged(link).as_deref(), Ok(written), "{link}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for link in [
            "",
            "example.com",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "vbscript:x",
            "data:text/html,x",
            "ssh://-oProxyCommand=x",
            "-https://example.com",
            "https://example.com/a b",
            "https://example.com/\u{1b}]0;x\u{7}",
            "https://example.com/\n",
            " https://example.com",
            "https://ex\u{e4}mple.com",
            "https://bank.example@evil.example",
            "https://bank.example:443@evil.example",
            "https://@evil.example",
            "https://bank.example\\@evil.example",
            "https:\\\\bank.example",
            "https://",
            "mailto:a@example.com?attach=/etc/passwd",
            "mailto:a@example.com?Attachment=x",
            "mailto:a@example.com?subject=x%0Abcc:evil@example.com",
            "mailto:a@example.com%0d%0abcc:evil@example.com",
        ] {
            assert!(judged(link).is_err(), "{link:?} gave {:?}", judged(link));
        }
        let long = format!("https://example.com/{}", "a".repeat(MOST_BYTES));
        assert_eq!(judged(&long), Err(LinkError::TooLong));
    }

    proptest! {
        #[test]
        fn what_passes_is_a_printable_web_or_mail_link_and_passes_again_unchanged(
            link in "(https?|mailto|ftp|file):(//)?[ -~]{0,40}(@|%0a|\\\\|/|\u{202e})?[!-~]{0,20}"
        ) {
            if let Ok(written) = judged(&link) {
                prop_assert!(written.bytes().all(|byte| (0x21..=0x7e).contains(&byte)));
                let known = ["http://", "https://", "mailto:"];
                prop_assert!(known.iter().any(|start| written.starts_with(start)), "{written}");
                prop_assert_eq!(judged(&written), Ok(written.clone()));
            }
        }
    }
}
