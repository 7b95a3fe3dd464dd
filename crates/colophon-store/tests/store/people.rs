//! Keys, accounts, sessions, quotas.

use std::time::Duration;

use colophon_store::{Identity, NewKey, Quota, Role, StoreError, Usage};

use super::Desk;

#[test]
fn keys_are_kept_as_hashes_and_end() {
    let desk = Desk::open();
    assert!(!desk.store.is_guarded().unwrap());
    let key = desk.store.add_key(NewKey::named("phone"), "ann").unwrap();
    let until = Some(desk.store.now() + 1_000);
    let scopes = vec!["image".to_owned()];
    let guest = NewKey { expires: until, scopes, role: Role::Viewer, ..NewKey::named("guest") };
    let guest = desk.store.add_key(guest, "ann").unwrap();
    assert!(desk.store.is_guarded().unwrap());
    assert!(desk.keeps("phone") && !desk.keeps(&key));
    assert_eq!(desk.store.check_key(&key).unwrap().unwrap().name, "phone");
    let found = desk.store.check_key(&guest).unwrap().unwrap();
    assert!(found.covers("image") && !found.covers("text") && !found.role.makes());
    desk.pass(1_000);
    assert_eq!(desk.store.check_key(&guest).unwrap(), None);
    assert_eq!(desk.store.check_key("clp-nothing").unwrap(), None);
    assert!(matches!(desk.store.add_key(NewKey::named("phone"), "ann"), Err(StoreError::Taken { .. })));
    assert!(matches!(desk.store.add_key(NewKey::named("a b"), "ann"), Err(StoreError::Request(_))));
    desk.store.remove_key("phone", "ann").unwrap();
    assert_eq!(desk.store.check_key(&key).unwrap(), None);
    let deeds: Vec<_> =
        desk.store.deeds(None, 9).unwrap().into_iter().map(|d| d.what + " " + &d.about).collect();
    assert_eq!(deeds, ["key.remove phone", "key.add guest", "key.add phone"]);
}

#[test]
fn a_salted_key_of_an_older_file_goes_on() {
    let desk = Desk::open();
    // SHA-256 of "pepper:clp-old".
    let hash = "5e43b8214a803203e0467cdc0bfe2240705f5f1d3ab4d7e754d1f65dec134fcf";
    desk.store.import_key("old", "pepper", hash).unwrap();
    assert_eq!(desk.store.check_key("clp-old").unwrap().unwrap().name, "old");
    assert_eq!(desk.store.check_key("clp-older").unwrap(), None);
    assert_eq!(desk.store.keys().unwrap()[0].name, "old");
}

#[test]
fn accounts_sign_in_and_out() {
    let desk = Desk::open();
    let store = &desk.store;
    assert!(matches!(
        store.add_account("ann", "short", Role::Admin, true, "ann"),
        Err(StoreError::Request(_))
    ));
    store.add_account("ann", "a long password", Role::Admin, true, "ann").unwrap();
    assert!(store.add_account("eve", "a long password", Role::Admin, true, "eve").is_err(), "only the first");
    store.add_account("bob", "another password", Role::Viewer, false, "ann").unwrap();
    assert!(store.sign_in("ann", "a wrong password").unwrap().is_none());
    assert!(store.sign_in("nobody", "a long password").unwrap().is_none());
    let (token, session) = store.sign_in("ann", "a long password").unwrap().unwrap();
    assert_eq!(session.role, Role::Admin);
    assert_eq!(store.session(&token).unwrap(), Some(session.clone()));
    assert_eq!(store.session(&session.csrf).unwrap(), None);
    desk.pass(8 * 86_400_000);
    assert!(store.session(&token).unwrap().is_some(), "half of it is over, and it begins anew");
    store.note_deed("ann", "wait", "", "done").unwrap();
    desk.pass(13 * 86_400_000);
    assert!(store.session(&token).unwrap().is_some());
    store.sign_out(&token).unwrap();
    assert_eq!(store.session(&token).unwrap(), None);
    assert!(matches!(store.remove_account("ann", "ann"), Err(StoreError::Request(_))), "the last admin");
    let (token, _) = store.sign_in("bob", "another password").unwrap().unwrap();
    store.remove_account("bob", "ann").unwrap();
    assert_eq!(store.session(&token).unwrap(), None);
}

