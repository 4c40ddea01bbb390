//! Opaque cursors: base64url of a key pair and of what they belong to (contract, section 3).
//!
//! Owns encoding alone. A cursor that was not made here, or for other filters, does not decode.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The last row of a page, and the list that it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) created_at: DateTime<Utc>,
    pub(super) id: String,
    #[serde(rename = "f")]
    pub(super) belongs: String,
}

impl Cursor {
    pub(super) fn encode(&self) -> String {
        encode(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// `None` when the text is no cursor, or one of another list.
    pub(super) fn decode(text: &str, belongs: &str) -> Option<Self> {
        let it: Self = serde_json::from_slice(&decode(text)?).ok()?;
        (it.belongs == belongs).then_some(it)
    }
}

/// A short name for a set of filters (FNV-1a).
pub(super) fn fingerprint(of: &str) -> String {
    let hash = of
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut word = 0_u32;
        for at in 0..3 {
            word = (word << 8) | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        for digit in 0..=chunk.len() {
            let six = (word >> (18 - 6 * digit)) & 63;
            out.push(char::from(ALPHABET[six as usize]));
        }
    }
    out
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    for chunk in text.as_bytes().chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut word = 0_u32;
        for at in 0..4 {
            let six = match chunk.get(at) {
                Some(byte) => u32::try_from(ALPHABET.iter().position(|letter| letter == byte)?).ok()?,
                None => 0,
            };
            word = (word << 6) | six;
        }
        let [_, bytes @ ..] = word.to_be_bytes();
        out.extend(bytes.iter().take(chunk.len() - 1));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_survives_the_way_there_and_back() {
        for length in 0..40_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37).wrapping_add(200)).collect();
            let text = encode(&bytes);
            assert!(text.bytes().all(|byte| ALPHABET.contains(&byte)));
            assert_eq!(decode(&text), Some(bytes));
        }
    }

    #[test]
    fn the_documented_sample_cursor_is_such_a_key_pair() {
        let sample = "eyJjcmVhdGVkX2F0IjoiMjAyNi0wNS0yM1QxMDoxNDozM1oiLCJpZCI6IjFiNGM0ZjVkLTllOGEtN2MzYi0yYTFkLTBmOWU4ZjNhOWQyZSJ9";
        let value: serde_json::Value = serde_json::from_slice(&decode(sample).unwrap()).unwrap();
        assert_eq!(value["created_at"], "2026-05-23T10:14:33Z");
        assert_eq!(Cursor::decode(sample, "another list"), None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "x", "!!!!", "AAAA", "a b c d", "é"] {
            assert_eq!(Cursor::decode(text, ""), None, "{text:?}");
        }
    }
}
