//! Every row of the contract's section 8 and every open question of its section 11, under each answer that the sandbox
//! can play, through the client that the program uses. The name of a test names its section and row.
//!
//! Where a question is about what the program does with an answer and not about the answer, the test here shows that
//! the client brings both answers home, and a comment names the test of the program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "contract/agent.rs"]
mod agent;
#[path = "contract/section_11_a.rs"]
mod section_11_a;
#[path = "contract/section_11_b.rs"]
mod section_11_b;
#[path = "contract/section_2.rs"]
mod section_2;
#[path = "contract/section_8.rs"]
mod section_8;
mod support;
