use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::profile::{Ask, ask};
use mediary_schema::profile::{ProfileName, Rules};

use super::object::{AudioRule, ContainerName, Profile, SubtitleRuleName, VideoRule};
use crate::{
    asking::{self, Done, Terms},
    error::fault,
};

#[derive(Debug, Default)]
pub(crate) struct ProfileMutation;

/// Rules by which files are made of files.
#[derive(Debug, InputObject)]
pub(crate) struct ProfileRulesInput {
    /// What it is for, in one sentence.
    #[graphql(default)]
    about: String,
    /// In which container.
    container: ContainerName,
    /// Which sounds are kept: languages as they are tagged, and `original` for that of the film; all if none is named.
    #[graphql(default)]
    keep_audio: Vec<String>,
    /// Which subtitles are kept, by their languages; all if none is named.
    #[graphql(default)]
    keep_subtitles: Vec<String>,
    /// Whether sounds go in which somebody talks about the film.
    #[graphql(default)]
    drop_commentary: bool,
    /// What becomes of subtitles and of fonts for them that the container does not carry.
    #[graphql(default_with = "SubtitleRuleName::Keep")]
    subtitles: SubtitleRuleName,
    /// Whether a result that is larger than what it was made of is kept all the same.
    #[graphql(default)]
    may_grow: bool,
    /// What becomes of moving pictures; none are kept if this is left out.
    video: Option<VideoRule>,
    /// What becomes of sound.
    audio: AudioRule,
}

/// Rules to be kept under a name.
#[derive(Debug, InputObject)]
pub(crate) struct ProfileSaveInput {
    /// What it is called: 1 to 32 lower-case letters, digits and hyphens; not as one that ships with the program.
    name: String,
    /// The rules.
    rules: ProfileRulesInput,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which profile.
#[derive(Debug, InputObject)]
pub(crate) struct ProfileRemoveInput {
    /// What it is called.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct ProfilePayload {
    /// The profile as it is now; none if it was removed.
    profile: Option<Profile>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl ProfileMutation {
    /// Keeps rules by which files are made of files under a name, as its next version. Jobs that were started by an earlier one go
    /// on by that.
    async fn profile_save(&self, context: &Context<'_>, input: ProfileSaveInput) -> Result<ProfilePayload> {
        let ProfileSaveInput { name, rules, terms } = input;
        let asked = Ask::Save(Box::new(ask::Save { name: called(&name)?, rules: rules.into() }));
        payload(context, terms, asked).await
    }

    /// Starts nothing by this profile any more. Jobs that were started by it go on.
    async fn profile_remove(
        &self,
        context: &Context<'_>,
        input: ProfileRemoveInput,
    ) -> Result<ProfilePayload> {
        let ProfileRemoveInput { name, terms } = input;
        payload(context, terms, Ask::Remove(ask::Remove { name: called(&name)? })).await
    }
}

impl From<ProfileRulesInput> for Rules {
    fn from(rules: ProfileRulesInput) -> Self {
        Self {
            about: rules.about,
            container: rules.container.into(),
            keep_audio: rules.keep_audio,
            keep_subtitles: rules.keep_subtitles,
            drop_commentary: rules.drop_commentary,
            subtitles: rules.subtitles.into(),
            may_grow: rules.may_grow,
            video: rules.video.map(Into::into),
            audio: rules.audio.into(),
        }
    }
}

/// A name as it was given.
pub(crate) fn called(name: &str) -> Result<ProfileName> {
    name.parse().map_err(|error: mediary_schema::profile::NoProfileName| {
        fault(&error.to_string(), "PROFILE_BAD_NAME", false)
    })
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<ProfilePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    Ok(ProfilePayload { profile: told.and_then(|told| told.profile).map(Profile::from), done })
}
