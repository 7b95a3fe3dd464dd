//! Signing in through an identity provider, which the test plays on loopback with keys of its own.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use colophon_server::ServerOptions;
use colophon_studio::Config;
use colophon_studio::oidc::OidcConfig;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Answer, House};

const CLIENT: &str = "colophon";
const SECRET: &str = "a secret of the client";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The words of a form or a query.
fn fields(text: &str) -> HashMap<String, String> {
    let plain = |word: &str| {
        let mut out = Vec::new();
        let mut bytes = word.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                out.push(byte);
                continue;
            }
            let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        }
        String::from_utf8(out).unwrap()
    };
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (plain(k), plain(v))).collect()
}

/// What the provider does the next time.
#[derive(Clone)]
struct Next {
    claims: Value,
    alg: Algorithm,
    /// A token that is given as it is.
    token: Option<String>,
    /// The key that the token is signed with is another than the one that is published.
    forged: bool,
}

/// A provider that lets everyone in. It takes each code once, and with the right verifier alone.
struct Provider {
    issuer: String,
    keys: [(Algorithm, EncodingKey); 2],
    forger: EncodingKey,
    /// Codes that were given and not yet taken, with the challenge of their sign-in.
    codes: Mutex<HashMap<String, String>>,
    next: Mutex<Option<Next>>,
}

fn curve_key() -> EncodingKey {
    EncodingKey::from_ec_der(&rcgen::KeyPair::generate().unwrap().serialize_der())
}

impl Provider {
    fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let rsa = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let rsa = EncodingKey::from_rsa_der(rsa.to_pkcs1_der().unwrap().as_bytes());
        let provider = Arc::new(Self {
            issuer: format!("http://{}/realm", listener.local_addr().unwrap()),
            keys: [(Algorithm::RS256, rsa), (Algorithm::ES256, curve_key())],
            forger: curve_key(),
            codes: Mutex::default(),
            next: Mutex::default(),
        });
        let plays = Arc::clone(&provider);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (head, body) = colophon_test::http::read_request(&stream);
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let answer = plays.answer(&path, &head, &String::from_utf8(body).unwrap());
                let status = if answer.is_some() { "200 OK" } else { "400 Bad Request" };
                let text = answer.unwrap_or_default().to_string();
                let _ = write!(
                    &stream,
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n{text}",
                    text.len()
                );
            }
        });
        provider
    }

    fn answer(&self, path: &str, head: &str, body: &str) -> Option<Value> {
        match path {
            "/realm/.well-known/openid-configuration" => Some(json!({
                "issuer": self.issuer,
                "authorization_endpoint": format!("{}/auth", self.issuer),
                "token_endpoint": format!("{}/token", self.issuer),
                "jwks_uri": format!("{}/keys", self.issuer),
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            })),
            "/realm/keys" => {
                let mut keys: Vec<Value> = (self.keys.iter())
                    .map(|(alg, key)| {
                        let mut jwk = Jwk::from_encoding_key(key, *alg).unwrap();
                        jwk.common.key_id = Some(format!("{alg:?}"));
                        serde_json::to_value(jwk).unwrap()
                    })
                    .collect();
                keys.push(json!({"kty": "of another world", "kid": "x"}));
                Some(json!({"keys": keys}))
            }
            "/realm/token" => {
                assert!(head.starts_with("POST "), "{head}");
                let form = fields(body);
                let fine = form["grant_type"] == "authorization_code"
                    && form["client_id"] == CLIENT
                    && form["client_secret"] == SECRET
                    && form["redirect_uri"].ends_with("/v1/session/oidc/callback");
                let challenge = self.codes.lock().unwrap().remove(&form["code"])?;
                let shown = base64url(&Sha256::digest(form["code_verifier"].as_bytes()));
                (fine && shown == challenge)
                    .then(|| json!({"access_token": "unused", "id_token": self.token()}))
            }
            _ => None,
        }
    }

    fn token(&self) -> String {
        let next = self.next.lock().unwrap().take().unwrap();
        if let Some(token) = next.token {
            return token;
        }
        let (_, key) = self.keys.iter().find(|(alg, _)| *alg == next.alg).unwrap();
        let key = if next.forged { &self.forger } else { key };
        let kid = Some(format!("{:?}", next.alg));
        encode(&Header { kid, ..Header::new(next.alg) }, &next.claims, key).unwrap()
    }

    /// Claims that hold.
    fn claims(&self, nonce: &str) -> Value {
        json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "0001", "nonce": nonce, "iat": now(), "exp": now() + 300,
            "preferred_username": "ann", "groups": ["editors"],
        })
    }
}

