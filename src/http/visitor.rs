//! Fetching what a visitor named, once a person asked for it (security, S14).
//!
//! A client of its own: no credential, no cookie, no Referer, no proxy. Every address of the name is judged before
//! anything is connected, and the connection goes to an address that was judged: the name is not looked up again.
//! Never decides that something is fetched, never writes a file.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use url::{Host, Url};

use super::address::is_public;
use super::{causes, install_provider};

/// What a look-up answers with, later.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds all addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> Found + Send + Sync>;

/// Sent as `User-Agent`: without a version, since nobody is owed one.
const USER_AGENT: &str = "takeover";

/// How far a fetch may reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// The Internet at large, by https.
    #[default]
    Internet,
    /// For tests: this machine as well, there also by plain http. No setting leads here.
    ThisMachineToo,
}

/// What one fetch may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// From the look-up to the last byte, redirects included.
    pub total: Duration,
    /// The most bytes, after decompression.
    pub bytes: usize,
    /// The most redirects.
    pub redirects: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { total: Duration::from_secs(10), bytes: 10_000_000, redirects: 3 }
    }
}

/// Why a file was not fetched, in words. Hosts in it are the visitor's: raw text, as everything from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No URL at all, or one without a host.
    #[error("its address cannot be read")]
    NotAUrl,
    /// Not https.
    #[error("only https is fetched, and its address begins with {0}:")]
    Scheme(String),
    /// A name or a password before the host.
    #[error("its address holds a user name before the host")]
    UserInfo,
    /// At least one address of the host is not one of the Internet at large.
    #[error("its host leads into this machine or a private network: {0}")]
    NotPublic(String),
    /// The name has no address.
    #[error("its host is not known: {0}")]
    Unknown(String),
    /// More redirects than allowed.
    #[error("its host sends on too often")]
    Redirects,
    /// A redirect without a readable place.
    #[error("its host sends on to nowhere")]
    Nowhere,
    /// An answer other than 200.
    #[error("its host answered {0}")]
    Status(u16),
    /// More bytes than allowed.
    #[error("it is larger than {} MB", .0 / 1_000_000)]
    TooLarge(usize),
    /// It took longer than allowed.
    #[error("it took longer than {} s", .0.as_secs())]
    TooSlow(Duration),
    /// The network or TLS failed.
    #[error("{0}")]
    Failed(String),
}

/// Fetches files of visitors.
#[derive(Clone)]
pub struct Fetcher {
    lookup: Lookup,
    reach: Reach,
    limits: FetchLimits,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fetcher").field("reach", &self.reach).field("limits", &self.limits).finish()
    }
}

impl Default for Fetcher {
    /// The Internet at large, names found as the machine finds them, the usual limits.
    fn default() -> Self {
        Self::with(Arc::new(|name| Box::pin(machines(name))), Reach::Internet, FetchLimits::default())
    }
}

/// The machine's own way to find a name.
async fn machines(name: String) -> io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((name, 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

impl Fetcher {
    /// With another way to find names, another reach or other limits.
    #[must_use]
    pub fn with(lookup: Lookup, reach: Reach, limits: FetchLimits) -> Self {
        Self { lookup, reach, limits }
    }

    /// The bytes behind a URL.
    ///
    /// # Errors
    /// [`FetchError`]; nothing is connected for [`FetchError::NotAUrl`], [`FetchError::Scheme`],
    /// [`FetchError::UserInfo`], [`FetchError::NotPublic`] and [`FetchError::Unknown`].
    pub async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let total = self.limits.total;
        tokio::time::timeout(total, self.follow(url)).await.unwrap_or(Err(FetchError::TooSlow(total)))
    }

    async fn follow(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let mut url = Url::parse(url).map_err(|_| FetchError::NotAUrl)?;
        for _ in 0..=self.limits.redirects {
            let client = self.client_for(&url).await?;
            let answer = client.get(url.clone()).send().await.map_err(failed)?;
            match answer.status().as_u16() {
                200 => return self.body(answer).await,
                301 | 302 | 303 | 307 | 308 => {
                    let place = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
                    url = place.and_then(|place| url.join(place).ok()).ok_or(FetchError::Nowhere)?;
                }
                other => return Err(FetchError::Status(other)),
            }
        }
        Err(FetchError::Redirects)
    }

    /// A client that can connect to the judged addresses of this URL's host and to nothing else.
    async fn client_for(&self, url: &Url) -> Result<reqwest::Client, FetchError> {
        if !matches!((url.scheme(), self.reach), ("https", _) | ("http", Reach::ThisMachineToo)) {
            return Err(FetchError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::UserInfo);
        }
        let (shown, addresses) = match url.host() {
            None => return Err(FetchError::NotAUrl),
            Some(Host::Ipv4(address)) => (address.to_string(), vec![IpAddr::V4(address)]),
            Some(Host::Ipv6(address)) => (address.to_string(), vec![IpAddr::V6(address)]),
            Some(Host::Domain(name)) => {
                let found = (self.lookup)(name.to_owned()).await.unwrap_or_default();
                (name.to_owned(), found)
            }
        };
        if addresses.is_empty() {
            return Err(FetchError::Unknown(shown));
        }
        let plain = url.scheme() == "http";
        // One address that leads inside is enough: which of them is taken is not ours to say.
        if !addresses.iter().all(|address| self.may_reach(*address, plain)) {
            return Err(FetchError::NotPublic(shown));
        }
        install_provider();
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A proxy would look the name up anew.
            .no_proxy()
            .dns_resolver(Arc::new(Judged(addresses)))
            .pool_max_idle_per_host(0);
        // Where no certificate will be looked at, none is needed.
        let builder = if plain { builder.tls_certs_only([]) } else { builder.https_only(true) };
        builder.build().map_err(failed)
    }

    fn may_reach(&self, address: IpAddr, plain: bool) -> bool {
        match self.reach {
            Reach::Internet => is_public(address),
            Reach::ThisMachineToo => address.is_loopback() || (is_public(address) && !plain),
        }
    }

    async fn body(&self, mut answer: reqwest::Response) -> Result<Vec<u8>, FetchError> {
        let most = self.limits.bytes;
        let told = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if told > most {
            return Err(FetchError::TooLarge(most));
        }
        let mut bytes = Vec::with_capacity(told);
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > most {
                return Err(FetchError::TooLarge(most));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

fn failed(error: reqwest::Error) -> FetchError {
    FetchError::Failed(format!("it could not be fetched: {}", causes(&error.without_url())))
}

/// Answers with these addresses, whatever is asked: a name is never looked up a second time.
struct Judged(Vec<IpAddr>);

impl Resolve for Judged {
    fn resolve(&self, _: Name) -> Resolving {
        // Port 0: the URL's.
        let addresses: Vec<SocketAddr> = self.0.iter().map(|address| SocketAddr::new(*address, 0)).collect();
        Box::pin(std::future::ready(Ok(Box::new(addresses.into_iter()) as Addrs)))
    }
}
