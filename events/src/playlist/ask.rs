//! What may be asked about playlists: a form for each command.

use mediary_schema::{
    PlaylistId, UrlRefused,
    account::Permission,
    cookies::UseCookies,
    layout::WantedLayout,
    playlist::{Keep, RuleRefused},
    profile::ProfileName,
    schedule::Timing,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about playlists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Follow what an address shows.
    #[serde(rename = "playlist.follow")]
    Follow(Box<Follow>),
    /// Look at it again.
    #[serde(rename = "playlist.refresh")]
    Refresh(Refresh),
    /// Follow it no longer.
    #[serde(rename = "playlist.unfollow")]
    Unfollow(Unfollow),
}

/// Follows a playlist, channel, feed or single item from now on, and refreshes it. Following again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// The address as a browser shows it; http or https.
    #[schemars(length(max = 8192))]
    pub url: String,
    /// Which entries are kept from now on without being asked for; as it was if left out, nothing at first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keep: Option<Keep>,
    /// What of each is kept: `best`, `1080p`, `720p` or `audio`; as it was if left out, `best` at first. Only with `keep`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quality: Option<String>,
    /// Rules of what of it is kept then, such as `title!=trailer`, `duration>=90s` or `kind=video`; as it was if left out, none at
    /// first. Only with `keep`.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(length(max = 32))]
    pub filter: Option<Vec<String>>,
    /// With which cookies it and its entries are asked for from now on; as it was if left out, with those of its site at first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cookies: Option<UseCookies>,
    /// How files of its entries are named that are kept from now on, and what lies beside them; if it says nothing, as for the library;
    /// as it was if left out, as for the library at first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: Option<WantedLayout>,
    /// What is made of each of its files that is kept from now on, beside it; as it was if left out, nothing at first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub transcode: Option<WantedTranscode>,
    /// How often it is refreshed from now on: a schedule called `refresh PLAYLIST-ID`; as it was if left out, never at first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refresh_timing: Option<Timing>,
    /// When the turn of its refresh comes, and of what is kept and refreshed later because of this, which waits for no moment or job; as that was if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

/// What is made of each file of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedTranscode {
    /// The name of the profile by which one is made: `web`, `archive`, `mobile`, `tv`, `audio`, `remux`, or one of your own; nothing
    /// is made if it is left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Option<ProfileName>,
}

/// Refreshes a playlist, or joins the refresh under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// To the end, even if the list is known to be newest-first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub full: bool,
    /// When its turn comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

/// Follows a playlist no longer. Its history and everything that was kept stay; downloads that were asked for go on,
/// unless they are to end, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unfollow {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// Whether its downloads that have not ended are ended for good; at most 500 at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cancel_downloads: bool,
}

impl crate::Rejection for UrlRefused {
    fn code(&self) -> &'static str {
        "URL_REFUSED"
    }

    fn advice(&self) -> Option<String> {
        Some(Self::advice(self).to_owned())
    }
}

impl crate::Rejection for RuleRefused {
    fn code(&self) -> &'static str {
        "PLAYLIST_BAD_RULE"
    }

    fn advice(&self) -> Option<String> {
        Some(Self::ADVICE.to_owned())
    }
}

impl Ask {
    /// The stored name of [`Ask::Refresh`].
    pub const REFRESH: &'static str = "playlist.refresh";
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("playlist.follow", Permission::FOLLOW, schema_of::<Follow>),
        CommandKind::new(Self::REFRESH, Permission::FOLLOW, schema_of::<Refresh>),
        CommandKind::new("playlist.unfollow", Permission::FOLLOW, schema_of::<Unfollow>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Follow(_) => "playlist.follow",
            Self::Refresh(_) => Self::REFRESH,
            Self::Unfollow(_) => "playlist.unfollow",
        }
    }
}
