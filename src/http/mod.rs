//! The one HTTP client builder: no redirects, TLS checked, plain HTTP only to this machine and never by a proxy.
//!
//! Owns where a credential may travel (security, S13) and the limits of a request; and, apart from it, the client that
//! fetches a visitor's file without any ([`visitor`]). Never knows an endpoint, never reads an answer of the API.

mod address;
pub mod visitor;

pub use address::is_public;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use url::{Host, Url};

/// Where the platform is when nobody says otherwise.
pub const DEFAULT_BASE_URL: &str = "https://api.awardee.dev/v1";

/// What [`client`] builds.
pub type Client = reqwest::Client;

const USER_AGENT: &str = concat!("takeover/", env!("CARGO_PKG_VERSION"));

/// Why a text is no base URL. The text itself is not repeated: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// No URL at all.
    #[error("the base URL is not a web address ({0}); it looks like {DEFAULT_BASE_URL}")]
    NotAUrl(url::ParseError),
    /// Neither https nor http.
    #[error("the base URL must begin with https://")]
    Scheme,
    /// A name or a password before the host, which is also how one host is dressed up as another.
    #[error("the base URL must not hold a user name or password (what stands before the @)")]
    UserInfo,
    /// A query or a fragment, to which no path can be added.
    #[error("the base URL must end with its path: no ? and no #")]
    Query,
    /// Plain http to another machine.
    #[error("plain http is only for this machine (127.0.0.1, [::1] or localhost); for {0} use https://")]
    PlainHttp(String),
}

/// Where the API is: https to anywhere, plain http to this machine alone.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    this_machine: bool,
}

impl BaseUrl {
    /// Reads and judges a base URL. Slashes at its end do not matter.
    ///
    /// # Errors
    /// [`BaseUrlError`], each in words that a person can act on.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text.trim()).map_err(BaseUrlError::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BaseUrlError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        let this_machine = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
            Some(Host::Domain(name)) => name == "localhost",
            None => return Err(BaseUrlError::NotAUrl(url::ParseError::EmptyHost)),
        };
        if url.scheme() == "http" && !this_machine {
            return Err(BaseUrlError::PlainHttp(url.host_str().unwrap_or_default().to_owned()));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, this_machine })
    }

    /// The URL of an endpoint. Each segment is escaped, so that it stays one.
    #[must_use]
    pub fn endpoint(&self, segments: &[&str]) -> Url {
        let mut url = self.url.clone();
        // http and https URLs always have a path, so this is always there.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// The host, and the port where it is not the usual one: what messages may name.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The URL, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Whether it leads to this machine alone.
    #[must_use]
    pub const fn is_this_machine(&self) -> bool {
        self.this_machine
    }

    fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What one request may take (security, S7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// From the start to the last byte of the answer.
    pub total: Duration,
    /// The most bytes of an answer, after decompression.
    pub body: usize,
    /// The most bytes of an error's answer, after decompression.
    pub error_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            body: 16 * 1024 * 1024,
            error_body: 64 * 1024,
        }
    }
}

/// How a client is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// What one request may take.
    pub limits: Limits,
    /// Whether the system's proxy settings count. For this machine they never do.
    pub system_proxy: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), system_proxy: true }
    }
}

/// Why no client could be made, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The machine has nothing to check a certificate against.
    #[error("this machine has no root certificates to check https with: install the ca-certificates package")]
    NoRoots,
    /// Anything else that TLS or the proxy settings do not let through.
    #[error("the network could not be set up: {0}")]
    Other(String),
}

