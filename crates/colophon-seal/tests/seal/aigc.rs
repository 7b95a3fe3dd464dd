//! The AIGC field: what goes in comes out, in the characters that the standard allows.

use colophon_seal::{Aigc, is_provider_code};
use colophon_types::Seed;

#[test]
fn any_allowed_value_survives_escaping() {
    let mut seed = Seed(7);
    for _ in 0..2000 {
        let mut value = || -> String {
            let length = 1 + seed.next_u64() % 40;
            (0..length).map(|_| char::from(0x21 + (seed.next_u64() % 0x5e) as u8)).collect()
        };
        let field = Aigc::of_producer(&value(), &value());
        let json = field.to_json();
        assert!(json.bytes().all(|b| (0x21..=0x7e).contains(&b)), "{json}");
        assert_eq!(Aigc::from_json(&json), Some(field.clone()), "{json}");
        assert!(field.is_valid());
        let generic: serde_json::Value = serde_json::from_str(&json).unwrap();
        let keys: Vec<&String> = generic.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "Label",
                "ContentProducer",
                "ProduceID",
                "ReservedCode1",
                "ContentPropagator",
                "PropagateID",
                "ReservedCode2"
            ]
        );
        assert!(generic.as_object().unwrap().values().all(serde_json::Value::is_string));
    }
    assert_eq!(Aigc::of_producer(r#"a"b\c"#, "1").to_json().matches(r#""a\"b\\c""#).count(), 2);
}

#[test]
fn what_the_standard_does_not_allow_is_not_valid() {
    let good = Aigc::of_producer("p", "1");
    assert!(good.is_valid());
    for broken in [
        Aigc { label: "4".to_owned(), ..good.clone() },
        Aigc { content_producer: String::new(), ..good.clone() },
        Aigc { produce_id: String::new(), ..good.clone() },
        Aigc { content_propagator: "with space".to_owned(), ..good.clone() },
        Aigc { reserved_code1: "汉".to_owned(), ..good.clone() },
    ] {
        assert!(!broken.is_valid(), "{broken:?}");
    }
    let json = good.to_json();
    assert_eq!(Aigc::from_json(&json.replace("\"1\"", "1")), None, "numbers are not strings");
    assert_eq!(Aigc::from_json(&json.replace(",\"ReservedCode2\":\"\"", "")), None, "a key is missing");
    assert_eq!(Aigc::from_json(&json.replace('}', ",\"More\":\"\"}")), None, "a key too many");
}

#[test]
fn provider_codes_have_27_characters() {
    assert!(is_provider_code("001191110000000000000XYAB12"));
    for code in [
        "",
        "00119111000000000000XYAB12",
        "0011911100000000000000XYAB12",
        "101191110000000000000XYAB12",
        "001191110000000000000xyab12",
    ] {
        assert!(!is_provider_code(code), "{code}");
    }
}
