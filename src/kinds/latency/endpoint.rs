//! Which endpoint a `latency` check is about.

use super::{Mistake, Options};
use crate::check::{Assessment, Verdict};
use crate::inventory::apigateway::{RestApi, Stage};
use crate::inventory::invoke::{self, NoUrl};
use crate::inventory::{Inventory, Missing, Needs, ResourceType};
use crate::probe::{Place, Target, endpoint};

pub const NEVER_PROBED: &str = "the endpoint was never probed";

impl Options {
    /// Where the probe goes, as far as the check says it.
    pub(super) fn target(&self, mistakes: &mut Vec<Mistake>) -> Target {
        let parts = [("api", &self.api), ("stage", &self.stage), ("path", &self.path)];
        if let Some(url) = &self.url {
            self.check_url(url, mistakes);
            if let Some((name, _)) = parts.iter().find(|(_, value)| value.is_some()) {
                let label = "`url` says it already";
                let title = "two ways to say where the endpoint is";
                let mistake = Mistake::new(format!("/{name}#"), "two-endpoints", title, label);
                mistakes.push(mistake.help("give either `url`, or `api`, `stage` and `path`"));
            }
            return Target::Url(url.clone());
        }
        if let (Some(api), Some(stage), Some(path)) = (&self.api, &self.stage, &self.path) {
            return Target::Deployed(Place {
                api: api.clone(),
                stage: stage.clone(),
                path: path.clone(),
            });
        }
        if let Some((given, _)) = parts.iter().find(|(_, value)| value.is_some()) {
            let missing: Vec<String> = parts
                .iter()
                .filter(|(_, value)| value.is_none())
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            let title = format!("missing {}", missing.join(" and "));
            let label = "`api`, `stage` and `path` together say where the endpoint is";
            mistakes.push(Mistake::new(format!("/{given}#"), "missing-key", title, label));
        }
        Target::Health
    }

    fn check_url(&self, url: &str, mistakes: &mut Vec<Mistake>) {
        if let Err(reason) = endpoint::parse(url) {
            let mistake = Mistake::new("/url", "bad-url", "the endpoint cannot be probed", reason);
            mistakes.push(mistake.help("a header may name a secret with `{env:NAME}`"));
        } else if self.min_tls.is_some() && url.starts_with("http://") {
            let label = "it begins with `http://`";
            let mistake = Mistake::new("/min_tls", "no-tls", "the URL has no TLS at all", label);
            mistakes.push(mistake.help("use `https://`"));
        }
    }
}

/// The types that tell the URL of a deployed API.
pub fn needs() -> Needs {
    Needs::none().list(RestApi::NAME).list(Stage::NAME)
}

/// The verdict when nobody asked a deployed API: often because it is not there.
pub fn unprobed(place: &Place, inventory: &Inventory) -> Verdict {
    match invoke::url(inventory, &place.api, &place.stage, &place.path) {
        Ok(_) => Verdict::undetermined(NEVER_PROBED),
        Err(NoUrl::Incomplete(type_name, Missing::NeverRead)) => Verdict::undetermined(format!(
            "no {type_name} was ever read, so nothing says where the API is"
        )),
        Err(NoUrl::Incomplete(_, Missing::Gaps(gaps))) => Verdict::unreadable(gaps),
        Err(NoUrl::Absent(what)) => {
            let mut assessment = Assessment::default();
            assessment.fail(what);
            assessment.conclude("")
        }
        Err(NoUrl::Unreachable(why)) => {
            Verdict::undetermined(format!("{why}; set `health_url` in the environment file"))
        }
    }
}
