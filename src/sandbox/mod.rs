//! A faithful server of the platform's API on this machine, for the demo, the tests and integrators.
//!
//! The way in: `server` speaks HTTP/1.1, `platform` answers one request without a socket, `world` is the organisation
//! itself, `visitors` bring it to life, `webhooks` tells what happened, `control` lets tests play everyone else.
//! `switches` holds both sides of each question that the contract leaves open, `faults` what may go wrong on the way,
//! `barriers` in which order a race ends.
//!
//! Owns its own records and never leans on the client's shapes: it is there to check the client.

mod barriers;
pub mod command;
mod control;
mod cursor;
mod faults;
pub mod platform;
mod server;
mod switches;
mod visitors;
mod webhooks;
pub mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::barriers::{Barrier, Turn};
pub use self::command::Command;
pub use self::control::ControlError;
pub use self::faults::{Fault, FaultKind};
use self::platform::{Platform, fresh_key};
use self::server::{Api, ControlDoor, Limits, Shared, keep_schedule, sender, serve};
pub use self::switches::{
    BodyCompare, BotMetadata, DashboardMetadata, DefaultSort, Envelope, ForeignAssignee, InFlight, MeShape,
    MessageOrder, NoteAuthor, OpenMarker, OverLimit, Pointless, RateWindows, Switches, Timestamps, Transitions,
    UnassignedAlone, UnknownFields, UnknownTag, VisitorToEnded, WebhookChanges, WebhookShape, WebhookVisibility,
};
use self::visitors::Visitors;
pub use self::webhooks::{Destination, DestinationError, WebhookFault, WebhookFaultKind};
use self::world::{Fill, World, back};
use crate::clock::Clock;
use crate::http::BuildError;
use crate::random::Random;

/// Who is in the world at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Script {
    /// Three members and a bot; nobody speaks by himself.
    #[default]
    None,
    /// The demo: a busy inbox, visitors and colleagues that behave like people.
    Demo,
}

/// How a sandbox starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the API listens. The control interface has a loopback port of its own.
    pub listen: SocketAddr,
    /// Requests a minute.
    pub minute_limit: u32,
    /// Requests an hour.
    pub hour_limit: u32,
    /// Made-up conversations.
    pub conversations: usize,
    /// Messages in each of them.
    pub messages: usize,
    /// The same seed makes the same data and the same script.
    pub seed: u64,
    /// Who is there.
    pub script: Script,
    /// The open questions.
    pub switches: Switches,
    /// The key; `None`: a fresh one.
    pub api_key: Option<String>,
    /// Where the deliveries of public hosts go; those of others go nowhere.
    pub deliver: Vec<Destination>,
    /// The platform's time.
    pub clock: Clock,
    /// Where ids of new records come from; never keys or the control path.
    pub random: Random,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            minute_limit: 60,
            hour_limit: 1_000,
            conversations: 0,
            messages: 0,
            seed: 1,
            script: Script::None,
            switches: Switches::default(),
            api_key: None,
            deliver: Vec::new(),
            clock: Clock::system(),
            random: Random::System,
        }
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The demo's script can't be read.
    #[error("the demo's script can't be read: {0}")]
    Script(serde_json::Error),
    /// Deliveries can't be sent.
    #[error(transparent)]
    Sender(BuildError),
}

/// Builds the platform that a sandbox serves, for use without a socket.
///
/// # Errors
///
/// The demo's script can't be read.
pub fn platform(options: &Options) -> Result<Platform, StartError> {
    let mut world = World::new(options.switches.clone(), options.random.clone());
    let now = options.clock.now().wall;
    let mut visitors = None;
    match options.script {
        Script::None => {
            let joined = back(now, 200 * 86_400);
            world.add_chatbot("Support bot", "ax7q9m", joined);
            world.add_member(Some("Mara"), None, "agent", joined);
            world.add_member(Some("Jonas"), Some("Weber"), "admin", joined);
            world.add_member(Some("Inês"), Some("Duarte"), "manager", joined);
        }
        Script::Demo => {
            visitors = Some(Visitors::open(&mut world, options.seed, now).map_err(StartError::Script)?);
        }
    }
    let (conversations, messages, seed) = (options.conversations, options.messages, options.seed);
    world.fill(&Fill { conversations, messages, seed, ..Fill::default() }, now);
    let key = options.api_key.clone().unwrap_or_else(fresh_key);
    let mut platform = Platform::new(world, key, options.minute_limit, options.hour_limit, options.random.clone());
    platform.visitors = visitors;
    for destination in &options.deliver {
        platform.webhooks.set_destination(destination.clone());
    }
    Ok(platform)
}

/// A running sandbox. Dropping it ends it at once.
pub struct Sandbox {
    base_url: String,
    api_key: String,
    control_url: String,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts listening; returns once requests are answered.
    ///
    /// # Errors
    ///
    /// The address is taken, or the demo's script can't be read.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let shared = Shared::new(platform(&options)?, options.clock.clone());
        let api_key = shared.platform().current_key().to_owned();
        let (api, api_at) = listen(options.listen).await?;
        let (door, door_at) = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        // A key to this machine's sandbox: never from a source that can be guessed.
        let secret = Random::System.hex(16);
        let control_url = format!("http://{door_at}/control/{secret}");
        let (stop, stopped) = watch::channel(false);
        let limits = Limits::default();
        let mut tasks = JoinSet::new();
        let handler = Arc::new(Api { shared: shared.clone(), limits: limits.clone() });
        tasks.spawn(serve(api, handler, limits.clone(), stopped.clone()));
        // Planted records may be large.
        let door_limits = Limits { body_bytes: 64 * 1024 * 1024, connections: 256, ..limits };
        let handler =
            Arc::new(ControlDoor { shared: shared.clone(), limits: door_limits.clone(), secret, port: door_at.port() });
        tasks.spawn(serve(door, handler, door_limits, stopped.clone()));
        tasks.spawn(keep_schedule(shared.clone(), sender().map_err(StartError::Sender)?, stopped));
        Ok(Self { base_url: format!("http://{api_at}/v1"), api_key, control_url, shared, stop, tasks })
    }

    /// `http://ADDRESS:PORT/v1`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The key that was valid at the start.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Where commands are posted.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    /// One command, carried out in process.
    ///
    /// # Errors
    ///
    /// A sentence that says what does not fit.
    pub fn control(&self, command: Command) -> Result<Value, ControlError> {
        self.shared.control(command)
    }

    /// In the demo: the user id of the person at the keyboard.
    #[must_use]
    pub fn demo_me(&self) -> Option<String> {
        self.shared.platform().visitors.as_ref().map(|visitors| visitors.me().to_owned())
    }

    /// Stops listening, lets requests under way end for a moment, then ends.
    pub async fn shutdown(mut self) {
        // Nobody listens any more only if the tasks have ended.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn listen(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(at).await.map_err(|error| StartError::Listen(at, error))?;
    let at = listener.local_addr().map_err(|error| StartError::Listen(at, error))?;
    Ok((listener, at))
}
