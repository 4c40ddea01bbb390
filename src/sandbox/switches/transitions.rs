//! Which status may follow which by PATCH (contract, section 8): the default matrix, and what a switch says instead.
//!
//! Owns the matrix alone. What a transition leads to is the world's.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sandbox::world::Status;

/// One override; `None` stands for any status.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    from: Option<Status>,
    to: Option<Status>,
    allow: bool,
}

/// Overrides of the default matrix, written `agent_requested>open=allow,*>archived=refuse`; the last that fits decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Transitions {
    rules: Vec<Rule>,
}

impl Transitions {
    /// Whether a PATCH may lead from one status to another one.
    #[must_use]
    pub fn allow(&self, from: &Status, to: &Status) -> bool {
        self.rule(from, to).unwrap_or_else(|| by_default(from, to))
    }

    /// What the overrides say, if they say anything.
    #[must_use]
    pub fn rule(&self, from: &Status, to: &Status) -> Option<bool> {
        let fits = |rule: &&Rule| {
            rule.from.as_ref().is_none_or(|held| held == from) && rule.to.as_ref().is_none_or(|held| held == to)
        };
        self.rules.iter().rev().find(fits).map(|rule| rule.allow)
    }
}

/// The emulator's default matrix (contract, section 8).
fn by_default(from: &Status, to: &Status) -> bool {
    use Status::{AgentRequested, Archived, BotActive, Closed, Open, Other, Resolved};
    match from {
        BotActive => matches!(to, AgentRequested | Open | Resolved | Closed),
        AgentRequested => matches!(to, Resolved | Closed),
        Open => matches!(to, AgentRequested | Resolved | Closed),
        Resolved => matches!(to, Open | Closed | Archived),
        Closed => matches!(to, Open | Resolved | Archived),
        Archived => matches!(to, Closed | Open),
        Other(_) => false,
    }
}

fn status(name: &str) -> Result<Option<Status>, String> {
    match Status::parse(name) {
        Status::Other(name) if &*name == "*" => Ok(None),
        Status::Other(name) => Err(format!("no status is called {name:?}")),
        known @ (Status::BotActive
        | Status::AgentRequested
        | Status::Open
        | Status::Resolved
        | Status::Closed
        | Status::Archived) => Ok(Some(known)),
    }
}

impl TryFrom<String> for Transitions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut rules = Vec::new();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            let wrong = || format!("a transition is written from>to=allow or from>to=refuse, not {one:?}");
            let (way, word) = one.split_once('=').ok_or_else(wrong)?;
            let (from, to) = way.split_once('>').ok_or_else(wrong)?;
            let allow = match word.trim() {
                "allow" => true,
                "refuse" => false,
                _ => return Err(wrong()),
            };
            rules.push(Rule { from: status(from.trim())?, to: status(to.trim())?, allow });
        }
        Ok(Self { rules })
    }
}

impl From<Transitions> for String {
    fn from(transitions: Transitions) -> Self {
        transitions.to_string()
    }
}

impl fmt::Display for Transitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.rules.iter().enumerate() {
            let name = |status: &Option<Status>| status.as_ref().map_or("*", Status::as_str).to_owned();
            let comma = if at == 0 { "" } else { "," };
            let word = if rule.allow { "allow" } else { "refuse" };
            write!(f, "{comma}{}>{}={word}", name(&rule.from), name(&rule.to))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Transitions, String> {
        Transitions::try_from(text.to_owned())
    }

    #[test]
    fn an_override_decides_and_the_last_that_fits_wins() {
        let it = read("agent_requested>open=allow, *>archived=allow,bot_active>archived=refuse").unwrap();
        assert!(it.allow(&Status::AgentRequested, &Status::Open));
        assert!(it.allow(&Status::Open, &Status::Archived));
        assert!(!it.allow(&Status::BotActive, &Status::Archived));
        assert!(it.allow(&Status::Open, &Status::Resolved), "the rest is the default's");
        assert!(!Transitions::default().allow(&Status::AgentRequested, &Status::Open));
    }

    #[test]
    fn what_is_written_is_read_back_and_nonsense_is_refused() {
        let text = "agent_requested>open=allow,*>archived=refuse";
        assert_eq!(read(text).unwrap().to_string(), text);
        assert_eq!(read("").unwrap(), Transitions::default());
        for text in ["open", "open>closed", "open>closed=maybe", "open>done=allow", "open=allow"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_leads_to_the_bot_by_default() {
        assert!(Status::KNOWN.iter().all(|from| !by_default(from, &Status::BotActive)));
    }
}
