//! A small gzip stream that unpacks to a very large list: to prove that limits hold after decompression.
//!
//! Written by hand: one deflate block with fixed codes (RFC 1951, section 3.2.6), a short list around very many
//! blanks, each run of 258 of them one back reference.

use hyper::body::Bytes;

use super::body::{AnyBody, Step, paced};

const START: &[u8] = b"{\"object\":\"list\",\"has_more\":false,\"next_cursor\":null,\"data\":[ ";
const END: &[u8] = b"]}";
const RUN: u64 = 258;
const CHUNK: usize = 2 * 1024;

/// CRC-32 by bytes (RFC 1952, section 8).
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

struct Bomb {
    runs_left: u64,
    stage: Stage,
    bits: u64,
    held: u32,
    out: Vec<u8>,
    crc: u32,
    size: u32,
}

enum Stage {
    Head,
    Runs,
    Done,
}

/// A body of at least `bytes` bytes when unpacked.
pub(super) fn gzip_bomb(bytes: u64) -> AnyBody {
    let mut bomb = Bomb {
        runs_left: bytes.div_ceil(RUN),
        stage: Stage::Head,
        bits: 0,
        held: 0,
        out: Vec::with_capacity(CHUNK + 64),
        crc: u32::MAX,
        size: 0,
    };
    paced(move || bomb.chunk().map_or(Step::End, |chunk| Step::Send(Bytes::from(chunk))))
}

impl Bomb {
    fn chunk(&mut self) -> Option<Vec<u8>> {
        match self.stage {
            Stage::Head => {
                self.out.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
                self.put(0b011, 3);
                for byte in START {
                    self.literal(*byte);
                }
                self.stage = Stage::Runs;
            }
            Stage::Runs => {
                while self.runs_left > 0 && self.out.len() < CHUNK {
                    // Length 258 is code 285, distance 1 is code 0; codes go in from their highest bit.
                    self.code(0b1100_0101, 8);
                    self.code(0, 5);
                    self.runs_left -= 1;
                    for _ in 0..RUN {
                        self.count(b' ');
                    }
                }
                if self.runs_left == 0 {
                    for byte in END {
                        self.literal(*byte);
                    }
                    self.code(0, 7);
                    self.put(0, (8 - self.held % 8) % 8);
                    let (crc, size) = (!self.crc, self.size);
                    self.out.extend(crc.to_le_bytes());
                    self.out.extend(size.to_le_bytes());
                    self.stage = Stage::Done;
                }
            }
            Stage::Done => return None,
        }
        Some(std::mem::take(&mut self.out))
    }

    fn literal(&mut self, byte: u8) {
        self.code(u32::from(byte) + 0x30, 8);
        self.count(byte);
    }

    fn count(&mut self, byte: u8) {
        self.size = self.size.wrapping_add(1);
        let [low, ..] = self.crc.to_le_bytes();
        self.crc = (self.crc >> 8) ^ TABLE[usize::from(low ^ byte)];
    }

    fn code(&mut self, code: u32, length: u32) {
        for bit in (0..length).rev() {
            self.put((code >> bit) & 1, 1);
        }
    }

    fn put(&mut self, bits: u32, length: u32) {
        self.bits |= u64::from(bits) << self.held;
        self.held += length;
        while self.held >= 8 {
            self.out.push((self.bits & 0xFF) as u8);
            self.bits >>= 8;
            self.held -= 8;
        }
    }
}
