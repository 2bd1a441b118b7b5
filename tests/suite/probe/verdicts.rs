//! Services that misbehave, each with the verdict that it deserves.

use serde_json::{Value, json};
use std::time::Duration;

use super::server::{Act, Server};
use super::verdict;
use stackproof::check::{Outcome, Verdict};
use stackproof::probe::Measured;

/// The warm-up and the cold start of the options below.
const UNJUDGED: u32 = 3;

/// A target that a busy machine meets too, and a fast schedule. Late by a tenth of it, 190 ms, nobody is.
fn options(more: &Value) -> Value {
    let mut options = json!({
        "url": "http://127.0.0.1/", "p95": "1900ms", "timeout": "2s", "samples": 100, "rate": 500, "warm_up": UNJUDGED - 1,
    });
    for (name, value) in more.as_object().unwrap() {
        options[name] = value.clone();
    }
    options
}

/// The verdict about a server. A probe that this machine was too busy for proves nothing, as it says itself, and is made
/// again: here it is the probe that is tested, and not the machine.
fn judge(server: &Server, options: &Value) -> Verdict {
    const ATTEMPTS: u32 = 5;
    let mut made = verdict(&server.url, options.clone());
    for _ in 1..ATTEMPTS {
        if made.outcome != Outcome::Error || !made.summary.contains("too busy") {
            break;
        }
        server.begin_again();
        made = verdict(&server.url, options.clone());
    }
    made
}

#[track_caller]
fn expect(verdict: &Verdict, outcome: Outcome, words: &str) {
    let text = format!("{verdict:?}");
    assert_eq!(verdict.outcome, outcome, "{text}");
    assert!(text.contains(words), "no `{words}` in {text}");
}

fn measured(verdict: &Verdict) -> &Measured {
    verdict.measured.as_deref().unwrap()
}

/// Does something with every judged request of these numbers, from 0.
fn judged(act: impl Fn(u32) -> Act + Send + Sync + 'static) -> Server {
    Server::start(move |number| number.checked_sub(UNJUDGED).map_or(Act::Good, &act))
}

#[test]
fn a_good_service_passes_over_kept_connections() {
    let server = Server::start(|_| Act::Good);
    let verdict = judge(&server, &options(&json!({})));
    expect(&verdict, Outcome::Pass, "every target is met");
    assert_eq!(server.requests(), 100 + UNJUDGED);
    let measured = measured(&verdict);
    assert_eq!(measured.connections.opened, server.connections());
    assert!(server.connections() <= 64, "{}", server.connections());
    assert_eq!(measured.requests.judged, 100);
    assert!(measured.cold_start_us.is_some());
    assert_eq!(measured.warm_up.unwrap().count, UNJUDGED - 1);
    assert_eq!(measured.latency.unwrap().count, 100);
    assert_eq!(measured.histogram_us.values().sum::<u64>(), 100);
    assert_eq!(measured.phases["tcp"].count, server.connections());
    assert_eq!(measured.phases["first_byte"].count, 100 + UNJUDGED);
    assert!(!measured.phases.contains_key("tls") && !measured.phases.contains_key("dns"));
    assert!(measured.server_share_us.is_some());
    assert_eq!(measured.tls, ["none"]);
}

#[test]
fn a_cold_start_and_slow_first_answers_are_told_and_not_judged() {
    let slow = Duration::from_millis(300);
    let server = Server::start(move |number| {
        if number < UNJUDGED {
            Act::After(slow)
        } else {
            Act::Good
        }
    });
    let verdict = judge(&server, &options(&json!({ "p95": "250ms" })));
    // Slow enough to be seen, and none of it counts; a machine that is late itself proves nothing.
    assert_ne!(verdict.outcome, Outcome::Fail, "{verdict:?}");
    let measured = measured(&verdict);
    assert!(measured.cold_start_us.unwrap() >= 300_000);
    assert!(measured.warm_up.unwrap().min_us >= 300_000);
}

/// What a client that waits for each answer would not see: one stall delays all requests that are due meanwhile.
#[test]
fn a_stall_counts_against_every_request_that_was_due_meanwhile() {
    let server = judged(|number| match number {
        20 => Act::Stall(Duration::from_millis(800)),
        _ => Act::Good,
    });
    let more = json!({ "p95": "400ms", "rate": 100 });
    let verdict = judge(&server, &options(&more));
    expect(&verdict, Outcome::Fail, "p95 misses its target");
    // 100 per second: those due in the first 400 ms of the stall waited for the other 400 ms or longer.
    assert!(measured(&verdict).thresholds[0].over >= 30, "{verdict:?}");
}