/// A studio with a provider, and a browser on its way.
struct Door {
    provider: Arc<Provider>,
    house: House,
    _secret: tempfile::NamedTempFile,
}

/// What a browser holds that was sent to the provider.
struct Sent {
    query: HashMap<String, String>,
    cookie: String,
}

impl Door {
    fn open() -> Self {
        let provider = Provider::start();
        let mut secret = tempfile::NamedTempFile::new().unwrap();
        writeln!(secret, "{SECRET}").unwrap();
        let oidc = OidcConfig {
            issuer: provider.issuer.clone(),
            client_id: CLIENT.into(),
            client_secret_file: Some(secret.path().to_owned()),
            redirect: "http://127.0.0.1:1/v1/session/oidc/callback".into(),
            name: Some("press".into()),
            roles: [("creator".to_owned(), vec!["editors".to_owned()])].into(),
            ..OidcConfig::default()
        };
        let house =
            House::with_settings(ServerOptions::default(), Config { oidc: Some(oidc), ..Config::default() });
        Self { provider, house, _secret: secret }
    }

    /// Begins a sign-in, as the button does.
    fn begin(&self) -> Sent {
        let answer = self.ask("/v1/session/oidc", "");
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let (place, query) = answer.header("location").split_once('?').unwrap();
        assert_eq!(place, format!("{}/auth", self.provider.issuer));
        let query = fields(query);
        assert_eq!((&*query["response_type"], &*query["code_challenge_method"]), ("code", "S256"));
        assert!(query["scope"].contains("openid"));
        Sent { query, cookie }
    }

    /// Plays the provider's page: gives a code, and settles what the token will say.
    fn allow(&self, sent: &Sent, edit: impl FnOnce(&mut Next)) -> String {
        let claims = self.provider.claims(&sent.query["nonce"]);
        let mut next = Next { claims, alg: Algorithm::RS256, token: None, forged: false };
        edit(&mut next);
        *self.provider.next.lock().unwrap() = Some(next);
        let code = format!("code/{}", self.provider.codes.lock().unwrap().len() + now() as usize);
        self.provider.codes.lock().unwrap().insert(code.clone(), sent.query["code_challenge"].clone());
        code
    }

    fn ask(&self, path: &str, cookie: &str) -> Answer {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        let request =
            ureq::http::Request::get(self.house.url(path)).header("cookie", cookie).body(()).unwrap();
        let mut answer = ureq::Agent::new_with_config(config).run(request).unwrap();
        let (status, head) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, head, bytes: answer.body_mut().read_to_vec().unwrap() }
    }

    fn come_back(&self, state: &str, code: &str, cookie: &str) -> Answer {
        self.ask(
            &format!("/v1/session/oidc/callback?state={state}&code={}", code.replace('/', "%2F")),
            cookie,
        )
    }

    /// A whole sign-in.
    fn sign_in(&self, edit: impl FnOnce(&mut Next)) -> Answer {
        let sent = self.begin();
        let code = self.allow(&sent, edit);
        self.come_back(&sent.query["state"], &code, &sent.cookie)
    }
}

/// The cookie of the session that an answer begins.
fn session_of(answer: &Answer) -> Option<String> {
    let cookies = answer.head.get_all("set-cookie").iter().map(|v| v.to_str().unwrap());
    cookies
        .filter_map(|c| c.split(';').next())
        .find(|c| c.starts_with("colophon_session="))
        .map(str::to_owned)
}

#[test]
fn whoever_the_provider_knows_comes_in_with_the_role_of_their_group() {
    let door = Door::open();
    let before = door.house.get("/v1/session").fine();
    assert_eq!(
        (&before["oidc"], &before["open"], &before["signed_in"]),
        (&json!("press"), &json!(false), &json!(false))
    );
    assert_eq!(door.house.get("/v1/works").code(), "sign_in", "a provider closes the door by itself");
    let answer = door.sign_in(|_| ());
    assert_eq!((answer.status, answer.header("location")), (303, "/"), "{answer:?}");
    let cookie = session_of(&answer).unwrap();
    let session = door.ask("/v1/session", &cookie).fine();
    assert_eq!((&session["name"], &session["role"]), (&json!("ann@press"), &json!("creator")));
    assert_eq!(door.ask("/v1/works", &cookie).status, 200);
    assert_eq!(door.ask("/v1/accounts", &cookie).status, 403);
    // The same person again, signed with the other kind of key, and promoted meanwhile.
    let answer = door.sign_in(|next| {
        next.alg = Algorithm::ES256;
        next.claims["preferred_username"] = "ann-smith".into();
        next.claims["aud"] = json!([CLIENT]);
    });
    let session = door.ask("/v1/session", &session_of(&answer).unwrap()).fine();
    assert_eq!(session["name"], "ann@press");
    let store = door.house.studio.store().unwrap();
    let accounts = store.accounts().unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].issuer.as_deref(), Some(&*door.provider.issuer));
}

