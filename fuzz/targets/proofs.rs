#![no_main]

//! Proofs of inclusion, keys of witnesses, and what a witness signed.

use colophon_ledger::{WitnessKey, WitnessPolicy, verify_proof};

/// The key of a log that does not exist.
const KEY: &str = "example.com/log+4b2f5e5f+ASrkb6dCVQZGGnBTnEDMHpLgtEoxbGMVHGEYJQg4aLBz";

libfuzzer_sys::fuzz_target!(|text: &str| {
    assert!(verify_proof(text, KEY).is_err());
    if let Ok(key) = WitnessKey::parse(text) {
        let _ = WitnessPolicy::new(vec![key], 1).map(|policy| policy.check(text));
    }
});
