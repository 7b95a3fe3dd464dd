//! Who may come in, and what they may do.

use std::time::Duration;

use colophon_server::ServerOptions;
use colophon_studio::store::{NewKey, Quota, Role};
use serde_json::{Value, json};

use crate::{Answer, House};

fn as_json(body: &Value) -> Option<(&'static str, Vec<u8>)> {
    Some(("application/json", body.to_string().into_bytes()))
}

#[test]
fn the_first_account_closes_the_door() {
    let house = House::open();
    let before = house.get("/v1/session").fine();
    assert_eq!(
        (&before["open"], &before["setup_needed"], &before["role"]),
        (&json!(true), &json!(true), &json!("admin"))
    );
    let ann = json!({"name": "ann", "password": "correct horse battery"});
    let lone = house.post("/v1/keys", &json!({"name": "lone"}));
    assert_eq!(lone.status, 400, "a key alone would shut everyone out of the page");
    assert_eq!(house.post("/v1/setup", &json!({"name": "ann", "password": "short"})).status, 400);
    let answer = house.post("/v1/setup", &ann);
    let session = answer.fine();
    assert_eq!((&session["signed_in"], &session["name"]), (&json!(true), &json!("ann")));
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    // Now everyone must say who they are.
    assert_eq!(house.get("/v1/works").code(), "sign_in");
    assert_eq!(house.post("/v1/setup", &ann).status, 403);
    assert_eq!(house.ask("GET", "/v1/works", &[("cookie", &cookie)], None).status, 200);
    // A page of another site can send the cookie, but neither the token nor from here.
    let csrf = session["csrf"].as_str().unwrap();
    let key = json!({"name": "phone", "role": "viewer"});
    let make = |head: &[(&str, &str)]| house.ask("POST", "/v1/keys", head, as_json(&key));
    assert_eq!(make(&[("cookie", &cookie)]).status, 403);
    assert_eq!(make(&[("cookie", &cookie), ("x-csrf-token", "guess")]).status, 403);
    let foreign = [("cookie", cookie.as_str()), ("x-csrf-token", csrf), ("origin", "http://evil.example")];
    assert_eq!(make(&foreign).status, 403);
    let made = make(&[("cookie", &cookie), ("x-csrf-token", csrf)]).fine();
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    assert_eq!(house.ask("GET", "/v1/works", &[("authorization", &bearer)], None).status, 200);
    let audit = house.ask("GET", "/v1/audit", &[("cookie", &cookie)], None).fine();
    let deeds: Vec<&str> =
        audit["data"].as_array().unwrap().iter().map(|d| d["what"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["key.add", "session.begin", "account.add"]);
    house.ask("DELETE", "/v1/session", &[("cookie", &cookie), ("x-csrf-token", csrf)], None).fine();
    assert_eq!(house.ask("GET", "/v1/works", &[("cookie", &cookie)], None).code(), "sign_in");
    let wrong = json!({"name": "ann", "password": "wrong horse battery"});
    assert_eq!(house.post("/v1/session", &wrong).code(), "wrong_password");
    assert_eq!(house.post("/v1/session", &ann).status, 200);
}

#[test]
fn guessing_passwords_is_slow() {
    let house = House::open();
    let wrong = json!({"name": "ann", "password": "wrong horse battery"});
    let answers: Vec<u16> = (0..12).map(|_| house.post("/v1/session", &wrong).status).collect();
    assert!(answers[..10].iter().all(|s| *s == 401) && answers.contains(&429), "{answers:?}");
}

/// A key and what is asked with it.
struct Holder<'a>(&'a House, String);

impl Holder<'_> {
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.0.ask(method, path, &[("authorization", &self.1)], body.and_then(as_json))
    }
}

fn key<'a>(house: &'a House, new: NewKey) -> Holder<'a> {
    let key = house.studio.store().unwrap().add_key(new, "test").unwrap();
    Holder(house, format!("Bearer {key}"))
}

