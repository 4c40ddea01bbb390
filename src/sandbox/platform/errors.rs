//! The flat error envelope (contract, section 4). Owns its shape alone.

use serde_json::{Value, json};

use crate::sandbox::world::FieldErrors;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    code: String,
    message: String,
    details: Option<Value>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned(), details: None }
    }

    pub(super) fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    pub(super) fn query(errors: &FieldErrors) -> Self {
        Self::new(400, "invalid_query", "Invalid query parameters.").with_details(errors.details())
    }

    pub(super) fn payload(errors: &FieldErrors) -> Self {
        Self::new(400, "invalid_payload", "Invalid request body.").with_details(errors.details())
    }

    pub(super) fn body(&self, request_id: &str) -> String {
        let mut body = json!({ "error": self.code, "message": self.message, "request_id": request_id });
        if let (Some(details), Some(fields)) = (&self.details, body.as_object_mut()) {
            fields.insert("details".to_owned(), details.clone());
        }
        body.to_string()
    }
}
