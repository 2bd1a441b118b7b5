//! Codes, messages and chains of causes, each against its words.

use super::*;

fn check(code: &str, status: u16, subject: Subject, reason: Reason, message: &str) {
    let failure = Failure::of_answer(Some(code), Some("in words"), status, subject);
    assert_eq!(
        (failure.reason, failure.message.as_str()),
        (reason, message),
        "{code}"
    );
}

#[test]
fn codes_become_reasons() {
    let list = Subject::List;
    for code in DENIED {
        check(
            code,
            400,
            list,
            Reason::AccessDenied,
            &format!("{code}: in words"),
        );
    }
    for code in THROTTLED {
        check(code, 400, list, Reason::Throttled, &format!("{code}: in words"));
    }
    check("Anything", 429, list, Reason::Throttled, "Anything: in words");
    check("Anything", 403, list, Reason::AccessDenied, "Anything: in words");
    check(
        "InternalError",
        500,
        list,
        Reason::ServiceError,
        "InternalError: in words",
    );
}

#[test]
fn expired_and_unknown_credentials_are_named_as_such() {
    check(
        "ExpiredTokenException",
        400,
        Subject::List,
        Reason::AccessDenied,
        "the credentials have expired: ExpiredTokenException: in words",
    );
    check(
        "UnrecognizedClientException",
        400,
        Subject::Resource,
        Reason::AccessDenied,
        "AWS does not accept the credentials: UnrecognizedClientException: in words",
    );
}

#[test]
fn only_a_resource_can_vanish() {
    for code in [
        "ResourceNotFoundException",
        "TableNotFoundException",
        "NoSuchEntity",
    ] {
        let text = format!("{code}: in words");
        check(code, 400, Subject::Resource, Reason::Vanished, &text);
        check(code, 400, Subject::List, Reason::ServiceError, &text);
    }
}

#[test]
fn an_answer_without_a_code_is_named_by_its_status() {
    let failure = Failure::of_answer(None, None, 502, Subject::List);
    assert_eq!(failure.reason, Reason::ServiceError);
    assert_eq!(failure.message, "HTTP 502 without an explanation");
}

#[test]
fn messages_lose_request_ids_signatures_and_encoded_texts() {
    for (message, kept) in [
        (
            "You may not. Encoded authorization failure message: 4GIOHlTkIaWHQD0",
            "You may not.",
        ),
        (
            "Rate exceeded (Service: DynamoDb, Request ID: 0A1B)",
            "Rate exceeded (Service: DynamoDb",
        ),
        (
            "No match.\n\nThe Canonical String should have been 'POST",
            "No match.",
        ),
        ("plain", "plain"),
    ] {
        assert_eq!(one_line(message), kept);
    }
}

#[derive(Debug, thiserror::Error)]
#[error("connect error")]
struct Outer(#[source] std::io::Error);

#[test]
fn words_hold_the_whole_chain_once() {
    let error = Outer(std::io::Error::other("connection\n refused"));
    assert_eq!(words(&error), "connect error: connection refused");
}
