//! Where a page begins and how much it brings, in the words of either style of list (contract, section 3).
//!
//! Owns the query's names for that. Never decides when a walk goes on.

use url::Url;

use crate::domain::Cursor;

use super::decode;

/// The most elements that a page may have (contract, section 3).
const MOST: u8 = 100;

/// Adds where a walk goes on and how much to bring.
pub(super) fn place(url: &mut Url, cursor: Option<&Cursor>, limit: u8) {
    let limit = limit.clamp(1, MOST);
    match cursor.map(|cursor| (cursor, decode::offset(cursor))) {
        Some((_, Some(offset))) => {
            let (page, size) = page_behind(offset, limit);
            url.query_pairs_mut().append_pair("page", &page.to_string()).append_pair("page_size", &size.to_string());
        }
        Some((cursor, None)) => {
            url.query_pairs_mut().append_pair("limit", &limit.to_string()).append_pair("cursor", cursor.0.as_raw());
        }
        None => {
            url.query_pairs_mut().append_pair("limit", &limit.to_string());
        }
    }
}

/// Adds the number of a page, from 1, as large as pages can be.
pub(super) fn number(url: &mut Url, page: u32) {
    url.query_pairs_mut().append_pair("page", &page.max(1).to_string()).append_pair("page_size", &MOST.to_string());
}

/// The page that begins behind so many elements, and its size: the largest one up to `limit` of which a whole number of
/// pages lies before. The first page may have had another size than what is wanted now.
fn page_behind(offset: u64, limit: u8) -> (u64, u64) {
    let size = (1..=u64::from(limit)).rev().find(|size| offset.is_multiple_of(*size)).unwrap_or(1);
    (offset / size + 1, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_begins_exactly_where_the_one_before_ended_whatever_their_sizes() {
        assert_eq!(page_behind(25, 25), (2, 25));
        assert_eq!(page_behind(25, 100), (2, 25));
        assert_eq!(page_behind(100, 50), (3, 50));
        assert_eq!(page_behind(25, 5), (6, 5));
        assert_eq!(page_behind(25, 1), (26, 1));
        assert_eq!(page_behind(0, 100), (1, 100));
        for offset in 0..300 {
            for limit in 1..=100 {
                let (page, size) = page_behind(offset, limit);
                assert_eq!((page - 1) * size, offset);
                assert!((1..=u64::from(limit)).contains(&size));
            }
        }
    }
}
