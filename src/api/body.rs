//! Reads an answer's body within its limit: by chunks, so that a bomb costs no more than the limit.

use reqwest::Response;

/// Why a body could not be read whole.
#[derive(Debug)]
pub(super) enum Cut {
    /// It has more bytes, after decompression, than are taken.
    TooLarge,
    /// It broke off: time ran out, the connection ended, or the compression is no compression.
    Broken(reqwest::Error),
}

/// The whole body, decompressed, at most `limit` bytes.
pub(super) async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, Cut> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) > limit => return Err(Cut::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(Cut::Broken(error)),
        }
    }
}
