//! Answers in the place of the true one: what a fault says without a connection's help.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::errors::Refusal;
use super::{Answer, Platform, Ticket};
use crate::sandbox::faults::FaultKind;

impl Platform {
    pub(super) fn fault_before(&mut self, ticket: &Ticket, now: DateTime<Utc>) -> Option<Answer> {
        match ticket.fault()? {
            FaultKind::Status { status, code, details, body, headers } => {
                let details = details.as_ref();
                let mut answer = self.fault_status(*status, code.as_deref(), details, body.as_ref(), ticket, now);
                for (name, value) in headers {
                    answer.set(name, Some(value.clone()));
                }
                Some(answer)
            }
            FaultKind::NonJson { status, body } => {
                let mut answer = self.answer(*status, body.clone().into_bytes(), &ticket.request_id, now);
                answer.set("Content-Type", Some("text/html; charset=utf-8".to_owned()));
                Some(answer)
            }
            FaultKind::RateLimited { retry_after, hour } => {
                let mut answer = self.fault_status(429, None, None, None, ticket, now);
                let window = if *hour { "Hour" } else { "Minute" };
                answer.set(&format!("X-RateLimit-Remaining-{window}"), Some("0".to_owned()));
                if let Some(wait) = retry_after {
                    let reset = u64::try_from(now.timestamp()).unwrap_or(0).saturating_add(*wait);
                    answer.set(&format!("X-RateLimit-Reset-{window}"), Some(reset.to_string()));
                    answer.set("Retry-After", Some(wait.to_string()));
                }
                Some(answer)
            }
            FaultKind::Redirect { location, status } => {
                let mut answer = self.answer(*status, Vec::new(), &ticket.request_id, now);
                answer.set("Location", Some(location.clone()));
                Some(answer)
            }
            FaultKind::StatusAfterAccept { .. }
            | FaultKind::Slow { .. }
            | FaultKind::SlowAfterAccept { .. }
            | FaultKind::Hang
            | FaultKind::HangAfterAccept
            | FaultKind::ResetBeforeAccept
            | FaultKind::ResetAfterAccept
            | FaultKind::TruncatedBody
            | FaultKind::Trickle { .. }
            | FaultKind::Stale
            | FaultKind::GzipBomb { .. }
            | FaultKind::Headers { .. } => None,
        }
    }

    pub(super) fn fault_status(
        &mut self,
        status: u16,
        code: Option<&str>,
        details: Option<&Value>,
        body: Option<&String>,
        ticket: &Ticket,
        now: DateTime<Utc>,
    ) -> Answer {
        let internal = self.world.switches.internal_code.clone();
        let code = code.unwrap_or(match status {
            400 => "invalid_payload",
            401 => "invalid_api_key",
            403 => "forbidden",
            404 => &self.world.switches.not_found_code,
            409 => "conflict",
            429 => "rate_limited",
            _ => &internal,
        });
        let mut refusal = Refusal::new(status, code, "The request could not be completed.");
        if let Some(details) = details {
            refusal = refusal.with_details(details.clone());
        }
        let body = body.cloned().unwrap_or_else(|| refusal.body(&ticket.request_id));
        self.answer(status, body.into_bytes(), &ticket.request_id, now)
    }
}

/// The name of a fault, as the log tells it.
pub(super) fn fault_name(kind: &FaultKind) -> Option<String> {
    serde_json::to_value(kind).ok()?.get("kind")?.as_str().map(str::to_owned)
}
