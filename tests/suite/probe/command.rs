//! The command `probe`, and probing by `verify`, as scripts see them.

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::server::{Act, Server};
use crate::cli::{Ran, World};

/// A fast schedule, and a target that a busy machine meets too.
const FAST: [&str; 6] = ["--p95", "1900ms", "--samples", "59", "--rate", "500"];

fn probe(url: &str, more: &[&str]) -> Ran {
    probe_with(url, more, &[])
}

fn probe_with(url: &str, more: &[&str], variables: &[(&str, &str)]) -> Ran {
    let arguments = [&["probe", url], &FAST[..], more].concat();
    World::new().run_with(&arguments, variables)
}

#[test]
fn a_target_that_is_met_is_0() {
    let server = Server::start(|_| Act::Good);
    let ran = probe(&server.url, &[]);
    ran.exits(0)
        .prints(&format!("PASS {}: every target is met", server.url));
    for words in [
        "cold start",
        "connections",
        "confidence         95 %",
        "first byte",
        "0 of 59 over 1900ms",
    ] {
        ran.prints(words);
    }
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_target_that_is_missed_is_1_with_a_histogram() {
    let server = Server::start(|number| {
        if number % 5 == 0 {
            Act::Status(503)
        } else {
            Act::Good
        }
    });
    let ran = probe(&server.url, &[]);
    ran.exits(1)
        .prints("FAIL")
        .prints("p95 misses its target")
        .prints("status 503: ")
        .prints("█");
}

#[test]
fn what_cannot_be_told_is_3_with_the_number_of_samples_that_would() {
    let server = Server::start(|number| if number == 30 { Act::Status(503) } else { Act::Good });
    let ran = probe(&server.url, &[]);
    ran.exits(3).prints("INCONCLUSIVE").prints("samples would decide");
}

#[test]
fn json_is_the_verdict_and_nothing_else() {
    let server = Server::start(|_| Act::Good);
    let ran = probe(
        &server.url,
        &[
            "--format",
            "json",
            "--quantile",
            "p90=1800ms",
            "--max-error-rate",
            "0.1",
        ],
    );
    ran.exits(0);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["url"], json!(server.url));
    assert_eq!(document["verdict"]["outcome"], "pass");
    let measured = &document["verdict"]["measured"];
    let names: Vec<&Value> = measured["thresholds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["p95", "p90", "max_error_rate"]);
    assert_eq!(measured["thresholds"][0]["met_at_most"], 0);
    assert_eq!(measured["confidence_ppm"], 950_000);
    let counts = measured["histogram_us"].as_object().unwrap().values();
    assert_eq!(counts.map(|count| count.as_u64().unwrap()).sum::<u64>(), 59);
}

#[test]
fn wrong_commands_are_2_and_send_nothing() {
    let server = Server::start(|_| Act::Good);
    let url = server.url.as_str();
    for (arguments, words) in [
        (
            &["probe", url][..],
            "no target: without a target nothing can fail",
        ),
        (
            &["probe", url, "--p99", "50ms", "--samples", "100"],
            "--samples: 100 samples cannot prove a p99 target",
        ),
        (&["probe", url, "--p99", "50"], "the unit must be"),
        (
            &["probe", url, "--p95", "3s"],
            "--p95: the p95 target is not below the timeout",
        ),
        (
            &["probe", url, "--p95", "50ms", "--rate", "0"],
            "--rate: 0 is less than the minimum of 1",
        ),
        (
            &["probe", url, "--p95", "50ms", "--min-tls", "1.3"],
            "the URL has no TLS at all",
        ),
        (
            &["probe", url, "--p95", "50ms", "--min-tls", "1.1"],
            "--min-tls: ",
        ),
        (
            &["probe", url, "--p95", "50ms", "--expect", "self.stauts == 200"],
            "did you mean status?",
        ),
        (
            &["probe", url, "--p95", "50ms", "--header", "Host: a"],
            "--header: ",
        ),
        (
            &["probe", url, "--p95", "50ms", "--quantile", "p200=1s"],
            "--quantile: `p200` is no percentile",
        ),
        (
            &["probe", url, "--quantile", "p99.9999=1s"],
            "no probe takes more than 100000",
        ),
        (
            &["probe", url, "--p95", "50ms", "--deadline", "1s"],
            "--deadline: ",
        ),
        (&["probe", "example.com", "--p95", "50ms"], "URL: "),
        (
            &["probe", "https://user:pa55@exa mple.com", "--p95", "50ms"],
            "must not hold a user or password",
        ),
        (
            &["probe", "http://user:pa55@127.0.0.1/", "--p95", "50ms"],
            "must not hold a user or password",
        ),
    ] {
        let ran = World::new().run(arguments);
        ran.exits(2).prints_nothing().says(words);
    }
    assert_eq!(server.requests(), 0);
}

const HEADER: [&str; 2] = ["--header", "authorization: Bearer {env:HEALTH_TOKEN}"];

#[test]
fn a_header_from_the_environment_is_sent_and_shown_nowhere() {
    let server = Server::start(|number| {
        if number % 5 == 0 {
            Act::Status(503)
        } else {
            Act::Good
        }
    });
    for format in ["text", "json"] {
        let more = [&HEADER[..], &["--format", format]].concat();
        let ran = probe_with(&server.url, &more, &[("HEALTH_TOKEN", "s3cret")]);
        ran.exits(1);
        assert!(!ran.stdout.contains("s3cret") && !ran.stderr.contains("s3cret"));
    }
    let heads = server.heads();
    assert!(
        heads
            .iter()
            .all(|head| head.contains("authorization: Bearer s3cret\r\n"))
    );
}

#[test]
fn a_variable_that_is_not_set_is_2_and_nothing_is_sent() {
    let server = Server::start(|_| Act::Good);
    let ran = probe(&server.url, &HEADER);
    ran.exits(2)
        .prints_nothing()
        .says("needs the environment variable HEALTH_TOKEN, which is not set");
    assert_eq!(server.requests(), 0);
}

#[test]
fn verify_resolves_headers_before_anything_is_read_and_reports_none() {
    let server = Server::start(|_| Act::Good);
    let world = World::new();
    let check = format!(
        "checks:\n  - {{id: health, kind: latency, title: t, severity: high, owner: o, why: w, fix: f,\n     with: \
         {{url: \"{}\", p95: 1900ms, samples: 59, rate: 500, headers: {{x-key: \"{{env:KEY}}\"}}}}}}\n",
        server.url
    );
    world.write("checks/health.yaml", &check);
    let ran = world.run(&["verify", "dev"]);
    ran.exits(2)
        .prints_nothing()
        .says("needs the environment variable KEY, which is not set");
    assert!(!world.path("reports").exists());
    // Not for a check that does not run.
    world.run(&["verify", "dev", "--", "tables"]).exits(0);
    world.run(&["verify", "dev", "--", "--list"]).exits(0);
    assert_eq!(server.requests(), 0);

    let ran = world.run_with(&["verify", "dev"], &[("KEY", "s3cret")]);
    ran.exits(0);
    assert!(
        server
            .heads()
            .iter()
            .all(|head| head.contains("x-key: s3cret\r\n"))
    );
    let report = std::fs::read_to_string(world.path("reports/dev/report.json")).unwrap();
    let junit = std::fs::read_to_string(world.path("reports/dev/junit.xml")).unwrap();
    for text in [&report, &junit, &ran.stdout, &ran.stderr] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    let validator = jsonschema::validator_for(&stackproof::report::json_schema()).unwrap();
    assert!(
        validator.is_valid(&serde_json::from_str(&report).unwrap()),
        "{report}"
    );
    assert!(report.contains("\"histogram_us\""), "{report}");
}

#[test]
fn a_violation_shows_its_histogram_on_the_terminal() {
    let server = Server::start(|number| {
        if number % 5 == 0 {
            Act::Status(503)
        } else {
            Act::Good
        }
    });
    let world = World::new();
    world.write(
        "checks/health.yaml",
        "checks:\n  - {id: health, kind: latency, title: t, severity: high, owner: o, why: w, fix: f,\n     with: \
         {p95: 1900ms, samples: 59, rate: 500}}\n",
    );
    let ran = world.run(&["verify", "dev", "--health-url", &server.url, "--check", "health"]);
    ran.exits(1)
        .prints("p95 misses its target")
        .prints("the server's share")
        .prints("█");
}

/// How long a server of TLS takes before it answers a handshake: much longer than a busy machine takes for all else.
const HANDSHAKE: Duration = Duration::from_millis(600);

/// Starts a server that speaks one version of TLS; its URL and its certificate.
fn tls_server(version: &'static SupportedProtocolVersion) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let config = Arc::clone(&config);
            thread::spawn(move || {
                thread::sleep(HANDSHAKE);
                let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream?);
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer)? > 0 {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
                }
                Ok::<(), std::io::Error>(())
            });
        }
    });
    (url, made.cert.pem())
}