#[test]
fn a_request_that_must_wait_for_another_is_timed_from_when_it_was_due() {
    let server = judged(|number| match number {
        20 => Act::After(Duration::from_millis(800)),
        _ => Act::Good,
    });
    // One at a time: the one slow answer holds up the 80 behind it.
    let more = json!({ "p95": "400ms", "rate": 100, "concurrency": 1 });
    let verdict = judge(&server, &options(&more));
    expect(&verdict, Outcome::Fail, "p95 misses its target");
    let measured = measured(&verdict);
    assert_eq!(measured.connections.most_at_once, 1);
    assert_eq!(measured.connections.opened, 1);
    assert!(measured.connections.had_to_wait >= 30, "{verdict:?}");
    assert!(measured.phases.contains_key("wait"));
}

#[test]
fn the_cap_holds_whatever_the_service_does() {
    let server = judged(|_| Act::After(Duration::from_millis(100)));
    let more = json!({ "concurrency": 8, "samples": 59, "p95": "1900ms" });
    let verdict = judge(&server, &options(&more));
    let connections = measured(&verdict).connections;
    assert!(
        connections.most_at_once <= 8 && connections.opened <= 8,
        "{connections:?}"
    );
    assert!(server.connections() <= 8);
}

#[test]
fn a_known_fraction_of_slow_answers_decides() {
    for (every, outcome, words) in [
        // 1 % of 5 %: met; 5 %: nobody knows; 20 %: missed.
        (100, Outcome::Pass, "every target is met"),
        (
            20,
            Outcome::Error,
            "5 of 100 requests over 500ms prove p95 neither met nor missed",
        ),
        (5, Outcome::Fail, "20 of 100 requests over"),
    ] {
        let slow = Duration::from_millis(700);
        let server = judged(move |number| {
            if number % every == 0 {
                Act::After(slow)
            } else {
                Act::Good
            }
        });
        let verdict = judge(&server, &options(&json!({ "p95": "500ms" })));
        expect(&verdict, outcome, words);
    }
}

#[test]
fn an_inconclusive_verdict_says_how_many_samples_would_decide() {
    let slow = Duration::from_millis(700);
    let server = judged(move |number| if number < 2 { Act::After(slow) } else { Act::Good });
    let verdict = judge(&server, &options(&json!({ "p95": "500ms" })));
    expect(&verdict, Outcome::Error, "samples would decide");
    assert!(measured(&verdict).thresholds[0].deciding_samples.unwrap() > 100);
}

/// A service all of whose judged answers are bad in one way.
fn always(act: &Act, more: &Value, words: &str) {
    let bad = act.clone();
    let server = judged(move |_| bad.clone());
    let verdict = judge(&server, &options(more));
    expect(&verdict, Outcome::Fail, words);
    let troubles = &measured(&verdict).troubles;
    assert_eq!(
        troubles.values().sum::<u32>(),
        measured(&verdict).requests.judged,
        "{troubles:?}"
    );
    assert!(measured(&verdict).histogram_us.is_empty());
}

#[test]
fn errors_however_fast_are_over_every_target() {
    always(
        &Act::Status(500),
        &json!({}),
        "100 of them without a good answer (status 500: 100)",
    );
    always(&Act::Status(204), &json!({}), "status 204: 100");
}

#[test]
fn reset_connections_are_over_every_target() {
    always(&Act::Reset, &json!({}), "the connection broke: 100");
    always(&Act::Noise, &json!({}), "the connection broke: 100");
}

#[test]
fn a_service_that_never_answers_is_given_up() {
    let more = json!({ "p95": "200ms", "timeout": "300ms" });
    let server = judged(|_| Act::Silence);
    let verdict = judge(&server, &options(&more));
    if verdict.outcome == Outcome::Error {
        // Late by 20 ms this machine proves nothing, and says so.
        assert!(verdict.summary.contains("too busy"), "{verdict:?}");
    } else {
        expect(&verdict, Outcome::Fail, "no answer in time: 100");
    }
    assert_eq!(measured(&verdict).troubles["no answer in time"], 100);
}

#[test]
fn an_answer_that_trickles_in_is_timed_to_its_last_byte() {
    let server = judged(|_| Act::Trickle(Duration::from_millis(60)));
    let verdict = judge(&server, &options(&json!({ "p95": "300ms" })));
    assert_eq!(measured(&verdict).thresholds[0].over, 100, "{verdict:?}");
    assert!(measured(&verdict).phases["body"].p99_us >= 540_000);
    assert_ne!(verdict.outcome, Outcome::Pass);
}

#[test]
fn a_huge_body_is_not_read_to_its_end() {
    let more = json!({ "samples": 59, "rate": 50 });
    always(&Act::Endless, &more, "an answer without end: 59");
    always(&Act::Announced(1 << 40), &more, "an answer without end: 59");
}

