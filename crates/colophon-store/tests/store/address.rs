//! Addresses, encryption, versions, and where the store is used.

use std::time::{Duration, Instant};

use colophon_store::{NewJob, Store, StoreError};
use colophon_test::postgres::Server;
use colophon_types::Explain as _;
use serde_json::json;

use crate::desk::{LEASE, SERVER, done, work};

fn refused(url: &str) -> StoreError {
    Store::connect(url).err().unwrap()
}

#[test]
fn an_address_that_leads_nowhere_is_said_without_its_password() {
    let began = Instant::now();
    let nobody = refused("postgres://ann:secret@127.0.0.1:1/studio");
    assert!(began.elapsed() < Duration::from_secs(5));
    for error in [nobody, refused(&SERVER.url("nothing").replace("colophon@", "colophon:secret@"))] {
        let told = error.to_string();
        assert!(told.contains("postgres://127.0.0.1:") && !told.contains("secret"), "{told}");
        assert!(error.hint().unwrap().contains("database"));
    }
    for wrong in ["mysql://localhost/a", "studio.db", "postgres://localhost/a?sslrootcert=%zz"] {
        let told = refused(wrong).to_string();
        assert!(told.contains("no address of a PostgreSQL database"), "{told}");
    }
}

#[test]
fn processes_that_start_together_make_the_tables_once() {
    let url = SERVER.database();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| Store::connect(&url).unwrap().note_deed("ann", "start", "", "done").unwrap());
        }
    });
    let store = Store::connect(&url).unwrap();
    assert_eq!(store.deeds(None, 99).unwrap().len(), 8);
    let mut client = SERVER.client(url.rsplit('/').next().unwrap());
    client.batch_execute("UPDATE colophon_version SET version = 99").unwrap();
    let error = refused(&url);
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("postgres://127.0.0.1:"), "{error}");
}

#[test]
fn copies_are_left_to_pg_dump() {
    let store = Store::connect(&SERVER.database()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let error = store.copy_to(&dir.path().join("copy.db")).unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
    assert!(store.is_shared() && store.path().to_str().unwrap().starts_with("postgres://127.0.0.1:"));
}

#[test]
fn text_with_a_nul_is_kept_without_it() {
    let store = Store::connect(&SERVER.database()).unwrap();
    store.enqueue(NewJob::new("ann", "picture", "a\0b", json!({"prompt": "c\0d"}))).unwrap();
    let job = store.claim("w1", &["picture"], LEASE).unwrap().unwrap();
    assert_eq!((job.title.as_str(), &job.request), ("a\u{fffd}b", &json!({"prompt": "c\0d"})));
    let mut file = work("clp-1");
    file.prompt = "c\0d".into();
    assert!(store.finish(&job, "w1", done(vec![file])).unwrap().is_some());
}

/// The driver runs a loop of its own, which may not run in another.
#[test]
fn the_store_may_be_used_where_a_runtime_is() {
    for runtime in
        [tokio::runtime::Builder::new_current_thread(), tokio::runtime::Builder::new_multi_thread()]
    {
        let (mut runtime, url) = (runtime, SERVER.database());
        runtime.build().unwrap().block_on(async {
            let store = Store::connect(&url).unwrap();
            let mut heard = store.listen();
            let job = store.enqueue(NewJob::new("ann", "picture", "a", json!({}))).unwrap();
            assert_eq!(store.job(&job.id).unwrap().title, "a");
            assert_eq!(heard.recv().await.unwrap().job, job.id);
            let office = store.elect("log").unwrap().unwrap();
            assert!(office.is_held());
            drop(office);
            drop(store);
        });
    }
}

#[test]
fn an_encrypted_connection_checks_whom_it_speaks_to() {
    let server = Server::start();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    server.encrypt(&made.cert.pem(), &made.signing_key.serialize_pem());
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: String| {
        let path = dir.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.display().to_string()
    };
    let (ours, theirs) = (file("our root.crt", made.cert.pem()), file("their.crt", other.cert.pem()));
    let url = server.database();
    let store =
        Store::connect(&format!("{url}?sslmode=verify-full&sslrootcert={}", ours.replace(' ', "%20")))
            .unwrap();
    store.note_deed("ann", "wait", "", "done").unwrap();
    let sql = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
               WHERE s.ssl AND a.application_name = 'colophon'";
    let encrypted: i64 = server.client("postgres").query_one(sql, &[]).unwrap().get(0);
    assert!(encrypted >= 2, "{encrypted}");
    for wrong in [format!("{url}?sslmode=require&sslrootcert={theirs}"), format!("{url}?sslmode=require")] {
        let told = refused(&wrong).to_string();
        assert!(told.to_lowercase().contains("certificate"), "{told}");
    }
    assert!(Store::connect(&url).is_ok(), "plain, as the address says");
}
