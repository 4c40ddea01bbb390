//! `takeover sandbox`: the whole platform on this machine, until told to stop.
//!
//! Owns the command's arguments and its one line of JSON. Never decides how the sandbox behaves.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::random::Random;
use crate::sandbox::{Destination, Options, Sandbox, Script, StartError, Switches};

/// Serve the platform's API on this machine, for tests and for trying things out.
#[derive(Args, Clone, Debug)]
pub struct SandboxArgs {
    /// Port of the API; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Address of the API. The control interface is on loopback whatever this says.
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,
    /// Make this many conversations.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub conversations: usize,
    /// Messages in each of them.
    #[arg(long, value_name = "M", default_value_t = 6)]
    pub messages: usize,
    /// The same seed makes the same data.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Requests a minute.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub minute_limit: u32,
    /// Requests an hour.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub hour_limit: u32,
    /// Answer an open question of the API the other way, as in `message_order=asc`; may be repeated.
    #[arg(long = "switch", value_name = "NAME=VALUE", value_parser = one_switch)]
    pub switches: Vec<String>,
    /// Send the webhook deliveries of a public host to this machine, as in
    /// `relay.example.com=http://127.0.0.1:8080`; may be repeated. Those of other hosts go nowhere.
    #[arg(long, value_name = "HOST=URL", value_parser = Destination::parse)]
    pub deliver: Vec<Destination>,
    /// With scripted visitors, a bot and colleagues.
    #[arg(long)]
    pub demo: bool,
}

fn one_switch(text: &str) -> Result<String, String> {
    Switches::default().set_text(text)?;
    Ok(text.to_owned())
}

/// Why the command ended early.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The sandbox did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A switch does not fit.
    #[error("{0}")]
    Switch(String),
    /// The line could not be written, or signals can't be waited for.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl SandboxArgs {
    /// The options that the arguments ask for.
    ///
    /// # Errors
    ///
    /// A switch that does not fit.
    pub fn options(&self) -> Result<Options, SandboxError> {
        let mut switches = Switches::default();
        for switch in &self.switches {
            switches.set_text(switch).map_err(SandboxError::Switch)?;
        }
        Ok(Options {
            listen: SocketAddr::new(self.listen, self.port),
            minute_limit: self.minute_limit,
            hour_limit: self.hour_limit,
            conversations: self.conversations,
            messages: self.messages,
            seed: self.seed,
            script: if self.demo { Script::Demo } else { Script::None },
            switches,
            api_key: None,
            deliver: self.deliver.clone(),
            clock: Clock::system(),
            // Repeatable to the last id; keys and the control path never come from here.
            random: Random::seeded(self.seed),
        })
    }
}

/// Starts the sandbox, writes one line of JSON with `base_url`, `api_key` and `control_url`, and serves until
/// SIGINT, SIGTERM or SIGHUP. Needs a runtime with timers and signals.
///
/// # Errors
///
/// The sandbox did not start, or the line could not be written.
pub async fn run(args: &SandboxArgs, mut out: impl Write) -> Result<(), SandboxError> {
    let mut ends = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let sandbox = Sandbox::start(args.options()?).await?;
    let line = json!({
        "base_url": sandbox.base_url(),
        "api_key": sandbox.api_key(),
        "control_url": sandbox.control_url(),
    });
    writeln!(out, "{line}")?;
    out.flush()?;
    let [interrupt, terminate, hangup] = &mut ends;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    sandbox.shutdown().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::sandbox::MessageOrder;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: SandboxArgs,
    }

    #[test]
    fn arguments_become_options() {
        let words = ["sandbox", "--port", "8080", "--listen", "127.0.0.2", "--conversations", "9", "--seed", "4"];
        let more = ["--minute-limit", "7", "--hour-limit", "70", "--switch", "message_order=asc", "--demo"];
        let args = Line::try_parse_from(words.into_iter().chain(more)).ok().unwrap().args;
        let options = args.options().unwrap();
        assert_eq!(options.listen, "127.0.0.2:8080".parse().unwrap());
        assert_eq!((options.conversations, options.seed), (9, 4));
        assert_eq!((options.minute_limit, options.hour_limit), (7, 70));
        assert_eq!(options.switches.message_order, MessageOrder::Asc);
        assert_eq!(options.script, Script::Demo);
    }

    #[test]
    fn deliveries_can_be_led_to_this_machine_and_nowhere_else() {
        let words = [
            "sandbox",
            "--deliver",
            "relay.example.com=http://127.0.0.1:8080",
            "--deliver",
            "b.example=http://[::1]:9",
        ];
        let options = Line::try_parse_from(words).ok().unwrap().args.options().unwrap();
        assert_eq!(options.deliver.len(), 2);
        let refused =
            Line::try_parse_from(["sandbox", "--deliver", "relay.example.com=http://10.0.0.1"]).err().unwrap();
        assert!(refused.to_string().contains("this machine alone"));
    }

    #[test]
    fn a_switch_that_does_not_exist_is_refused_with_the_names_of_those_that_do() {
        let refused = Line::try_parse_from(["sandbox", "--switch", "colour=red"]).err().unwrap();
        assert!(refused.to_string().contains("timestamps"));
    }
}