/// Makes ring the process's TLS provider. Doing it again changes nothing.
pub fn install_provider() {
    // An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The one client builder. `authorization` goes with every request, marked sensitive.
///
/// # Errors
/// [`BuildError`] where TLS cannot be set up.
pub fn client(base: &BaseUrl, options: &Options, authorization: Option<HeaderValue>) -> Result<Client, BuildError> {
    install_provider();
    let mut headers = HeaderMap::new();
    if let Some(mut value) = authorization {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(options.limits.connect)
        .timeout(options.limits.total)
        // Below what servers keep idle connections for, so that a send seldom meets one that was just closed.
        .pool_idle_timeout(Duration::from_secs(30))
        .tcp_nodelay(true);
    if base.this_machine || !options.system_proxy {
        builder = builder.no_proxy();
    }
    if base.this_machine {
        // The name is resolved here: a hosts file or a name server cannot lead it elsewhere. The port is the URL's.
        let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        builder = builder.resolve_to_addrs("localhost", &addresses.map(|address| SocketAddr::new(address, 0)));
    }
    builder = if base.is_plain() {
        // No certificate is ever looked at, so a machine without root certificates can still run the demo.
        builder.tls_certs_only([])
    } else {
        builder.https_only(true)
    };
    builder.build().map_err(|error| {
        let chain = causes(&error);
        if chain.contains("No CA certificates") { BuildError::NoRoots } else { BuildError::Other(chain) }
    })
}

fn causes(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(error.source(), |cause| cause.source());
    chain.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_https_anywhere_or_plain_http_on_this_machine() {
        for (text, shown) in [
            (DEFAULT_BASE_URL, "https://api.awardee.dev/v1"),
            (" https://api.awardee.dev/v1/ \n", "https://api.awardee.dev/v1"),
            ("https://api.awardee.dev//", "https://api.awardee.dev"),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
            ("http://127.8.9.10", "http://127.8.9.10"),
            ("http://[::1]:9/v1", "http://[::1]:9/v1"),
            ("http://LocalHost:1/", "http://localhost:1"),
        ] {
            let base = BaseUrl::parse(text).expect(text);
            assert_eq!((base.as_str(), base.to_string().as_str()), (shown, shown));
        }
    }

    #[test]
    fn a_base_url_that_only_looks_like_this_machine_is_refused() {
        for text in [
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://localhost.",
            "http://evil.example",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://10.0.0.1",
        ] {
            assert!(matches!(BaseUrl::parse(text), Err(BaseUrlError::PlainHttp(_))), "{text}");
        }
        for text in ["http://localhost@evil.example", "https://aw_live_0@api.awardee.dev", "http://:p@127.0.0.1"] {
            assert_eq!(BaseUrl::parse(text), Err(BaseUrlError::UserInfo), "{text}");
        }
        for text in ["ftp://127.0.0.1", "file:///etc/passwd", "localhost:8080", "javascript:0"] {
            assert_eq!(BaseUrl::parse(text), Err(BaseUrlError::Scheme), "{text}");
        }
        for text in ["https://api.awardee.dev/v1?key=1", "https://api.awardee.dev/v1#x"] {
            assert_eq!(BaseUrl::parse(text), Err(BaseUrlError::Query), "{text}");
        }
        for text in ["", "api.awardee.dev", "https://", "http://[::1"] {
            assert!(matches!(BaseUrl::parse(text), Err(BaseUrlError::NotAUrl(_))), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_base_url_is_said_without_repeating_secrets() {
        let error = BaseUrl::parse("https://user:secret@api.awardee.dev").expect_err("userinfo").to_string();
        assert!(error.contains("before the @") && !error.contains("secret"), "{error}");
        let error = BaseUrl::parse("http://evil.example/?k=secret").expect_err("a query").to_string();
        assert!(!error.contains("secret"), "{error}");
        let error = BaseUrl::parse("http://evil.example/v1").expect_err("plain http").to_string();
        assert!(error.contains("evil.example use https://"), "{error}");
    }

    #[test]
    fn a_segment_of_an_endpoint_stays_one_segment() {
        let base = BaseUrl::parse("https://api.awardee.dev/v1/").expect("a base URL");
        assert_eq!(base.endpoint(&["conversations", "a-1", "messages"]).path(), "/v1/conversations/a-1/messages");
        assert_eq!(base.endpoint(&["a/../b?c#d"]).as_str(), "https://api.awardee.dev/v1/a%2F..%2Fb%3Fc%23d");
        let root = BaseUrl::parse("https://api.awardee.dev").expect("a base URL");
        assert_eq!(root.endpoint(&["me"]).as_str(), "https://api.awardee.dev/me");
    }

    #[test]
    fn the_client_can_be_built_again_and_again() {
        let base = BaseUrl::parse("http://127.0.0.1:1").expect("a base URL");
        for _ in 0..2 {
            install_provider();
            client(&base, &Options::default(), Some(HeaderValue::from_static("Bearer x"))).expect("a client");
        }
    }
}