#[test]
fn the_tls_version_is_told_and_an_older_one_than_promised_is_a_violation() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    for (version, min, code, words) in [
        (&TLS13, "1.3", 0, "TLS                1.3"),
        (&TLS12, "1.2", 0, "TLS                1.2"),
        (&TLS12, "1.3", 1, "the TLS version is too old"),
    ] {
        let (url, pem) = tls_server(version);
        std::fs::write(&trusted, pem).unwrap();
        let ran = probe_with(
            &url,
            &["--min-tls", min],
            &[("SSL_CERT_FILE", trusted.to_str().unwrap())],
        );
        ran.exits(code).prints(words);
        for phase in ["dns", "tcp", "tls"] {
            ran.prints(&format!("  {phase:<12} p50"));
        }
    }
}

#[test]
fn a_slow_handshake_is_told_apart_from_tcp_and_from_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    for version in [&TLS13, &TLS12] {
        let (url, pem) = tls_server(version);
        std::fs::write(&trusted, pem).unwrap();
        let ran = probe_with(
            &url,
            &["--format", "json"],
            &[("SSL_CERT_FILE", trusted.to_str().unwrap())],
        );
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let measured = &document["verdict"]["measured"];
        let phases = &measured["phases"];
        // What the prober's own delays take from one step they add to another.
        let half = u64::try_from(HANDSHAKE.as_micros()).unwrap() / 2;
        let median = |phase: &str| phases[phase]["p50_us"].as_u64().unwrap();
        assert!(median("tls") >= half, "{phases}");
        assert!(median("tcp") < half && median("first_byte") < half, "{phases}");
        for phase in ["dns", "tcp", "tls"] {
            assert_eq!(
                phases[phase]["count"], measured["connections"]["opened"],
                "{phases}"
            );
        }
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_no_tls() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    let (_, pem) = tls_server(&TLS13);
    let (url, _) = tls_server(&TLS13);
    std::fs::write(&trusted, pem).unwrap();
    let ran = probe_with(&url, &[], &[("SSL_CERT_FILE", trusted.to_str().unwrap())]);
    ran.exits(1).prints("no TLS: 59");
}

