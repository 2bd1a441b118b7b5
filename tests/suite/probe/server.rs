//! A server on loopback that answers as it is told. Plain sockets and threads, so that it shares no code with the
//! client that it tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// What to do with a request.
#[derive(Debug, Clone)]
pub enum Act {
    /// 200 with a small JSON body.
    Good,
    /// A status with an empty body.
    Status(u16),
    /// A redirect to a place where a good answer is.
    Redirect,
    /// A good answer after a while.
    After(Duration),
    /// Everybody waits, this one and all that come meanwhile.
    Stall(Duration),
    /// The connection is reset.
    Reset,
    /// Bytes that are not HTTP.
    Noise,
    /// No answer, ever.
    Silence,
    /// A good answer, one byte at a time.
    Trickle(Duration),
    /// A body without end.
    Endless,
    /// A head that announces more than is ever read.
    Announced(u64),
    /// A good answer, and then the connection is closed.
    Close,
    /// 200 with this body.
    Body(&'static str),
}

/// A running server. Dropping it stops it.
pub struct Server {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    act: Box<dyn Fn(u32) -> Act + Send + Sync>,
    requests: AtomicU32,
    redirected: AtomicU32,
    connections: AtomicU32,
    heads: Mutex<Vec<String>>,
    stalled: Mutex<bool>,
    released: Condvar,
    stopped: AtomicBool,
}

impl Server {
    /// Starts a server that does with the request of each number, from 0, as it is told.
    pub fn start(act: impl Fn(u32) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/health", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            act: Box::new(act),
            requests: AtomicU32::new(0),
            redirected: AtomicU32::new(0),
            connections: AtomicU32::new(0),
            heads: Mutex::default(),
            stalled: Mutex::new(false),
            released: Condvar::new(),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                accepting.connections.fetch_add(1, Ordering::Relaxed);
                let shared = Arc::clone(&accepting);
                // However a connection ends, the next goes on.
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { url, shared }
    }

    /// Counts from 0 again, as a server does that was just started.
    pub fn begin_again(&self) {
        self.shared.requests.store(0, Ordering::Relaxed);
        self.shared.redirected.store(0, Ordering::Relaxed);
        self.shared.connections.store(0, Ordering::Relaxed);
        self.shared.heads.lock().unwrap().clear();
    }

    pub fn requests(&self) -> u32 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    pub fn connections(&self) -> u32 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// How many requests followed a redirect.
    pub fn redirected(&self) -> u32 {
        self.shared.redirected.load(Ordering::Relaxed)
    }

    /// The heads of all requests.
    pub fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // One more connection wakes whoever waits for the next.
        let address = self.url.trim_start_matches("http://").trim_end_matches("/health");
        drop(TcpStream::connect(address));
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut stream = stream;
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if reader.read_line(&mut head).ok()? == 0 {
                    return None;
                }
            }
            let elsewhere = head.starts_with("GET /elsewhere ");
            self.heads.lock().unwrap().push(head);
            if elsewhere {
                self.redirected.fetch_add(1, Ordering::Relaxed);
                good(&mut stream)?;
                continue;
            }
            let number = self.requests.fetch_add(1, Ordering::Relaxed);
            self.wait_for_release();
            self.act(number, &mut stream)?;
        }
    }

    fn wait_for_release(&self) {
        let stalled = self.stalled.lock().unwrap();
        drop(self.released.wait_while(stalled, |stalled| *stalled).unwrap());
    }

    fn act(&self, number: u32, stream: &mut TcpStream) -> Option<()> {
        match (self.act)(number) {
            Act::Good => good(stream),
            Act::Status(status) => send(
                stream,
                &format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n"),
            ),
            Act::Redirect => send(
                stream,
                "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
            ),
            Act::After(pause) => {
                thread::sleep(pause);
                good(stream)
            }
            Act::Stall(pause) => {
                *self.stalled.lock().unwrap() = true;
                thread::sleep(pause);
                *self.stalled.lock().unwrap() = false;
                self.released.notify_all();
                good(stream)
            }
            Act::Reset => {
                // Closed with something unread: the kernel resets the connection.
                send(stream, "HTTP/1.1 200 OK\r\ncontent-le")?;
                stream.shutdown(std::net::Shutdown::Both).ok()?;
                None
            }
            Act::Noise => {
                send(stream, "SSH-2.0-OpenSSH_9.7\r\n")?;
                None
            }
            Act::Silence => {
                // Until the client gives up.
                let _ = stream.read(&mut [0]);
                None
            }
            Act::Trickle(pause) => {
                send(stream, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n")?;
                for _ in 0..10 {
                    thread::sleep(pause);
                    send(stream, "x")?;
                }
                Some(())
            }
            Act::Endless => {
                send(stream, "HTTP/1.1 200 OK\r\n\r\n")?;
                let block = "x".repeat(64 * 1024);
                loop {
                    send(stream, &block)?;
                }
            }
            Act::Announced(bytes) => send(
                stream,
                &format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n"),
            ),
            Act::Close => {
                send(
                    stream,
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
                )?;
                None
            }
            Act::Body(body) => send(
                stream,
                &format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
            ),
        }
    }
}

fn good(stream: &mut TcpStream) -> Option<()> {
    let body = r#"{"status":"healthy"}"#;
    let length = body.len();
    send(
        stream,
        &format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ),
    )
}

fn send(stream: &mut TcpStream, text: &str) -> Option<()> {
    stream.write_all(text.as_bytes()).ok()
}
