//! Properties of the parser: no input makes it panic, and what is written is read back.

use super::*;

/// Any JSON, with the words of policies among its keys and strings.
fn any_json() -> impl Strategy<Value = Json> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "Version",
            "Id",
            "Statement",
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
            "StringEquals",
            "Allow",
            "Deny",
            "2012-10-17",
            "s3:*",
            "*",
            "AWS",
            "aws:SourceArn",
            "%7B",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|number| Json::Number(number.into())),
        word.clone().prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::List),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(Json::Object),
        ]
    })
}

fn strings(pattern: &'static str) -> impl Strategy<Value = Json> {
    let list = prop::collection::vec(pattern.prop_map(Json::String), 1..4);
    prop_oneof![pattern.prop_map(Json::String), list.prop_map(Json::List)]
}

/// A valid statement, its elements in any order.
fn any_statement() -> impl Strategy<Value = Json> {
    let operators = Comparison::ALL
        .iter()
        .map(|known| known.as_str())
        .collect::<Vec<_>>();
    let conditions = prop::collection::btree_map(
        prop::sample::select(operators).prop_map(str::to_owned),
        prop::collection::btree_map("aws:[a-z]{1,8}", strings("[ -~]{0,8}"), 0..3),
        0..3,
    );
    (
        prop::option::of("[A-Za-z0-9]{0,6}"),
        prop::sample::select(vec!["Allow", "Deny"]),
        (
            prop::sample::select(vec!["Action", "NotAction"]),
            strings(r"\*|[a-z0-9-]{1,5}:[A-Za-z*?]{1,8}"),
        ),
        (
            prop::sample::select(vec!["Resource", "NotResource"]),
            strings("[ -~é]{1,20}"),
        ),
        prop::option::of((
            prop::sample::select(vec!["Principal", "NotPrincipal"]),
            strings("[ -~]{1,12}"),
        )),
        prop::option::of(conditions),
    )
        .prop_map(|(sid, effect, actions, resources, principals, conditions)| {
            let object = |members: Vec<(String, Json)>| Json::Object(members);
            let mut members = vec![("Effect", Json::String(effect.to_owned())), actions, resources];
            members.extend(sid.map(|sid| ("Sid", Json::String(sid))));
            members.extend(principals.map(|(name, list)| (name, object(vec![("AWS".to_owned(), list)]))));
            members.extend(conditions.map(|operators| {
                let operators = operators
                    .into_iter()
                    .map(|(name, keys)| (name, object(keys.into_iter().collect())));
                ("Condition", object(operators.collect()))
            }));
            members
                .into_iter()
                .map(|(name, json)| (name.to_owned(), json))
                .collect::<Vec<_>>()
        })
        .prop_shuffle()
        .prop_map(Json::Object)
}

/// The statement's elements by the model, to hold them against what was written.
fn written(statement: &Statement) -> Vec<(&'static str, Vec<String>)> {
    let texts = |list: &[crate::policy::ActionPattern]| list.iter().map(ToString::to_string).collect();
    let mut elements = vec![match &statement.actions {
        Actions::Only(list) => ("Action", texts(list)),
        Actions::Except(list) => ("NotAction", texts(list)),
    }];
    match &statement.resources {
        Resources::Absent => {}
        Resources::Only(list) => elements.push(("Resource", list.clone())),
        Resources::Except(list) => elements.push(("NotResource", list.clone())),
    }
    elements
}

fn listed(json: &Json) -> Vec<String> {
    match json {
        Json::List(items) => items.iter().flat_map(listed).collect(),
        Json::String(text) => vec![text.clone()],
        other => panic!("{other}"),
    }
}

fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}

/// Whether it says that there are no statements, which is a policy; saying nothing is none.
fn lists_no_statement(json: &Json) -> bool {
    let Json::Object(members) = json else {
        return false;
    };
    let mut statements = members.iter().filter(|(key, _)| key == "Statement");
    statements.any(|(_, json)| matches!(json, Json::List(items) if items.is_empty()))
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = PolicyDocument::parse(&text);
        let _ = PolicyDocument::parse(&format!("%{text}"));
        let _ = PolicyDocument::parse(&encode(&text));
    }

    #[test]
    fn no_json_panics_and_nothing_parses_to_nothing(json in any_json()) {
        let within = Json::Object(vec![("Statement".to_owned(), json.clone())]);
        for (json, text) in [
            (&json, json.to_string()),
            (&within, within.to_string()),
            (&within, encode(&within.pretty())),
        ] {
            if let Ok(document) = PolicyDocument::parse(&text) {
                prop_assert_eq!(document.statements.is_empty(), lists_no_statement(json));
            }
        }
    }

    #[test]
    fn what_is_written_is_read(statements in prop::collection::vec(any_statement(), 1..4)) {
        let json = Json::Object(vec![("Statement".to_owned(), Json::List(statements.clone()))]);
        let document = parse(&json.to_string());
        prop_assert_eq!(&parse(&json.pretty()), &document);
        prop_assert_eq!(&parse(&encode(&json.to_string())), &document);
        prop_assert_eq!(document.statements.len(), statements.len());
        for (statement, source) in document.statements.iter().zip(&statements) {
            prop_assert_eq!(statement.compact(), source.to_string());
            let Json::Object(members) = source else { panic!("{source}") };
            let find = |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, json)| json);
            for (name, texts) in written(statement) {
                prop_assert_eq!(Some(texts), find(name).map(listed));
            }
            prop_assert_eq!(statement.sid.clone(), find("Sid").map(|sid| listed(sid).remove(0)));
            let keys = |json: &Json| match json {
                Json::Object(members) => members.len(),
                other => panic!("{other}"),
            };
            let conditions = find("Condition").map_or(0, |block| match block {
                Json::Object(operators) => operators.iter().map(|(_, block)| keys(block)).sum(),
                other => panic!("{other}"),
            });
            prop_assert_eq!(statement.conditions.len(), conditions);
        }
        let single = Json::Object(vec![("Statement".to_owned(), statements[0].clone())]);
        prop_assert_eq!(&parse(&single.to_string()).statements[0], &document.statements[0]);
    }
}
