//! Opens a connection, and times each step of it.

use hyper::Uri;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ProtocolVersion, RootCertStore};

use super::{Phases, Trouble};

/// How long the first of several addresses may take before the next is tried.
const NEXT_ADDRESS: Duration = Duration::from_millis(300);

/// The body of a GET request: none.
pub type NoBody = http_body_util::Empty<Bytes>;

/// Where connections go.
pub struct Origin {
    host: String,
    port: u16,
    /// What stands in the `host` header.
    pub authority: String,
    /// What stands in the request line.
    pub path: Uri,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// An open connection.
pub struct Connection {
    /// Sends requests over it.
    pub sender: SendRequest<NoBody>,
    /// The TLS version.
    pub tls: &'static str,
}

impl Origin {
    /// Takes a URL apart, and reads the certificates that the machine trusts when it needs them.
    pub fn new(url: &str) -> Result<Self, String> {
        let wrong = |reason: &str| format!("`{url}` is not a URL to probe: {reason}");
        let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            // It would be printed with the URL.
            return Err("a URL to probe must not hold a user or password; use a header".to_owned());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let (tls, port) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            _ => return Err(wrong("it must begin with `https://` or `http://`")),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse().map_err(|error| wrong(&format!("{error}")))?;
        let tls = if tls { Some(tls_to(&host)?) } else { None };
        Ok(Self {
            port: authority.port_u16().unwrap_or(port),
            authority: authority.as_str().to_owned(),
            host,
            path,
            tls,
        })
    }

    /// Opens a connection. Each step that is through is noted, whatever becomes of the next.
    pub async fn connect(&self, phases: &mut Phases) -> Result<Connection, Trouble> {
        let addresses = self.resolve(phases).await?;
        let start = Instant::now();
        let stream = open(&addresses).await.map_err(|_| Trouble::Connect)?;
        phases.tcp_us = Some(micros(start.elapsed()));
        // A request is one small write, which must not wait for company.
        stream.set_nodelay(true).map_err(|_| Trouble::Connect)?;
        let Some((connector, name)) = &self.tls else {
            return Ok(Connection {
                sender: speak(stream).await?,
                tls: "none",
            });
        };
        let start = Instant::now();
        let stream = connector
            .connect(name.clone(), stream)
            .await
            .map_err(|_| Trouble::Tls)?;
        phases.tls_us = Some(micros(start.elapsed()));
        let tls = match stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "1.3",
            Some(ProtocolVersion::TLSv1_2) => "1.2",
            _ => "unknown",
        };
        Ok(Connection {
            sender: speak(stream).await?,
            tls,
        })
    }

    async fn resolve(&self, phases: &mut Phases) -> Result<Vec<SocketAddr>, Trouble> {
        if let Ok(address) = self.host.parse::<IpAddr>() {
            return Ok(vec![(address, self.port).into()]);
        }
        let start = Instant::now();
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|_| Trouble::Dns)?.collect();
        phases.dns_us = Some(micros(start.elapsed()));
        if addresses.is_empty() {
            return Err(Trouble::Dns);
        }
        Ok(addresses)
    }
}

fn tls_to(host: &str) -> Result<(TlsConnector, ServerName<'static>), String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("`{host}` is no name of a host"))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine trusts no certificate authority; set SSL_CERT_FILE".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}

async fn open(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for (index, address) in addresses.iter().enumerate() {
        let attempt = TcpStream::connect(address);
        let opened = if index + 1 < addresses.len() {
            // A family of addresses that leads nowhere must not cost the whole request.
            tokio::time::timeout(NEXT_ADDRESS, attempt)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        } else {
            attempt.await
        };
        match opened {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Speaks HTTP/1.1 over a stream: what every endpoint understands, and one request at a time on a connection.
async fn speak<S>(stream: S) -> Result<SendRequest<NoBody>, Trouble>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Trouble::Connect)?;
    // How it ends is seen by whoever sends the next request.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

/// Whole microseconds.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let origin = Origin::new("http://[::1]:8080/v1/health?deep=1").ok().unwrap();
        assert_eq!((origin.host.as_str(), origin.port), ("::1", 8080));
        assert_eq!(origin.authority, "[::1]:8080");
        assert_eq!(origin.path, "/v1/health?deep=1");
        let origin = Origin::new("http://example.com").ok().unwrap();
        assert_eq!((origin.port, origin.path.to_string().as_str()), (80, "/"));
    }

    #[test]
    fn what_is_no_url_is_refused_and_a_password_not_repeated() {
        for (url, words) in [
            ("example.com/health", "is not a URL to probe"),
            ("ftp://example.com", "must begin with"),
            ("/v1/health", "names no host"),
            ("http://exa mple.com", "is not a URL to probe"),
            ("https://user:pa55@example.com", "must not hold a user"),
        ] {
            let error = Origin::new(url).err().unwrap();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("pa55"), "{error}");
        }
    }
}
