//! Principals, conditions and policy variables against a plain evaluator of single requests.
//!
//! The universe is too large to be tried as a whole, so that requests are drawn: one that the
//! candidate grants and the reference does not refutes an answer "contained". That an answer "not
//! contained" is no false alarm is for `properties`, `adversary` and `conditions`.

use proptest::prelude::*;

use super::properties::{cases, plainly_matches};
use super::*;

const RESOURCES: [&str; 11] = [
    "*",
    "x*",
    "x",
    "y",
    "?",
    "x/y",
    "${aws:username}",
    "x${aws:username}",
    "${aws:username}/*",
    "${aws:userid}*",
    "${aws:username}/y",
];
const NAMES: [&str; 4] = ["x", "y", "xy", "x/y"];
const IDS: [&str; 2] = ["x", "y"];
const TEXTS: [&str; 10] = ["x", "y", "xx", "xy", "yx", "x/y", "x/", "y/x", "x/yx", "xx/y"];
const SETS: [&[&str]; 7] = [&[], &["x"], &["y"], &["xy"], &["x", "y"], &["x", "xy"], &["z"]];
const NUMBERS: [Option<i32>; 4] = [None, Some(4), Some(5), Some(6)];
const ADDRESSES: [Option<[u8; 4]>; 4] = [
    None,
    Some([10, 1, 1, 1]),
    Some([10, 200, 1, 1]),
    Some([11, 0, 0, 1]),
];

/// Kind, the principal as the request names it, and its account.
const CALLERS: [(&str, &str, &str); 9] = [
    ("aws", "arn:aws:iam::111122223333:role/r", "111122223333"),
    ("aws", "arn:aws:iam::111122223333:role/ra", "111122223333"),
    ("aws", "arn:aws:iam::111122223333:user/u", "111122223333"),
    ("aws", "arn:aws:iam::111155556666:role/r", "111155556666"),
    ("aws", "arn:aws:iam::444455556666:role/q", "444455556666"),
    ("service", "sns.amazonaws.com", ""),
    ("service", "s3.amazonaws.com", ""),
    ("federated", "accounts.google.com", ""),
    ("anonymous", "", "anonymous"),
];

const PRINCIPALS: [&str; 13] = [
    r#""Principal":"*""#,
    r#""Principal":{"AWS":"*"}"#,
    r#""Principal":{"AWS":"111122223333"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::444455556666:root"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/r"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111122223333:role/r*"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::*:role/r"}"#,
    r#""Principal":{"AWS":[]}"#,
    r#""Principal":{"Service":"sns.amazonaws.com"}"#,
    r#""Principal":{"Service":"*"}"#,
    r#""Principal":{"Federated":"accounts.google.com"}"#,
    r#""NotPrincipal":{"AWS":"111122223333"}"#,
    r#""NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/r"}"#,
];

const CONDITIONS: [&str; 24] = [
    "",
    "",
    "",
    "",
    r#""StringEquals":{"k":"${aws:username}"}"#,
    r#""StringNotEquals":{"k":"${aws:username}"}"#,
    r#""StringLike":{"k":"x*"}"#,
    r#""StringLike":{"k":"${aws:username}*"}"#,
    r#""StringNotLike":{"k":["x*","z"]}"#,
    r#""StringEqualsIfExists":{"k":["x","${aws:userid}"]}"#,
    r#""Null":{"k":"true"}"#,
    r#""ForAllValues:StringEquals":{"k":["x","${aws:username}"]}"#,
    r#""ForAnyValue:StringEquals":{"k":["x","y"]}"#,
    r#""ForAnyValue:StringNotLike":{"k":"x*"}"#,
    r#""ForAllValues:StringNotEquals":{"k":"x"}"#,
    r#""NumericLessThan":{"n":"5"}"#,
    r#""NumericGreaterThanEqualsIfExists":{"n":"5"}"#,
    r#""NumericNotEquals":{"n":["5","6"]}"#,
    r#""IpAddress":{"a":"10.0.0.0/8"}"#,
    r#""NotIpAddress":{"a":["10.0.0.0/9"]}"#,
    r#""StringEquals":{"aws:PrincipalAccount":"111122223333"}"#,
    r#""StringLike":{"aws:PrincipalAccount":"1111*"}"#,
    r#""StringNotEquals":{"aws:PrincipalAccount":"111122223333"}"#,
    r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1111*:role/r*"}"#,
];

#[derive(Debug, Clone)]
struct Spec {
    allow: bool,
    except: bool,
    resources: Vec<usize>,
    principal: usize,
    condition: usize,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    caller: usize,
    resource: usize,
    name: usize,
    id: usize,
    set: usize,
    number: usize,
    address: usize,
}

impl Spec {
    fn json(&self) -> String {
        let resources: Vec<&str> = self.resources.iter().map(|at| RESOURCES[*at]).collect();
        format!(
            r#"{{"Effect":"{}","Action":"s3:GetObject","{}Resource":{},{},"Condition":{{{}}}}}"#,
            if self.allow { "Allow" } else { "Deny" },
            if self.except { "Not" } else { "" },
            list(&resources),
            PRINCIPALS[self.principal],
            CONDITIONS[self.condition],
        )
    }

    fn speaks_of(&self, request: &Request) -> bool {
        let text = TEXTS[request.resource];
        let listed = self
            .resources
            .iter()
            .any(|at| like(RESOURCES[*at], text, request));
        listed != self.except && self.names(request) && self.holds(request)
    }

