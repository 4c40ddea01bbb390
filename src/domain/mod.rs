//! What the inbox is about: conversations, messages, members, drafts on their way out, and what may be done with them.
//!
//! Owns the meaning of the platform's objects after they were decoded. Never knows JSON, a socket, a file or a cell
//! of the screen. Text from outside stays [`crate::text::RawText`] here, byte for byte.

pub mod change;
pub mod conversation;
pub mod directory;
pub mod ids;
pub mod legality;
pub mod message;
pub mod note;
pub mod outbox;
pub mod page;
pub mod problem;
pub mod speaker;
pub mod tag;
pub mod time;

pub use change::Change;
pub use conversation::{Conversation, Origin, Priority, Status};
pub use directory::{Chatbot, Me, Member};
pub use ids::{ChatbotId, ConversationId, LocalId, MemberId, MessageId, NoteId, TagId, UserId};
pub use message::{Message, Metadata, Part, PartKind, Role};
pub use note::Note;
pub use page::{Cursor, Page};
pub use problem::{Problem, Remedy};
pub use speaker::Speaker;
pub use tag::{Color, Tag, TagDelta};
pub use time::{Moment, Time, Zone};
