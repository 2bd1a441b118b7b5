//! What the authorizer decides, and the reasons that callers and logs see.

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user_id: String,
    /// The key, by its public id.
    pub key_id: String,
}

/// Why a caller is refused; the texts are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No `X-API-Key`.
    Missing,
    /// `X-API-Key` is not a key, or there is more than one.
    Malformed,
    /// No key has this hash.
    Unknown,
    /// More than one key has this hash.
    Ambiguous,
    /// The key is not active any more.
    Revoked,
    /// The key's time is over.
    Expired,
    /// The stored key is not as the table documents it.
    Unusable,
    /// The key's requests of this minute are used up.
    RateLimited,
}

impl Reason {
    /// Returns the reason's code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing_key",
            Self::Malformed => "malformed_key",
            Self::Unknown => "unknown_key",
            Self::Ambiguous => "ambiguous_key",
            Self::Revoked => "revoked_key",
            Self::Expired => "expired_key",
            Self::Unusable => "unusable_key",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// What became of a key that was found by the previous pepper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehash {
    /// It is hashed with the current pepper already.
    NotNeeded,
    /// It is now.
    Done,
    /// Another request was quicker, or the key was changed meanwhile.
    Overtaken,
    /// It is not, for a reason in a few words; the next request tries again.
    Failed(&'static str),
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Let through.
    Allow {
        /// Whose key it is.
        caller: Caller,
        /// Whether its hash was renewed.
        rehash: Rehash,
    },
    /// Refused.
    Deny {
        /// Why.
        reason: Reason,
        /// Whose key it is, where that is known.
        caller: Option<Caller>,
    },
}

impl Decision {
    /// Refuses a caller that is not known.
    #[must_use]
    pub fn deny(reason: Reason) -> Self {
        Self::Deny { reason, caller: None }
    }

    /// Returns the caller, where it is known.
    #[must_use]
    pub fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Allow { caller, .. } => Some(caller),
            Self::Deny { caller, .. } => caller.as_ref(),
        }
    }

    /// Returns the reason of a refusal.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Allow { .. } => None,
            Self::Deny { reason, .. } => Some(*reason),
        }
    }
}