#[test]
fn a_url_of_the_health_endpoint_that_holds_a_password_is_2_and_not_repeated() {
    let world = World::new();
    let url = "http://user:pa55@127.0.0.1:1/";
    let ran = world.run(&["verify", "dev", "--health-url", url]);
    ran.exits(2)
        .prints_nothing()
        .says("--health-url: a URL to probe must not hold a user or password");
    assert!(!ran.stderr.contains("pa55"), "{}", ran.stderr);
}

/// A check that finds its endpoint in the inventory; the recorded environment has a stand-in for the health check.
fn deployed(path: &str) -> String {
    format!(
        "checks:\n  - {{id: health, kind: latency, title: t, severity: high, owner: o, why: w, fix: f,\n     with: {{api: \
         acme, stage: dev, path: {path}, p95: 1900ms, samples: 59, rate: 500}}}}\n"
    )
}

#[test]
fn a_recorded_environment_is_asked_at_its_own_handler() {
    let world = World::new();
    world.write("checks/health.yaml", &deployed("/v1/health"));
    let ran = world.run(&["verify", "dev", "--check", "health"]);
    // The handler answers, with whatever it thinks of the recorded tables: nobody was asked beyond loopback.
    assert!(!ran.stdout.contains("execute-api"), "{}", ran.stdout);
    assert!(matches!(ran.code, Some(0 | 1)), "{} {}", ran.stdout, ran.stderr);
    world.write("checks/health.yaml", &deployed("/v1/inbox"));
    world
        .run(&["verify", "dev", "--check", "health"])
        .exits(3)
        .prints(
            "a recorded environment has its health handler alone, which answers /v1/health and not /v1/inbox",
        );
}

#[test]
fn a_url_wins_over_the_inventory() {
    let server = Server::start(|_| Act::Good);
    let world = World::new();
    world.write("checks/health.yaml", &deployed("/v1/health"));
    world
        .run(&["verify", "dev", "--check", "health", "--health-url", &server.url])
        .exits(0);
    assert!(server.requests() > 59);
}

#[test]
fn half_an_endpoint_and_two_endpoints_are_mistakes_of_the_file() {
    for (with, words) in [
        ("api: acme, path: /v1/health", "missing `stage`"),
        ("path: /v1/health", "missing `api` and `stage`"),
        (
            "url: \"http://127.0.0.1/\", api: acme",
            "two ways to say where the endpoint is",
        ),
        (
            "url: \"http://u:pa55@127.0.0.1/\"",
            "must not hold a user or password",
        ),
        ("url: \"http://exa mple/\"", "is not a URL to probe"),
        (
            "api: acme, stage: dev, path: health",
            "a path that begins with `/`",
        ),
    ] {
        let world = World::new();
        let check = format!(
            "checks:\n  - {{id: health, kind: latency, title: t, severity: high, owner: o, why: w, fix: f,\n     with: \
             {{p95: 50ms, samples: 59, {with}}}}}\n"
        );
        world.write("checks/health.yaml", &check);
        world.run(&["list", "dev"]).exits(2).says(words);
    }
}