    fn names(&self, request: &Request) -> bool {
        let (kind, name, account) = CALLERS[request.caller];
        let role = "arn:aws:iam::111122223333:role/r";
        match self.principal {
            0 | 1 => true,
            2 => account == "111122223333",
            3 => account == "444455556666",
            4 => name == role,
            5 => name.starts_with(role),
            6 => name.ends_with(":role/r"),
            7 => false,
            8 => name == "sns.amazonaws.com",
            9 => kind == "service",
            10 => kind == "federated",
            11 => account != "111122223333",
            _ => name != role,
        }
    }

    fn holds(&self, request: &Request) -> bool {
        let (kind, name, account) = CALLERS[request.caller];
        let set = SETS[request.set];
        let (user, id) = (NAMES[request.name], IDS[request.id]);
        let one = set.first();
        let number = NUMBERS[request.number];
        let address = ADDRESSES[request.address];
        match self.condition {
            0..=3 => true,
            4 => set.contains(&user),
            5 => !set.contains(&user),
            6 => set.iter().any(|value| value.starts_with('x')),
            7 => set.iter().any(|value| value.starts_with(user)),
            8 => !set.iter().any(|value| value.starts_with('x') || *value == "z"),
            9 => one.is_none() || set.iter().any(|value| *value == "x" || *value == id),
            10 => one.is_none(),
            11 => set.iter().all(|value| *value == "x" || *value == user),
            12 => set.iter().any(|value| *value == "x" || *value == "y"),
            13 => set.iter().any(|value| !value.starts_with('x')),
            14 => set.iter().all(|value| *value != "x"),
            15 => number.is_some_and(|number| number < 5),
            16 => number.is_none_or(|number| number >= 5),
            17 => number.is_none_or(|number| number != 5 && number != 6),
            18 => address.is_some_and(|address| address[0] == 10),
            19 => !address.is_some_and(|address| address[0] == 10 && address[1] < 128),
            20 => account == "111122223333",
            21 => account.starts_with("1111"),
            22 => account != "111122223333",
            _ => kind == "aws" && name.starts_with("arn:aws:iam::1111") && name.contains(":role/r"),
        }
    }
}

/// A resource pattern with the request's variables put in, whose own characters are plain.
fn like(pattern: &str, text: &str, request: &Request) -> bool {
    let put = pattern
        .replace("${aws:username}", NAMES[request.name])
        .replace("${aws:userid}", IDS[request.id]);
    plainly_matches(put.as_bytes(), text.as_bytes())
}

fn granted(specs: &[Spec], request: &Request) -> bool {
    let any = |allow: bool| {
        specs
            .iter()
            .any(|spec| spec.allow == allow && spec.speaks_of(request))
    };
    any(true) && !any(false)
}

fn policy_of(specs: &[Spec]) -> NamedPolicy {
    policy(&specs.iter().map(Spec::json).collect::<Vec<_>>().join(","))
}

fn engine(reference: &[Spec], candidate: &[Spec]) -> bool {
    compare(&[policy_of(reference)], &[policy_of(candidate)]).is_contained()
}

fn spec() -> impl Strategy<Value = Spec> {
    (
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.2),
        prop::collection::vec(0..RESOURCES.len(), 1..3),
        0..PRINCIPALS.len(),
        0..CONDITIONS.len(),
    )
        .prop_map(|(allow, except, resources, principal, condition)| Spec {
            allow,
            except,
            resources,
            principal,
            condition,
        })
}

fn request() -> impl Strategy<Value = Request> {
    (
        0..CALLERS.len(),
        0..TEXTS.len(),
        0..NAMES.len(),
        0..IDS.len(),
        0..SETS.len(),
        0..NUMBERS.len(),
        0..ADDRESSES.len(),
    )
        .prop_map(|(caller, resource, name, id, set, number, address)| Request {
            caller,
            resource,
            name,
            id,
            set,
            number,
            address,
        })
}

fn specs() -> impl Strategy<Value = Vec<Spec>> {
    prop::collection::vec(spec(), 1..4)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_request_refutes_contained(
        reference in specs(),
        candidate in specs(),
        // What a candidate shares with its reference is contained more often.
        shared in specs(),
        share in any::<bool>(),
        requests in prop::collection::vec(request(), 150),
    ) {
        let (mut reference, mut candidate) = (reference, candidate);
        if share {
            reference.extend(shared.iter().cloned());
            candidate = shared.into_iter().chain(candidate.into_iter().filter(|spec| !spec.allow)).collect();
        }
        if engine(&reference, &candidate) {
            // What an operator without qualifier makes of several values AWS does not tell.
            let plain = |spec: &Spec| (4..=9).contains(&spec.condition);
            let one_value = reference.iter().chain(&candidate).any(plain);
            for request in requests {
                if one_value && SETS[request.set].len() > 1 {
                    continue;
                }
                prop_assert!(
                    !granted(&candidate, &request) || granted(&reference, &request),
                    "{} {} {:?}",
                    CALLERS[request.caller].1,
                    TEXTS[request.resource],
                    request
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_such_policy_is_within_itself(own in specs()) {
        prop_assert!(engine(&own, &own));
    }

    #[test]
    fn more_is_never_less(reference in specs(), candidate in specs(), mut more in spec()) {
        let before = engine(&reference, &candidate);
        more.allow = true;
        let mut wider = candidate.clone();
        wider.push(more.clone());
        prop_assert!(before || !engine(&reference, &wider), "an Allow turned FAIL into PASS");
        more.allow = false;
        let mut narrower = candidate;
        narrower.push(more);
        prop_assert!(!before || engine(&reference, &narrower), "a Deny turned PASS into FAIL");
    }
}