#[test]
fn a_quota_is_used_up_and_starts_anew_the_next_day() {
    let desk = Desk::open();
    let quota = Quota { pixels: Some(1_000_000), ..Quota::default() };
    assert_eq!(quota.exceeded(&desk.store.usage("phone").unwrap()), None);
    desk.store.note_usage("phone", Usage { requests: 1, pixels: 1_048_576, ..Usage::default() });
    desk.store.note_deed("ann", "wait", "", "done").unwrap();
    let why = quota.exceeded(&desk.store.usage("phone").unwrap()).unwrap();
    assert!(why.contains("1000000 pixels a day"), "{why}");
    desk.pass(86_400_000);
    assert_eq!(quota.exceeded(&desk.store.usage("phone").unwrap()), None);
}

#[test]
fn whom_a_provider_knows_gets_an_account_of_its_own() {
    let desk = Desk::open();
    let store = &desk.store;
    store.add_account("ann", "a long password", Role::Admin, true, "ann").unwrap();
    store.add_key(NewKey::named("bob@press"), "ann").unwrap();
    let hour = Duration::from_secs(3600);
    let who = |subject: &str, name: &str, role| Identity {
        issuer: "https://id.example".into(),
        subject: subject.into(),
        name: name.into(),
        provider: "press".into(),
        role,
    };
    let (token, first) = store.arrive(who("1", "ann", Role::Viewer), hour).unwrap();
    assert_eq!((first.account.as_str(), first.role), ("ann@press", Role::Viewer), "not the ann who is there");
    assert_eq!(store.session(&token).unwrap(), Some(first));
    let again = store.arrive(who("1", "ann smith", Role::Creator), hour).unwrap().1;
    assert_eq!((again.account.as_str(), again.role), ("ann@press", Role::Creator));
    let names: Vec<String> = [("2", "ann"), ("3", "bob"), ("4", "<&>"), ("5", &"x".repeat(200))]
        .map(|(subject, name)| store.arrive(who(subject, name, Role::Viewer), hour).unwrap().1.account)
        .into();
    assert_eq!(names[..3], ["ann-2@press", "bob-2@press", "guest@press"]);
    assert_eq!(names[3].len(), 40);
    assert!(store.sign_in("ann@press", "").unwrap().is_none(), "there is no password");
    let account = store.accounts().unwrap().into_iter().find(|a| a.name == "ann@press").unwrap();
    assert_eq!(account.issuer.as_deref(), Some("https://id.example"));
    // Such a session is not prolonged by its use.
    desk.pass(3_000_000);
    assert!(store.session(&token).unwrap().is_some());
    desk.pass(700_000);
    assert!(store.session(&token).unwrap().is_none());
    let deeds: Vec<String> = store.deeds(None, 99).unwrap().into_iter().map(|d| d.what).collect();
    assert_eq!(deeds.iter().filter(|d| *d == "account.role").count(), 1);
}

#[test]
fn who_is_on_the_way_comes_back_once_and_in_time() {
    let desk = Desk::open();
    let (store, minute) = (&desk.store, Duration::from_secs(60));
    let secrets = serde_json::json!({"nonce": "n"});
    assert!(store.expect_arrival("first", &secrets, minute).unwrap());
    assert!(store.expect_arrival("second", &secrets, minute).unwrap());
    assert!(!desk.keeps("first"), "only a hash is kept");
    assert_eq!(store.take_arrival("third").unwrap(), None);
    assert_eq!(store.take_arrival("first").unwrap(), Some(secrets));
    assert_eq!(store.take_arrival("first").unwrap(), None);
    desk.pass(61_000);
    assert_eq!(store.take_arrival("second").unwrap(), None);
}
