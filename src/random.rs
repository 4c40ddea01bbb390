//! The only door to chance.

use std::sync::{Arc, Mutex, PoisonError};

/// A source of random bytes: the machine's, or a repeatable one for tests and large made-up data.
#[derive(Clone, Debug)]
pub enum Random {
    /// The operating system's.
    System,
    /// Repeatable (SplitMix64), never for secrets.
    Seeded(Arc<Mutex<u64>>),
}

impl Random {
    /// A repeatable source.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(seed)))
    }

    /// Fills the bytes. The operating system's source failing is not survivable: an id that is not random could make
    /// two sends share a key.
    #[expect(clippy::panic, reason = "no randomness, no safe key: better to stop than to send")]
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::System => {
                if let Err(error) = getrandom::fill(bytes) {
                    panic!("the operating system gives no random bytes: {error}");
                }
            }
            Self::Seeded(_) => {
                for chunk in bytes.chunks_mut(8) {
                    let word = self.next_u64().to_le_bytes();
                    for (to, from) in chunk.iter_mut().zip(word) {
                        *to = from;
                    }
                }
            }
        }
    }

    /// One random number over the whole range.
    #[must_use]
    pub fn next_u64(&self) -> u64 {
        match self {
            Self::System => {
                let mut bytes = [0; 8];
                self.fill(&mut bytes);
                u64::from_le_bytes(bytes)
            }
            Self::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut word = *state;
                word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                word ^ (word >> 31)
            }
        }
    }

    /// A random UUID, version 4, lower case.
    #[must_use]
    pub fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Lower-case hex digits, two a byte.
    #[must_use]
    pub fn hex(&self, bytes: usize) -> String {
        let mut filled = vec![0; bytes];
        self.fill(&mut filled);
        filled.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
