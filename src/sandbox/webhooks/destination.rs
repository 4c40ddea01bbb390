//! Where deliveries really go: documented public hosts led to this machine. Nothing is ever sent anywhere else.

use std::collections::BTreeMap;

use url::{Host, Url};

use crate::http::BaseUrl;

/// A public host and the address on this machine that receives its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    host: String,
    to: BaseUrl,
}

/// Why a destination can't be used, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Not of the form `HOST=URL`.
    #[error("a destination is written HOST=URL, as in relay.example.com=http://127.0.0.1:8080")]
    Form,
    /// The host is no name.
    #[error("{0:?} is no host name")]
    Host(String),
    /// The address is not plain http to this machine.
    #[error(
        "deliveries go to this machine alone: the URL must begin with http://127.0.0.1, http://[::1] or http://localhost"
    )]
    Elsewhere,
}

impl Destination {
    /// A host, and plain http to this machine. What stands in the endpoint's URL after the host is added to `url`.
    ///
    /// # Errors
    ///
    /// [`DestinationError`], each in words that a person can act on.
    pub fn new(host: &str, url: &str) -> Result<Self, DestinationError> {
        let named = Url::parse(&format!("https://{}/", host.trim())).ok();
        let host = match named.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) if named.as_ref().is_some_and(|url| url.path() == "/" && url.port().is_none()) => {
                name.trim_end_matches('.').to_owned()
            }
            Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_)) | None => {
                return Err(DestinationError::Host(host.to_owned()));
            }
        };
        let to = BaseUrl::parse(url).map_err(|_| DestinationError::Elsewhere)?;
        if !to.is_this_machine() || !to.as_str().starts_with("http://") {
            return Err(DestinationError::Elsewhere);
        }
        Ok(Self { host, to })
    }

    /// From `HOST=URL`.
    ///
    /// # Errors
    ///
    /// As [`Destination::new`], and when there is no `=`.
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let (host, url) = text.split_once('=').ok_or(DestinationError::Form)?;
        Self::new(host, url)
    }
}

/// All destinations, by host.
#[derive(Clone, Debug, Default)]
pub(super) struct Destinations {
    by_host: BTreeMap<String, BaseUrl>,
}

impl Destinations {
    pub(super) fn set(&mut self, destination: Destination) {
        self.by_host.insert(destination.host, destination.to);
    }

    /// Takes a host's destination away; returns whether there was one.
    pub(super) fn remove(&mut self, host: &str) -> bool {
        self.by_host.remove(&host.trim_end_matches('.').to_ascii_lowercase()).is_some()
    }

    /// Where a delivery to this endpoint is sent; `None`: nowhere.
    pub(super) fn of(&self, endpoint: &Url) -> Option<Url> {
        let host = endpoint.host_str()?.trim_end_matches('.');
        let mut url = self.by_host.get(host)?.endpoint(&[]);
        let path = format!("{}{}", url.path().trim_end_matches('/'), endpoint.path());
        url.set_path(&path);
        url.set_query(endpoint.query());
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_host_is_led_to_this_machine_with_its_path_and_query() {
        let mut all = Destinations::default();
        all.set(Destination::parse("Relay.example.com=http://127.0.0.1:8080/").unwrap());
        all.set(Destination::parse("other.example.com=http://localhost:9/in").unwrap());
        let led = |all: &Destinations, url: &str| all.of(&Url::parse(url).unwrap()).map(String::from);
        let of = |url: &str| led(&all, url);
        assert_eq!(of("https://relay.example.com/v1/in/a%20b?x=1").unwrap(), "http://127.0.0.1:8080/v1/in/a%20b?x=1");
        assert_eq!(of("https://relay.example.com.:8443/").unwrap(), "http://127.0.0.1:8080/");
        assert_eq!(of("https://other.example.com/c").unwrap(), "http://localhost:9/in/c");
        assert_eq!(of("https://relay.example.com.evil.example/v1"), None);
        assert!(all.remove("RELAY.example.com"));
        assert_eq!(led(&all, "https://relay.example.com/"), None);
    }

    #[test]
    fn a_destination_elsewhere_is_refused() {
        for url in ["https://127.0.0.1:1", "http://10.0.0.1", "http://localhost.evil.example", "http://x@127.0.0.1", ""]
        {
            assert_eq!(Destination::new("relay.example.com", url), Err(DestinationError::Elsewhere), "{url}");
        }
        for host in ["", "127.0.0.1", "[::1]", "a/b", "relay.example.com:8443", "a b"] {
            let refused = Destination::new(host, "http://127.0.0.1:1");
            assert_eq!(refused, Err(DestinationError::Host(host.to_owned())), "{host}");
        }
        assert_eq!(Destination::parse("relay.example.com"), Err(DestinationError::Form));
    }
}
