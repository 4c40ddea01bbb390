//! Secrets and signatures of deliveries (contract, section 9.2). Owns the secret's form; it is shown once and never
//! printed by accident.

use std::fmt::{self, Write as _};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::random::Random;

/// What an endpoint's deliveries are signed with: `whsec_` and 64 hex digits.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A fresh one. Never from a source that can be guessed.
    pub(super) fn fresh() -> Self {
        Self(format!("whsec_{}", Random::System.hex(32)))
    }

    /// The secret itself, for the one answer that may hold it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// `v1` of a body at a moment: lowercase hex of HMAC-SHA256 over `<t>.<body>`, keyed with the whole secret as it is
    /// written, prefix and all.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
    fn v1(&self, t: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("a key of any length");
        mac.update(t.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        let mut hex = String::with_capacity(64);
        for byte in mac.finalize().into_bytes() {
            // Writing to a string never fails.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

/// `X-Awardee-Signature`: `t=<unix seconds>,v1=<hex>`, with one `v1` for each secret that is valid.
pub(super) fn header<'a>(secrets: impl IntoIterator<Item = &'a Secret>, t: i64, body: &[u8]) -> String {
    secrets.into_iter().fold(format!("t={t}"), |header, secret| format!("{header},v1={}", secret.v1(t, body)))
}

/// The same header with the first digit of every `v1` another one.
pub(super) fn spoilt(header: &str) -> String {
    let spoil = |field: &str| match field.strip_prefix("v1=") {
        Some(hex) => {
            let first = if hex.starts_with('0') { '1' } else { '0' };
            format!("v1={first}{}", hex.chars().skip(1).collect::<String>())
        }
        None => field.to_owned(),
    };
    header.split(',').map(spoil).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_documented_scheme() {
        let secret = Secret("whsec_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".to_owned());
        let body = br#"{"conversation":{"id":"8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e","status":"bot_active"}}"#;
        let wanted = "t=1779458922,v1=e31e06ffb85a94fd56ddd4dcfcc8e1896e52c3c2e6d66c599feb818ba930c60d";
        assert_eq!(header([&secret], 1_779_458_922, body), wanted);
        let spoilt = spoilt(wanted);
        assert_eq!((spoilt.len(), spoilt.starts_with("t=1779458922,v1=031e06ff")), (wanted.len(), true));
    }

    #[test]
    fn a_fresh_secret_has_the_documented_form_and_is_not_printed() {
        let secret = Secret::fresh();
        let hex = secret.reveal().strip_prefix("whsec_").unwrap();
        assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        assert!(!format!("{secret:?}").contains(hex));
    }
}
