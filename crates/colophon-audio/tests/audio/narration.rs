//! The narrator as the studio uses it: sameness, silence, speed, hostile text, cancellation.

use std::time::{Duration, Instant};

use crate::kit::{model, narrator, runtime};
use colophon_audio::engine::Vocabulary;
use colophon_audio::g2p::Phonemizer;
use colophon_audio::{Accent, mix};
use colophon_types::{Cancel, ErrorCode, Explain, Lang};

/// Text that no one means to have read aloud.
fn hostile() -> Vec<String> {
    let mut out: Vec<String> = [
        "",
        " ",
        "\u{0}\u{1}\u{2}\u{1b}[31m",
        "😀🎉👩‍👩‍👧‍👦",
        "....!!!???",
        "((((((((((",
        "[a](b) [x](/y/) [z](+2) [[]]((",
        "-",
        "$",
        "1e999999999999999999999999999999999999999999",
        "99999999999999999999999999999999999999999999999.5%",
        "\u{202e}desrever\u{202c}",
        "a\u{301}\u{301}\u{301}\u{301}",
        "ｆｕｌｌ　ｗｉｄｔｈ",
        "Привет мир, γειά σου Κόσμε, שלום",
        "'''''''''",
        "a'b'c'd'e'f'",
        "X Æ A-12",
        "儿儿儿 一一一一 不不不 了了着着地得",
        "𠀀𠀁㐀〇々",
        "http://///// @@@ www. .com a@b.c",
        "00:00:00:00 1/2/3/4/5 1-2-3-4-5 2026-13-45",
        "MCMXCIX IIII World War IIII",
    ]
    .map(String::from)
    .to_vec();
    out.push("a".repeat(10_000));
    out.push("字".repeat(10_000));
    out.push("word ".repeat(300));
    out.push("9".repeat(10_000));
    out.push("A.".repeat(3_000));
    out.push("'".repeat(5_000));
    out
}

#[test]
fn every_phoneme_is_in_both_vocabularies() {
    runtime();
    let kokoro = Vocabulary::load(&model("kokoro-82m-int8").join("vocab.json")).expect("Kokoro's alphabet");
    let hibari = Vocabulary::load(&model("hibari").join("vocab.json")).expect("Hibari's alphabet");
    let texts = [
        "The naïve café owner's fiancée, Xiuhtecuhtli, zigzagged through Worcestershire (twice)!",
        "“Quotes” — and dashes; colons: 3.5% of $2 million… OK?",
        "今天2026年11月24日，“人工智能”AI技术真的很了不起！女儿略微嗯了一声，儿子哦。",
        "中文 mixed with English words，还有 Rust 语言。",
    ];
    for accent in [Accent::Us, Accent::Gb] {
        let mut reader = Phonemizer::new(accent, Some(model("hibari")));
        for text in texts.iter().map(|t| t.to_string()).chain(hostile()) {
            for lang in [Lang::En, Lang::Zh] {
                let phonemes = reader.phonemes(&text, lang).expect("no failure on any text");
                for c in phonemes.chars() {
                    let shown: String = text.chars().take(60).collect();
                    assert!(
                        kokoro.contains(c) && hibari.contains(c),
                        "{c:?} of {shown:?} in {phonemes:.200}"
                    );
                }
            }
        }
    }
}

#[test]
fn unknown_words_are_read_not_spelled() {
    runtime();
    let mut reader = Phonemizer::new(Accent::Us, Some(model("hibari")));
    let read = reader.phonemes("zorblax", Lang::En).expect("phonemes");
    assert!(read.chars().count() < 12 && read.contains('z'), "{read}");
    let spelled = Phonemizer::new(Accent::Us, None).phonemes("zorblax", Lang::En).expect("phonemes");
    assert!(spelled.chars().count() > read.chars().count(), "{spelled}");
}

#[test]
fn the_same_sentence_gives_the_same_samples() {
    for (lang, voice, text) in [
        (Lang::En, "hibari", "The sea was calm that morning."),
        (Lang::En, "af_heart", "The sea was calm that morning."),
        (Lang::Zh, "zf_xiaoxiao", "那天早上，大海很平静。"),
    ] {
        let mut first = narrator(lang, Some(voice));
        let a = first.speak_sentence(text, lang, 1.0, &Cancel::new()).expect("speech");
        let b = first.speak_sentence(text, lang, 1.0, &Cancel::new()).expect("speech");
        let c = narrator(lang, Some(voice)).speak_sentence(text, lang, 1.0, &Cancel::new()).expect("speech");
        assert!(a.sound == b.sound && a.sound == c.sound, "{voice}");
        assert!((1.0..5.0).contains(&a.sound.seconds()), "{voice}: {} s", a.sound.seconds());
        let film = mix::master(&a.sound).expect("rates");
        let lufs = mix::loudness(&film).expect("loud enough");
        assert!((lufs - mix::TARGET_LUFS).abs() <= 0.5, "{voice}: {lufs} LUFS");
        assert!(film.samples.iter().all(|x| x.abs() <= 0.98), "{voice}");
        let quick = first.speak_sentence(text, lang, 1.5, &Cancel::new()).expect("speech");
        assert!(quick.sound.seconds() < a.sound.seconds() * 0.85, "{voice}");
        let wrong = first.speak_sentence(text, lang, 9.0, &Cancel::new()).expect_err("too fast");
        assert_eq!(wrong.code(), ErrorCode::BadInput);
    }
}

#[test]
fn hostile_text_never_panics() {
    let mut fast = narrator(Lang::En, Some("hibari"));
    // What is long in one breath is for the reader alone (above): to speak it takes a minute and tells no more.
    for text in hostile().into_iter().filter(|t| t.len() < 2_000) {
        match fast.speak_sentence(&text, Lang::En, 1.0, &Cancel::new()) {
            Ok(spoken) => assert!(spoken.sound.samples.iter().all(|x| x.is_finite())),
            Err(e) => assert_eq!(e.code(), ErrorCode::BadInput, "{e}"),
        }
    }
    let mut narrator = narrator(Lang::Zh, None);
    for text in hostile().into_iter().filter(|t| t.len() < 200) {
        match narrator.speak_sentence(&text, Lang::Zh, 1.0, &Cancel::new()) {
            Ok(spoken) => assert!(spoken.sound.samples.iter().all(|x| x.is_finite())),
            Err(e) => assert_eq!(e.code(), ErrorCode::BadInput, "{e}"),
        }
    }
}

#[test]
fn speaking_stops_when_asked() {
    let mut narrator = narrator(Lang::En, Some("af_heart"));
    narrator.speak_sentence("Warm up.", Lang::En, 1.0, &Cancel::new()).expect("speech");
    let cancel = Cancel::new();
    let flag = cancel.clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(400));
        flag.cancel();
        Instant::now()
    });
    let text = "and then the ship sailed on and on across the wide grey ocean ".repeat(20);
    let result = narrator.speak_sentence(&text, Lang::En, 1.0, &cancel);
    let ended = Instant::now();
    let asked = stopper.join().expect("the stopper");
    assert_eq!(result.expect_err("stopped").code(), ErrorCode::Cancelled);
    let late = ended.duration_since(asked);
    assert!(late < Duration::from_millis(600), "{late:?} after the request");
}

#[test]
fn a_missing_model_is_named() {
    let nothing = colophon_audio::SpeechModels::default();
    let e = colophon_audio::Narrator::open(&nothing, Lang::Zh, None, 1).err().expect("no model");
    assert_eq!(e.code(), ErrorCode::ModelMissing);
    assert!(e.hint().expect("hint").contains("kokoro-82m-int8"));
}
