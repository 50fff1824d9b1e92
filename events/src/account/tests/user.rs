use std::time::Duration;

use mediary_schema::{
    DataKeyId, PrincipalId, ProjectId, SealedId, SessionId, Timestamp,
    account::{Permissions, Role, SessionEnd},
};
use uuid::Uuid;

use super::super::{Account, Event, Rejection, SESSIONS_PER_USER_MAX, UserCommand};
use crate::testing::{NOW, given};

const ANNA: PrincipalId = PrincipalId::from_uuid(Uuid::from_u128(1));
const BEN: PrincipalId = PrincipalId::from_uuid(Uuid::from_u128(2));
const KEY: DataKeyId = DataKeyId::from_uuid(Uuid::from_u128(0xA0));
const HOUR: Duration = Duration::from_hours(1);

fn sealed(number: u128) -> SealedId {
    SealedId::from_uuid(Uuid::from_u128(number))
}

fn session(number: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(number))
}

fn some(names: &[&str]) -> Permissions {
    Permissions::parse(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn add(user_id: PrincipalId, name: &str) -> UserCommand {
    let (more, project_id) = (Permissions::NONE, ProjectId::HOME);
    UserCommand::Add { user_id, name: name.to_owned(), role: Role::Editor, more, project_id }
}

fn added(user_id: PrincipalId, name: &str) -> Event {
    let (permissions, project_id) = (Permissions::NONE, ProjectId::HOME);
    Event::UserAdded { user_id, name: name.to_owned(), role: Role::Editor, permissions, project_id }
}

fn password_set(user_id: PrincipalId, number: u128) -> Event {
    Event::PasswordSet { user_id, data_key_id: KEY, sealed_id: sealed(number) }
}

fn opened_until(number: u128, user_id: PrincipalId, opened_at: Timestamp, expires_at: Timestamp) -> Event {
    Event::SessionOpened {
        session_id: session(number),
        user_id,
        digest: format!("{number:064x}"),
        opened_at,
        expires_at,
        address: "192.168.1.7".to_owned(),
        agent: "Browser".to_owned(),
    }
}

fn opened(number: u128, user_id: PrincipalId) -> Event {
    opened_until(number, user_id, NOW, NOW.after(HOUR))
}

fn open(number: u128, user_id: PrincipalId) -> UserCommand {
    UserCommand::OpenSession {
        session_id: session(number),
        user_id,
        password: sealed(1),
        digest: format!("{number:064x}"),
        now: NOW,
        expires_at: NOW.after(HOUR),
        address: "192.168.1.7".to_owned(),
        agent: "Browser".to_owned(),
    }
}

fn ended(number: u128, reason: SessionEnd) -> Event {
    Event::SessionEnded { session_id: session(number), user_id: ANNA, reason }
}

#[test]
fn a_user_has_a_name_of_his_own_however_it_is_spelt() {
    given::<Account>([]).when(add(ANNA, "Anna")).then([added(ANNA, "Anna")]);
    given::<Account>([added(ANNA, "Anna")]).when(add(ANNA, "Anna")).then([]);
    given::<Account>([added(ANNA, "Anna")])
        .when(add(BEN, "aNNa"))
        .rejected(&Rejection::UserNameTaken { name: "aNNa".to_owned() });
    for bad in ["", "two words", "-v", "a/b", "tab\t", &"x".repeat(41), &ANNA.to_string()] {
        given::<Account>([]).when(add(ANNA, bad)).rejected(&Rejection::UserBadName);
    }
    let removed = Event::UserRemoved { user_id: ANNA, data_key_id: None };
    given::<Account>([added(ANNA, "anna"), removed]).when(add(BEN, "anna")).then([added(BEN, "anna")]);
}

#[test]
fn what_is_left_out_of_a_change_stays() {
    let set = |name: Option<&str>, role, more| UserCommand::Set {
        user_id: ANNA,
        name: name.map(ToOwned::to_owned),
        role,
        more,
    };
    let told = |name: &str, role, permissions| Event::UserSet {
        user_id: ANNA,
        name: name.to_owned(),
        role,
        permissions,
    };
    let more = some(&["secret"]);
    given::<Account>([added(ANNA, "anna")]).when(set(None, None, Some(more))).then([told(
        "anna",
        Role::Editor,
        more,
    )]);
    given::<Account>([added(ANNA, "anna"), told("anna", Role::Editor, more)])
        .when(set(Some("ann"), Some(Role::Viewer), None))
        .then([told("ann", Role::Viewer, more)]);
    given::<Account>([added(ANNA, "anna")]).when(set(None, Some(Role::Editor), None)).then([]);
    given::<Account>([added(ANNA, "")]).when(set(None, Some(Role::Viewer), None)).then([told(
        "",
        Role::Viewer,
        Permissions::NONE,
    )]);
    given::<Account>([]).when(set(None, None, None)).rejected(&Rejection::UserNotFound);
}

#[test]
fn the_owner_of_the_data_folder_stays_its_owner() {
    let owner = PrincipalId::OWNER;
    let first = Event::UserAdded {
        user_id: owner,
        name: "anna".to_owned(),
        role: Role::Owner,
        permissions: Permissions::NONE,
        project_id: ProjectId::HOME,
    };
    let set = UserCommand::Set { user_id: owner, name: None, role: Some(Role::Viewer), more: None };
    given::<Account>([first.clone()]).when(set).rejected(&Rejection::UserIsOwner);
    given::<Account>([first]).when(UserCommand::Remove { user_id: owner }).rejected(&Rejection::UserIsOwner);
}

// SE-02: another password signs everybody out who came in by the one before.
#[test]
fn another_password_ends_every_session_but_that_which_set_it() {
    let set = |keep| UserCommand::SetPassword {
        user_id: ANNA,
        data_key_id: DataKeyId::from_uuid(Uuid::from_u128(0xB0)),
        sealed_id: sealed(2),
        keep,
    };
    let history = [
        added(ANNA, "anna"),
        added(BEN, "ben"),
        password_set(ANNA, 1),
        opened(1, ANNA),
        opened(2, ANNA),
        opened(3, BEN),
    ];
    let over = SessionEnd::PasswordChanged;
    given::<Account>(history.clone())
        .when(set(Some(session(2))))
        .then([ended(1, over), password_set(ANNA, 2)]);
    given::<Account>(history).when(set(None)).then([ended(1, over), ended(2, over), password_set(ANNA, 2)]);
    given::<Account>([added(ANNA, "anna"), password_set(ANNA, 2)]).when(set(None)).then([]);
}

#[test]
fn a_user_who_is_removed_is_signed_out_and_his_key_is_named() {
    let remove = UserCommand::Remove { user_id: ANNA };
    given::<Account>([added(ANNA, "anna"), password_set(ANNA, 1), opened(1, ANNA)]).when(remove).then([
        ended(1, SessionEnd::UserRemoved),
        Event::UserRemoved { user_id: ANNA, data_key_id: Some(KEY) },
    ]);
}

fn invited(user_id: PrincipalId, link: &str, expires_at: Timestamp) -> Event {
    Event::UserInvited { user_id, digest: link.to_owned(), expires_at }
}

fn take(link: &str, name: Option<&str>) -> UserCommand {
    let (digest, name) = (link.to_owned(), name.map(ToOwned::to_owned));
    UserCommand::TakeInvitation { digest, name, data_key_id: KEY, sealed_id: sealed(1), now: NOW }
}

fn taken(user_id: PrincipalId, link: &str) -> Event {
    Event::InvitationTaken { user_id, digest: link.to_owned() }
}

// Must hold 7 of issue 9.
// invariant: G-11
#[test]
fn a_link_is_used_once_and_says_why_it_is_not_again() {
    let (owner, soon) = (PrincipalId::OWNER, NOW.after(HOUR));
    let first = Event::UserAdded {
        user_id: owner,
        name: "anna".to_owned(),
        role: Role::Owner,
        permissions: Permissions::NONE,
        project_id: ProjectId::HOME,
    };
    let history = [invited(owner, "a", soon), invited(owner, "b", soon)];
    let done = [taken(owner, "a"), first, password_set(owner, 1)];
    given::<Account>(history.clone()).when(take("a", Some("anna"))).then(done.clone());
    given::<Account>(history.clone()).when(take("a", None)).rejected(&Rejection::UserBadName);
    given::<Account>(history.clone()).when(take("c", Some("anna"))).rejected(&Rejection::InvitationUnknown);
    // Nor does one that lies around elsewhere.
    for link in ["a", "b"] {
        let after = history.iter().chain(&done).cloned();
        given::<Account>(after).when(take(link, None)).rejected(&Rejection::InvitationTaken);
    }
    given::<Account>([invited(owner, "a", NOW)])
        .when(take("a", Some("anna")))
        .rejected(&Rejection::InvitationEnded);
}

#[test]
fn an_invitation_of_a_user_sets_his_password_and_leaves_his_name() {
    let history = [added(ANNA, "anna"), invited(ANNA, "a", NOW.after(HOUR)), opened(1, ANNA)];
    given::<Account>(history.clone()).when(take("a", Some("eve"))).then([
        taken(ANNA, "a"),
        ended(1, SessionEnd::PasswordChanged),
        password_set(ANNA, 1),
    ]);
    let removed = Event::UserRemoved { user_id: ANNA, data_key_id: None };
    let gone = history.into_iter().chain([removed]);
    given::<Account>(gone).when(take("a", Some("eve"))).rejected(&Rejection::InvitationEnded);
    let invite = UserCommand::Invite { user_id: BEN, digest: "b".to_owned(), expires_at: NOW };
    given::<Account>([]).when(invite).rejected(&Rejection::UserNotFound);
}

// SE-02: who changes a password that leaked does not leave a link behind that sets it again.
// invariant: G-11
#[test]
fn another_password_closes_every_link_that_was_made_before() {
    let history = [added(ANNA, "anna"), added(BEN, "ben")];
    let links = [invited(ANNA, "a", NOW.after(HOUR)), invited(BEN, "b", NOW.after(HOUR))];
    let history = history.into_iter().chain(links).chain([password_set(ANNA, 2)]);
    given::<Account>(history.clone()).when(take("a", None)).rejected(&Rejection::InvitationTaken);
    given::<Account>(history.clone()).when(take("b", None)).then([taken(BEN, "b"), password_set(BEN, 1)]);
    // One that is made afterwards is good.
    given::<Account>(history.chain([invited(ANNA, "c", NOW.after(HOUR))]))
        .when(take("c", None))
        .then([taken(ANNA, "c"), password_set(ANNA, 1)]);
}

#[test]
fn a_link_that_ends_soon_is_remembered_beside_many_that_last() {
    let later = (0..64).map(|number| invited(BEN, &format!("{number}"), NOW.after(HOUR * 1_000)));
    let history = [added(ANNA, "anna"), added(BEN, "ben")].into_iter().chain(later);
    let history = history.chain([invited(ANNA, "soon", NOW.after(HOUR))]);
    given::<Account>(history.clone())
        .when(take("soon", None))
        .then([taken(ANNA, "soon"), password_set(ANNA, 1)]);
    given::<Account>(history).when(take("0", None)).rejected(&Rejection::InvitationUnknown);
}

// SE-02: bounded per user.
#[test]
fn the_oldest_of_too_many_sessions_goes_for_a_newer_one() {
    let mut history = vec![added(ANNA, "anna"), added(BEN, "ben"), opened(900, BEN)];
    let max = SESSIONS_PER_USER_MAX as u128;
    for number in 1..=max {
        // The one with the lowest id is not the oldest.
        let at = NOW.after(Duration::from_secs(u64::try_from(max - number).unwrap()));
        history.push(opened_until(number, ANNA, at, NOW.after(HOUR)));
    }
    history.push(password_set(ANNA, 1));
    let opening = opened(100, ANNA);
    given::<Account>(history.clone())
        .when(open(100, ANNA))
        .then([ended(max, SessionEnd::Crowded), opening.clone()]);
    // One that is over makes room.
    history[3] = opened_until(1, ANNA, NOW, NOW);
    given::<Account>(history).when(open(100, ANNA)).then([ended(1, SessionEnd::Expired), opening]);
    given::<Account>([]).when(open(1, ANNA)).rejected(&Rejection::UserNotFound);
}

// SE-02: to compare a password takes time, in which another one may be set.
#[test]
fn nobody_is_signed_in_by_a_password_that_no_longer_counts() {
    let history = [added(ANNA, "anna"), password_set(ANNA, 1)];
    given::<Account>(history.clone()).when(open(1, ANNA)).then([opened(1, ANNA)]);
    let changed = history.into_iter().chain([password_set(ANNA, 2)]);
    given::<Account>(changed).when(open(1, ANNA)).rejected(&Rejection::WrongPassword);
    given::<Account>([added(ANNA, "anna")]).when(open(1, ANNA)).rejected(&Rejection::WrongPassword);
}

#[test]
fn a_session_is_renewed_and_ended_once() {
    let later = NOW.after(HOUR * 2);
    let renew = |expires_at| UserCommand::RenewSession { session_id: session(1), expires_at };
    let history = [added(ANNA, "anna"), opened(1, ANNA)];
    given::<Account>(history.clone())
        .when(renew(later))
        .then([Event::SessionRenewed { session_id: session(1), expires_at: later }]);
    given::<Account>(history.clone()).when(renew(NOW)).then([]);
    let end = UserCommand::EndSession { session_id: session(1), reason: SessionEnd::SignedOut };
    given::<Account>(history.clone()).when(end.clone()).then([ended(1, SessionEnd::SignedOut)]);
    let over = history.into_iter().chain([ended(1, SessionEnd::SignedOut)]);
    given::<Account>(over.clone()).when(end).rejected(&Rejection::SessionNotFound);
    given::<Account>(over).when(renew(later)).rejected(&Rejection::SessionNotFound);
}

#[test]
fn what_a_user_may_not_is_noted_once() {
    let note = || UserCommand::NoteRefused { session_id: session(1), command: "token.create".to_owned() };
    let noted = Event::UserCommandRefused {
        user_id: ANNA,
        session_id: session(1),
        command: "token.create".to_owned(),
    };
    let history = [added(ANNA, "anna"), opened(1, ANNA)];
    given::<Account>(history.clone()).when(note()).then([noted.clone()]);
    given::<Account>(history.into_iter().chain([noted])).when(note()).then([]);
}

fn owner(user_id: PrincipalId, name: &str) -> Event {
    let (permissions, project_id) = (Permissions::NONE, ProjectId::HOME);
    Event::UserAdded { user_id, name: name.to_owned(), role: Role::Owner, permissions, project_id }
}

#[test]
fn whoever_is_disabled_is_signed_out_and_signs_in_by_nothing_until_he_is_enabled() {
    let (disable, enable) = (UserCommand::Disable { user_id: ANNA }, UserCommand::Enable { user_id: ANNA });
    let (disabled, enabled) = (Event::UserDisabled { user_id: ANNA }, Event::UserEnabled { user_id: ANNA });
    let link = || invited(ANNA, "a", NOW.after(HOUR));
    let history = vec![added(ANNA, "anna"), password_set(ANNA, 1), opened(1, ANNA), link()];
    given::<Account>(history.clone())
        .when(disable.clone())
        .then([ended(1, SessionEnd::Revoked), disabled.clone()]);
    given::<Account>(history.clone()).when(enable.clone()).then([]);
    let shut = || history.clone().into_iter().chain([ended(1, SessionEnd::Revoked), disabled.clone()]);
    given::<Account>(shut()).when(disable.clone()).then([]);
    given::<Account>(shut()).when(open(2, ANNA)).rejected(&Rejection::WrongPassword);
    given::<Account>(shut()).when(take("a", None)).rejected(&Rejection::InvitationEnded);
    let invite = UserCommand::Invite { user_id: ANNA, digest: "b".to_owned(), expires_at: NOW.after(HOUR) };
    given::<Account>(shut()).when(invite.clone()).rejected(&Rejection::UserDisabled);
    // His name stays his, and so does his password.
    given::<Account>(shut())
        .when(add(BEN, "anna"))
        .rejected(&Rejection::UserNameTaken { name: "anna".to_owned() });
    given::<Account>(shut()).when(enable.clone()).then([enabled.clone()]);
    let again = || shut().chain([enabled.clone()]);
    given::<Account>(again()).when(open(2, ANNA)).then([opened(2, ANNA)]);
    given::<Account>(again()).when(take("a", None)).rejected(&Rejection::InvitationEnded);
    given::<Account>(again()).when(invite).then([invited(ANNA, "b", NOW.after(HOUR))]);
    for command in [disable, enable] {
        given::<Account>([]).when(command).rejected(&Rejection::UserNotFound);
    }
}

#[test]
fn somebody_is_left_who_may_let_others_in() {
    let disable = |user_id| UserCommand::Disable { user_id };
    let folder = owner(PrincipalId::OWNER, "folder");
    given::<Account>([folder.clone()]).when(disable(PrincipalId::OWNER)).rejected(&Rejection::UserIsOwner);
    given::<Account>([folder, owner(ANNA, "anna")])
        .when(disable(ANNA))
        .then([Event::UserDisabled { user_id: ANNA }]);
    // Whoever owns the data folder may never have chosen a name.
    let both = [owner(ANNA, "anna"), owner(BEN, "ben")];
    given::<Account>(both.clone()).when(disable(ANNA)).then([Event::UserDisabled { user_id: ANNA }]);
    let one = both.into_iter().chain([Event::UserDisabled { user_id: BEN }]);
    given::<Account>(one).when(disable(ANNA)).rejected(&Rejection::UserIsLastOwner);
}
