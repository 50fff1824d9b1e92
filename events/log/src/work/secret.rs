//! Stories of secrets: a value is in the vault before its event is recorded, and gone from it after.

use mediary_events::{
    Asked as _, Concern as _, Subject, codec,
    playlist::Playlist,
    secret::{
        Ask, Command, Rejection, Secret,
        ask::{Delete, Rotate, Set},
    },
    setting::Setting,
};
use mediary_schema::{
    DataKeyId, MasterKeyId, PlaylistId, SecretId, SettingId, account::Permission, site::SiteSettings,
};
use serde::Serialize;

use crate::{
    gate::{Entry, Fanout, Refusal, Story, Transaction, decode},
    vault::{self, OUT_OF_REACH, OutOfReach, Place, Put, Value, Vault},
};

/// Secrets, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Secret::NAME,
    events: Secret::EVENTS,
    retired: Secret::RETIRED,
    redact: codec::redacted::<Secret>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::SECRET,
    fanout: Fanout::EnvelopeOnly,
    work: &[],
};

/// What a command on secrets answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The secret; none if it is about the vault as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<SecretId>,
    /// The key that is destroyed, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destroyed: Option<DataKeyId>,
    /// Lists that were asked for with it, and are asked for without from now on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<PlaylistId>,
    /// Sites that were asked with it. They are asked without from now on; if it was a proxy, they are not asked at all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_by_sites: Vec<String>,
    /// What wraps all keys now, if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_id: Option<MasterKeyId>,
    /// Where something of what is destroyed may be left.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub out_of_reach: &'static [OutOfReach],
}

impl Told {
    const NOTHING: Self = Self {
        secret_id: None,
        destroyed: None,
        used_by: Vec::new(),
        used_by_sites: Vec::new(),
        master_key_id: None,
        out_of_reach: &[],
    };
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Set(Set { name }) if story.is_dry_run() => set(story, name, None),
            // What is without a value, and a rotation without the vault, is told by nobody.
            Self::Set(_) => Err(Rejection::NoValue.into()),
            Self::Rotate(Rotate {}) if story.is_dry_run() => rotate(story, None),
            Self::Rotate(Rotate {}) => Err(Rejection::NoVault.into()),
            Self::Delete(Delete { secret_id }) => delete(story, *secret_id),
        }
    }
}

/// Tells a command of somebody who has the vault, and the value of what is set.
pub fn tell(asked: &Ask, story: &mut Transaction<'_>, vault: &Vault, value: &Value) -> Result<Told, Refusal> {
    match asked {
        Ask::Set(Set { name }) => set(story, name, Some((vault, value))),
        Ask::Rotate(Rotate {}) => rotate(story, Some(vault)),
        Ask::Delete(Delete { secret_id }) => delete(story, *secret_id),
    }
}

/// What is in the vault before the append is an orphan if that comes to nothing; told again it is the same.
pub(super) fn set(
    story: &mut Transaction<'_>,
    name: &str,
    kept: Option<(&Vault, &Value)>,
) -> Result<Told, Refusal> {
    let (project, command_id) = (story.caller().project, story.caller().command_id);
    let identities = story.identities();
    let secret_id = identities.secret(project, name);
    let sealed_id = identities.sealed(command_id);
    let known = story.state::<Secret>(secret_id.uuid())?.kept.as_ref().map(|kept| kept.data_key_id);
    let data_key_id = known.unwrap_or_else(|| identities.data_key(command_id));
    let command = Command::Set { name: name.to_owned(), data_key_id, sealed_id };
    // Refused before anything is written.
    story.execute::<Secret>(secret_id.uuid(), command)?;
    if let Some((vault, value)) = kept {
        vault::check(value)?;
        let place = Place { secret_id, data_key_id, sealed_id };
        let is_another = if story.is_dry_run() {
            false
        } else if story.is_repeated() {
            vault.has_another(place, value)?
        } else {
            vault.put(place, value)? == Put::Another
        };
        if is_another {
            return Err(Refusal::Reused);
        }
    }
    Ok(Told { secret_id: Some(secret_id), ..Told::NOTHING })
}

fn rotate(story: &mut Transaction<'_>, vault: Option<&Vault>) -> Result<Told, Refusal> {
    story.require(Permission::ADMINISTER)?;
    let vault = vault.filter(|_| !story.is_dry_run() && !story.is_repeated());
    let master_key_id = match vault {
        Some(vault) => vault.rotate(story.chance())?,
        None => Vault::rotated_to(story.chance()),
    };
    story.execute::<Secret>(SecretId::VAULT.uuid(), Command::Rotate { master_key_id })?;
    let master_key_id = (!story.is_repeated()).then_some(master_key_id);
    Ok(Told { master_key_id, ..Told::NOTHING })
}

fn delete(story: &mut Transaction<'_>, secret_id: SecretId) -> Result<Told, Refusal> {
    let destroyed = story.state::<Secret>(secret_id.uuid())?.kept.as_ref().map(|kept| kept.data_key_id);
    story.execute::<Secret>(secret_id.uuid(), Command::Delete)?;
    let (used_by, used_by_sites) = (users(story, secret_id)?, sites(story, secret_id)?);
    let secret_id = Some(secret_id);
    Ok(Told { secret_id, destroyed, used_by, used_by_sites, out_of_reach: OUT_OF_REACH, ..Told::NOTHING })
}

/// Lists that are asked for with the secret as their cookies.
fn users(story: &mut Transaction<'_>, secret_id: SecretId) -> Result<Vec<PlaylistId>, Refusal> {
    let mut users = Vec::new();
    for uuid in story.about::<Playlist>(&Subject::from(secret_id))? {
        if story.state::<Playlist>(uuid)?.cookies.is_some_and(|cookies| cookies.secret_id == secret_id) {
            users.push(PlaylistId::from_uuid(uuid));
        }
    }
    Ok(users)
}

/// Sites that are asked with the secret: their cookies, their proxy or their login.
fn sites(story: &mut Transaction<'_>, secret_id: SecretId) -> Result<Vec<String>, Refusal> {
    let settings = SettingId::from_project(story.caller().project).uuid();
    let has_it = |settings: &SiteSettings| settings.secrets().contains(&Some(secret_id));
    let sites = story.state::<Setting>(settings)?.sites.iter().filter(|(_, settings)| has_it(settings));
    Ok(sites.map(|(site, _)| site.clone()).collect())
}