#[test]
fn whatever_does_not_hold_is_refused_in_a_sentence_and_begins_no_session() {
    let door = Door::open();
    let refused = |answer: Answer, why: &str| {
        let page = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert_eq!(answer.status, 401, "{why}: {page}");
        assert!(page.contains(why), "{why}: {page}");
        assert_eq!(session_of(&answer), None, "{why}");
    };
    type Edit = fn(&mut Next);
    let edits: [(&str, Edit); 12] = [
        ("belongs to another sign-in", |next| next.claims["nonce"] = "another".into()),
        ("belongs to another sign-in", |next| drop(next.claims.as_object_mut().unwrap().remove("nonce"))),
        ("is too old", |next| next.claims["exp"] = (now() - 3600).into()),
        ("lacks what it must say", |next| drop(next.claims.as_object_mut().unwrap().remove("exp"))),
        ("was not made for this studio", |next| next.claims["aud"] = "another".into()),
        ("was not made for this studio", |next| next.claims["aud"] = json!([CLIENT, "another"])),
        ("is not from the identity provider", |next| next.claims["iss"] = "http://127.0.0.1/evil".into()),
        ("has no role", |next| next.claims["groups"] = json!(["others"])),
        ("signature does not hold", |next| (next.alg, next.forged) = (Algorithm::ES256, true)),
        ("is not signed with RS256 or ES256", |next| {
            let part = |value: Value| base64url(value.to_string().as_bytes());
            let head = part(json!({"alg": "none", "typ": "JWT"}));
            next.token = Some(format!("{head}.{}.", part(next.claims.clone())));
        }),
        // Signed with what everyone may know: the client's name as the key of a MAC.
        ("is not signed with RS256 or ES256", |next| {
            let key = EncodingKey::from_secret(CLIENT.as_bytes());
            next.token = Some(encode(&Header::new(Algorithm::HS256), &next.claims, &key).unwrap());
        }),
        ("is not signed with RS256 or ES256", |next| next.token = Some("no token".into())),
    ];
    for (why, edit) in edits {
        refused(door.sign_in(edit), why);
    }
    let begun = "was not begun in this browser";
    let sent = door.begin();
    let code = door.allow(&sent, |_| ());
    let state = &sent.query["state"];
    refused(door.come_back("guess", &code, &sent.cookie), begun);
    refused(door.come_back(state, &code, ""), begun);
    refused(door.come_back(state, &code, &door.begin().cookie), begun);
    // The same way back a second time, and the code of one sign-in in another.
    assert_eq!(door.come_back(state, &code, &sent.cookie).status, 303);
    refused(door.come_back(state, &code, &sent.cookie), begun);
    let again = door.begin();
    refused(door.come_back(&again.query["state"], &code, &again.cookie), "did not accept the code");
    let (first, second) = (door.begin(), door.begin());
    let stolen = door.allow(&first, |_| ());
    refused(door.come_back(&second.query["state"], &stolen, &second.cookie), "did not accept the code");
    let denied = door.begin();
    let path =
        format!("/v1/session/oidc/callback?state={}&error=access_denied%3Cb%3E", denied.query["state"]);
    refused(door.ask(&path, &denied.cookie), "let nobody in: access_deniedb");
    let deeds = door.house.studio.store().unwrap().deeds(None, 99).unwrap();
    let refusals = deeds.iter().filter(|d| d.what == "session.begin" && d.outcome == "refused").count();
    assert_eq!(refusals, 19);
}

#[test]
fn a_provider_that_cannot_be_asked_is_told_of_and_one_that_is_not_set_up_is_not_there() {
    let house = House::open();
    assert_eq!(house.get("/v1/session").fine()["oidc"], Value::Null);
    assert_eq!(house.get("/v1/session/oidc").status, 404);
    assert_eq!(house.get("/v1/session/oidc/callback?state=a&code=b").status, 404);
    drop(house);
    let oidc = OidcConfig {
        issuer: "http://127.0.0.1:1/gone".into(),
        client_id: CLIENT.into(),
        redirect: "http://127.0.0.1:1/v1/session/oidc/callback".into(),
        default_role: Some("viewer".into()),
        ..OidcConfig::default()
    };
    let house =
        House::with_settings(ServerOptions::default(), Config { oidc: Some(oidc), ..Config::default() });
    let answer = house.get("/v1/session/oidc");
    assert_eq!(answer.status, 502);
    assert!(String::from_utf8_lossy(&answer.bytes).contains("cannot be asked for its description"));
}