#[test]
fn roles_scopes_and_owners_are_kept_apart() {
    let house = House::open();
    let of = |name: &str, role| key(&house, NewKey { role, ..NewKey::named(name) });
    let (ann, bob, guest) = (of("ann", Role::Creator), of("bob", Role::Creator), of("guest", Role::Viewer));
    let (auditor, admin) = (of("auditor", Role::Compliance), of("admin", Role::Admin));
    let scopes = vec!["image".to_owned()];
    let painter = key(&house, NewKey { scopes, ..NewKey::named("painter") });
    let rain = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}});
    assert_eq!(guest.ask("POST", "/v1/jobs", Some(&rain)).status, 403);
    assert_eq!(painter.ask("POST", "/v1/jobs", Some(&rain)).status, 403);
    assert_eq!(auditor.ask("POST", "/v1/jobs", Some(&rain)).status, 403);
    let speech = json!({"input": "Hello", "voice": "hibari"});
    assert_eq!(painter.ask("POST", "/v1/audio/speech", Some(&speech)).status, 403);
    let pull = json!({"kind": "pull", "request": {"model": "u2net"}});
    assert_eq!(ann.ask("POST", "/v1/jobs", Some(&pull)).status, 403);
    let job = ann.ask("POST", "/v1/jobs", Some(&rain)).fine();
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    let began = std::time::Instant::now();
    while ann.ask("GET", &path, None).fine()["status"] != "done" {
        assert!(began.elapsed() < crate::PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    for (who, sees) in [(&ann, true), (&bob, false), (&guest, false), (&auditor, true), (&admin, true)] {
        assert_eq!(who.ask("GET", &path, None).status == 200, sees);
        let works = who.ask("GET", "/v1/works", None).fine()["data"].as_array().unwrap().len();
        assert_eq!(works, usize::from(sees));
    }
    let id = ann.ask("GET", "/v1/works", None).fine()["data"][0]["id"].as_str().unwrap().to_owned();
    let work = format!("/v1/works/{id}");
    for more in ["", "/content", "/credential", "/export"] {
        assert_eq!(bob.ask("GET", &format!("{work}{more}"), None).status, 404, "{more}");
    }
    assert_eq!(bob.ask("DELETE", &work, None).status, 404);
    assert_eq!(auditor.ask("DELETE", &work, None).status, 403);
    let reuse = json!({"kind": "transcription", "request": {"file": {"work": id}}});
    assert_eq!(bob.ask("POST", "/v1/jobs", Some(&reuse)).status, 404);
    assert_eq!(auditor.ask("GET", "/v1/audit", None).status, 200);
    assert_eq!(bob.ask("GET", "/v1/audit", None).status, 403);
    for path in ["/v1/keys", "/v1/accounts"] {
        assert_eq!((auditor.ask("GET", path, None).status, admin.ask("GET", path, None).status), (403, 200));
    }
}

#[test]
fn a_quota_and_a_rate_are_kept() {
    let house = House::with(ServerOptions { a_minute: Some(5), ..ServerOptions::default() });
    let quota = Quota { pixels: Some(1_000), ..Quota::default() };
    let ann = key(&house, NewKey { quota, ..NewKey::named("ann") });
    let usage = colophon_studio::store::Usage { pixels: 1_000, ..Default::default() };
    let store = house.studio.store().unwrap();
    store.note_usage("ann", usage);
    store.note_deed("test", "wait", "", "done").unwrap();
    let job = json!({"kind": "picture", "request": {"prompt": "a boat", "size": "256x256"}});
    assert_eq!(ann.ask("POST", "/v1/jobs", Some(&job)).code(), "quota_exceeded");
    let answers: Vec<u16> = (0..6).map(|_| ann.ask("GET", "/v1/works", None).status).collect();
    assert_eq!(answers[..4], [200; 4], "reading is not counted against the quota");
    assert!(answers.contains(&429), "{answers:?}");
}

#[test]
fn settings_take_effect_with_the_next_work() {
    let house = House::open();
    let settings = house.get("/v1/settings").fine();
    assert_eq!((&settings["label"]["profile"], &settings["fixed"]), (&json!("all"), &json!([])));
    house.picture();
    let put = |body: Value| house.ask("PUT", "/v1/settings", &[], as_json(&body));
    let changed = put(json!({"producer": "Harbour-Press", "label": {"corner": "bottom-right"}})).fine();
    assert_eq!(
        (&changed["producer"], &changed["label"]["corner"]),
        (&json!("Harbour-Press"), &json!("bottom-right"))
    );
    let work = house.picture();
    let verdict = house.get(&format!("/v1/works/{}/credential", work["id"].as_str().unwrap())).fine();
    assert_eq!(verdict["aigc"]["fields"]["ContentProducer"], "Harbour-Press", "{verdict}");
    for bad in [
        json!({"label": {"profile": "mars"}}),
        json!({"producer": "a\nb"}),
        json!({"producer": "two words"}),
        json!({"time_stamps": "yesterday"}),
        json!({"home": "/"}),
    ] {
        assert_eq!(put(bad.clone()).status, 400, "{bad}");
    }
    assert_eq!(house.get("/v1/settings").fine()["producer"], "Harbour-Press");
}

#[test]
fn the_page_and_what_it_needs_are_there() {
    let house = House::open();
    let page = house.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let options = house.get("/v1/options").fine();
    assert!(options["speech"]["voices"].as_array().unwrap().len() > 50);
    assert!(options["film"]["recipes"].as_array().unwrap().contains(&json!("story")));
    assert!(house.get("/v1/catalogue").fine()["data"].as_array().unwrap().len() > 20);
    assert!(house.get("/v1/status").fine()["disk"]["free_bytes"].is_number());
    assert_eq!(house.get("/v1/recipes/story").fine()["parameters"]["brief"]["required"], true);
    assert_eq!(house.get("/v1/recipes/..%2fCargo").status, 404);
    assert_eq!(house.get("/assets/..%2fCargo.toml").status, 404);
}
