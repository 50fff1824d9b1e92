use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::secret::{
    Ask,
    ask::{Delete, Rotate, Set},
};
use mediary_log::{
    vault::{OutOfReach as Reach, Value},
    work,
};

use super::{Secret, object::SecretValue};
use crate::{
    asking::{self, Done, Terms, shown},
    error::parse_id,
    schema::platform,
};

#[derive(Debug, Default)]
pub(crate) struct SecretMutation;

/// A secret to be kept.
#[derive(Debug, InputObject)]
pub(crate) struct SecretSetInput {
    /// What people call it; one of a kind.
    name: String,
    /// The secret itself: 1 to 65,536 bytes.
    value: SecretValue,
    #[graphql(flatten)]
    terms: Terms,
}

/// The vault as a whole.
#[derive(Debug, InputObject)]
pub(crate) struct SecretRotateInput {
    #[graphql(flatten)]
    terms: Terms,
}

/// A secret to be destroyed.
#[derive(Debug, InputObject)]
pub(crate) struct SecretDeleteInput {
    /// The secret.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct SecretPayload {
    /// The secret; none if it can't be shown yet.
    secret: Option<Secret>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of a rotation.
#[derive(Debug, SimpleObject)]
pub(crate) struct SecretRotatePayload {
    /// What every key is wrapped by now; of a repeated command none.
    master_key_id: Option<ID>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of a deletion.
#[derive(Debug, SimpleObject)]
pub(crate) struct SecretDeletePayload {
    /// Whether its key is destroyed, and with it all that was sealed by it. If not yet, it is tried again until it is.
    is_destroyed: bool,
    /// Lists that were asked for with it as their cookies, and are asked for without from now on.
    used_by: Vec<ID>,
    /// Sites that were asked with it as their cookies or their login, and are asked without from now on, or that were reached by it
    /// as their proxy, and are not asked at all.
    used_by_sites: Vec<String>,
    /// Where something of it may be left that no program reaches.
    out_of_reach: Vec<OutOfReach>,
    #[graphql(flatten)]
    done: Done,
}

/// A place that no program reaches.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct OutOfReach {
    /// One word.
    place: String,
    /// What may be there, and what to do.
    message: String,
}

impl From<&Reach> for OutOfReach {
    fn from(Reach { place, message }: &Reach) -> Self {
        Self { place: (*place).to_owned(), message: (*message).to_owned() }
    }
}

#[Object]
impl SecretMutation {
    /// Keeps a secret under a name, in place of the one before. Nobody is told it again.
    async fn secret_set(&self, context: &Context<'_>, input: SecretSetInput) -> Result<SecretPayload> {
        let SecretSetInput { name, value: SecretValue(value), terms } = input;
        let (told, done) = ask(context, terms, Ask::Set(Set { name }), value).await?;
        let secret = match told.and_then(|told| told.secret_id) {
            Some(id) => shown(Secret::find(context, id, done.position).await),
            None => None,
        };
        Ok(SecretPayload { secret, done })
    }

    /// Makes a new master key, and wraps all keys of the installation by it.
    async fn secret_rotate(
        &self,
        context: &Context<'_>,
        input: SecretRotateInput,
    ) -> Result<SecretRotatePayload> {
        let (told, done) = ask(context, input.terms, Ask::Rotate(Rotate {}), Value::from("")).await?;
        let is_done = done.dry_run.is_none();
        let master_key_id = told.filter(|_| is_done).and_then(|told| told.master_key_id);
        Ok(SecretRotatePayload { master_key_id: master_key_id.map(|id| ID(id.to_string())), done })
    }

    /// Destroys a secret and the key that it was sealed by, and says where something of it may be left.
    async fn secret_delete(
        &self,
        context: &Context<'_>,
        input: SecretDeleteInput,
    ) -> Result<SecretDeletePayload> {
        let asked = Ask::Delete(Delete { secret_id: parse_id(&input.id)? });
        let (told, done) = ask(context, input.terms, asked, Value::from("")).await?;
        let vault = &platform(context).vault;
        let destroyed = told.as_ref().and_then(|told| told.destroyed).filter(|_| done.dry_run.is_none());
        let is_destroyed = destroyed.is_some_and(|key| !vault.has_key(key));
        let users = told.iter().flat_map(|told| &told.used_by);
        let used_by = users.map(|id| ID(id.to_string())).collect();
        let used_by_sites = told.iter().flat_map(|told| told.used_by_sites.clone()).collect();
        let out_of_reach = told.map_or(&[][..], |told| told.out_of_reach).iter().map(OutOfReach::from);
        let out_of_reach = out_of_reach.collect();
        Ok(SecretDeletePayload { is_destroyed, used_by, used_by_sites, out_of_reach, done })
    }
}

/// Tells it with the vault; what the log says then is done there before it is answered.
async fn ask(
    context: &Context<'_>,
    terms: Terms,
    asked: Ask,
    value: Value,
) -> Result<(Option<work::secret::Told>, Done)> {
    let vault = platform(context).vault.clone();
    let tell_with = vault.clone();
    let (told, done) = asking::ask_beside(context, terms, asked, move |asked, story| {
        work::secret::tell(asked, story, &tell_with, &value)
    })
    .await?;
    if let (Some(position), None) = (&done.position, &done.dry_run) {
        vault.reached(position.0).await;
    }
    Ok((told, done))
}
