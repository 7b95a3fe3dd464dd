//! Consents to the use of a voice.

use colophon_store::{StoreError, VoiceConsent};

use super::Desk;

fn consent(owner: &str, name: &str) -> VoiceConsent {
    VoiceConsent {
        id: VoiceConsent::fresh_id(),
        owner: owner.into(),
        name: name.into(),
        language: "en-US".into(),
        phrase: "I agree.".into(),
        heard: "I agree".into(),
        agreement: 0.9375,
        media_type: "audio/wav".into(),
        bytes: 44,
        sha256: "00".into(),
        created: 7,
    }
}

#[test]
fn consents_are_kept_listed_renamed_and_removed() {
    let desk = Desk::open();
    let all: Vec<_> = ["one", "two", "three"].map(|n| consent("ann", n)).into();
    let other = consent("bob", "four");
    for one in all.iter().chain([&other]) {
        desk.store.add_consent(one).unwrap();
    }
    assert_eq!(desk.store.consent(&all[0].id).unwrap(), all[0]);
    let names = |owner, after: Option<&VoiceConsent>, limit| {
        let (list, more) = desk.store.consents(owner, after.map(|c| c.id.as_str()), limit).unwrap();
        (list.into_iter().map(|c| c.name).collect::<Vec<_>>().join(" "), more)
    };
    assert_eq!(names(Some("ann"), None, 2), ("three two".into(), true));
    assert_eq!(names(Some("ann"), Some(&all[1]), 2), ("one".into(), false));
    assert_eq!(names(None, None, 9), ("four three two one".into(), false));
    assert!(matches!(desk.store.consents(None, Some("cons_0"), 9), Err(StoreError::Unknown { .. })));
    assert_eq!(desk.store.rename_consent(&all[1].id, "second", "ann").unwrap().name, "second");
    desk.store.remove_consent(&all[0].id, "root").unwrap();
    assert!(matches!(desk.store.consent(&all[0].id), Err(StoreError::Unknown { .. })));
    for missing in [&all[0].id, "cons_0"] {
        assert!(matches!(desk.store.rename_consent(missing, "x", "ann"), Err(StoreError::Unknown { .. })));
        assert!(matches!(desk.store.remove_consent(missing, "ann"), Err(StoreError::Unknown { .. })));
    }
    let deeds: Vec<_> = desk.store.deeds(None, 3).unwrap().into_iter().map(|d| (d.who, d.what)).collect();
    let deed = |who: &str, what: &str| (who.to_owned(), format!("voice_consent.{what}"));
    assert_eq!(deeds, [deed("root", "remove"), deed("ann", "rename"), deed("bob", "add")]);
}