#[test]
fn a_redirect_is_a_bad_answer_and_not_followed() {
    let server = judged(|_| Act::Redirect);
    let verdict = judge(&server, &options(&json!({})));
    expect(&verdict, Outcome::Fail, "status 302, a redirect: 100");
    assert_eq!(server.redirected(), 0);
}

#[test]
fn nobody_listening_is_over_every_target() {
    // Bound and dropped: nothing listens there now.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let verdict = verdict(&format!("http://127.0.0.1:{port}/"), options(&json!({})));
    expect(&verdict, Outcome::Fail, "no connection: 100");
    assert_eq!(measured(&verdict).connections.opened, 0);
    assert_eq!(measured(&verdict).thresholds[0].measured_us, None);
}

#[test]
fn a_service_that_closes_after_each_answer_is_asked_over_new_connections() {
    let server = Server::start(|_| Act::Close);
    let verdict = judge(&server, &options(&json!({})));
    expect(&verdict, Outcome::Pass, "every target is met");
    assert_eq!(measured(&verdict).connections.opened, 100 + UNJUDGED);
    assert_eq!(server.connections(), 100 + UNJUDGED);
}

#[test]
fn another_body_is_no_good_answer_and_is_shown_nowhere() {
    let more = json!({ "expect": "self.body.status == \"healthy\"" });
    let server = Server::start(|_| Act::Good);
    expect(
        &judge(&server, &options(&more)),
        Outcome::Pass,
        "every target is met",
    );
    for body in ["{\"status\":\"s3cret\"}", "s3cret", "{\"s3cret\":1}"] {
        let server = judged(move |_| Act::Body(body));
        let verdict = judge(&server, &options(&more));
        expect(&verdict, Outcome::Fail, "not the expected answer: 100");
        assert!(!format!("{verdict:?}").contains("s3cret"), "{verdict:?}");
    }
}

#[test]
fn a_rate_of_errors_is_judged_by_itself() {
    let more = json!({ "p95": null, "max_error_rate": 0.05 });
    for (every, outcome) in [(1000, Outcome::Pass), (20, Outcome::Error), (5, Outcome::Fail)] {
        let server = judged(move |number| {
            if number % every == 1 {
                Act::Status(503)
            } else {
                Act::Good
            }
        });
        let mut options = options(&more);
        options.as_object_mut().unwrap().remove("p95");
        assert_eq!(judge(&server, &options).outcome, outcome, "every {every}");
    }
}

#[test]
fn plain_http_is_older_than_any_tls() {
    let server = Server::start(|_| Act::Good);
    // As the environment's health URL, which the check does not know when it is loaded.
    let mut options = options(&json!({ "min_tls": "1.2" }));
    options.as_object_mut().unwrap().remove("url");
    expect(
        &judge(&server, &options),
        Outcome::Fail,
        "the TLS version is too old",
    );
}

#[test]
fn early_stop_sends_no_more_than_it_takes() {
    let more = json!({ "early_stop": true, "samples": 1000, "rate": 200 });
    let server = Server::start(|_| Act::Good);
    let good = judge(&server, &options(&more));
    expect(&good, Outcome::Pass, "decided after 90");
    let judged_requests = measured(&good).requests.judged;
    assert!((90..1000).contains(&judged_requests), "{judged_requests}");
    assert!(measured(&good).requests.stopped_early);

    let server = judged(|_| Act::Status(500));
    let bad = judge(&server, &options(&more));
    expect(&bad, Outcome::Fail, "decided after 3");
    assert!(server.requests() < 1000);
}

#[test]
fn the_deadline_ends_a_probe_without_a_verdict() {
    let server = judged(|_| Act::Silence);
    // The schedule fits and the timeouts do not.
    let more = json!({ "deadline": "1s", "timeout": "60s", "samples": 100, "rate": 200 });
    let verdict = judge(&server, &options(&more));
    expect(&verdict, Outcome::Error, "the deadline cut off the rest");
    assert_eq!(measured(&verdict).requests.judged, 0);
}

#[test]
fn headers_are_sent_as_they_are_given() {
    let server = Server::start(|_| Act::Good);
    let check = super::check(options(
        &json!({ "samples": 59, "headers": { "x-key": "plain" } }),
    ));
    let request = check.needs().probe.unwrap();
    let headers = stackproof::probe::headers::resolve(&request.headers, &|_| None).unwrap();
    super::runtime().block_on(stackproof::probe::run(&request, &server.url, &headers));
    let host = server
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/health");
    for head in server.heads() {
        assert!(head.starts_with("GET /health HTTP/1.1\r\n"), "{head}");
        assert!(
            head.contains("x-key: plain\r\n") && head.contains(&format!("host: {host}\r\n")),
            "{head}"
        );
    }
}
