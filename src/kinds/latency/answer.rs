//! What is expected of an answer: an expression over its status, headers and body.

use serde_json::{Map, Value, json};

use super::Mistake;
use crate::expression::Expression;
use crate::probe::{Answer, Expectation};

/// Compiles an expression over an answer.
pub fn expectation(text: &str) -> Result<Expectation, Vec<Mistake>> {
    let schema = json!({
        "type": "object",
        "properties": {
            "status": { "type": "integer" },
            "headers": { "type": "object", "additionalProperties": { "type": "string" } },
            "body": true,
        },
    });
    let expression = Expression::compile(text, &schema).map_err(|flaws| {
        let mistake = |flaw: crate::expression::Flaw| {
            let label = format!("at {} of the expression", flaw.position);
            let mistake = Mistake::new("/expect", flaw.code, flaw.title, label);
            match flaw.help {
                Some(help) => mistake.help(help),
                None => mistake,
            }
        };
        flaws.into_iter().map(mistake).collect::<Vec<_>>()
    })?;
    Ok(Expectation::new(text, move |answer| {
        // Nothing of the answer itself is told: a body may hold what no report should.
        match expression.evaluate(&value(answer)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("`{expression}` is false")),
            Err(error) => Err(format!("no answer to `{expression}`: {error}")),
        }
    }))
}

fn value(answer: &Answer<'_>) -> Value {
    let mut headers = Map::new();
    for name in answer.headers.keys() {
        let values: Vec<_> = answer
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        headers.insert(name.as_str().to_owned(), values.join(", ").into());
    }
    let body = serde_json::from_slice::<Value>(answer.body)
        .unwrap_or_else(|_| String::from_utf8_lossy(answer.body).into_owned().into());
    json!({ "status": answer.status, "headers": headers, "body": body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn test(expression: &str, body: &str) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.append("Content-Type", "application/json".parse().unwrap());
        headers.append("x-twice", "a".parse().unwrap());
        headers.append("x-twice", "b".parse().unwrap());
        let answer = Answer {
            status: 200,
            headers: &headers,
            body: body.as_bytes(),
        };
        expectation(expression).unwrap().test(&answer)
    }

    #[test]
    fn status_headers_and_body_are_seen() {
        for expression in [
            r#"self.body.status == "healthy""#,
            r#"self.headers["content-type"].startsWith("application/json")"#,
            r#"self.headers["x-twice"] == "a, b""#,
            "self.status == 200 && self.body.dependencies.size() == 1",
        ] {
            let body = r#"{"status":"healthy","dependencies":{"dynamodb":{}}}"#;
            assert_eq!(test(expression, body), Ok(()), "{expression}");
        }
        assert_eq!(test(r#"self.body == "pong""#, "pong"), Ok(()));
    }

    #[test]
    fn another_body_is_no_good_answer_and_is_not_told() {
        let expression = r#"self.body.status == "healthy""#;
        let error = test(expression, r#"{"status":"s3cret"}"#).unwrap_err();
        assert_eq!(error, r#"`self.body.status == "healthy"` is false"#);
        for body in ["", "s3cret", "[]", "{}", r#"{"status":1}"#] {
            let error = test(expression, body).unwrap_err();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_misspelt_field_is_a_mistake_of_the_file() {
        let mistakes = expectation("self.boddy.status == 1").unwrap_err();
        assert_eq!(mistakes[0].pointer, "/expect");
        assert_eq!(mistakes[0].help.as_deref(), Some("did you mean `body`?"));
    }
}
