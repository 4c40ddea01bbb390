//! The one HTTP client builder: no redirects, TLS checked, plain HTTP only to this machine and never by a proxy.
