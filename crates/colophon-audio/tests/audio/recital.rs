//! What is asked for is heard: pauses, emphasis, mixes, characters, dictionaries, times of words.

use crate::kit::narrator;
use colophon_audio::{Blend, Dialogue, Dictionary, Performance, Performed, Recital, blend, mix, ssml};
use colophon_types::{Cancel, ErrorCode, Explain, Lang, Pcm, SpokenWord};

/// Speaks a recital; returns its parts and the whole sound.
fn perform(recital: &Recital, voice: &str) -> (Vec<Performed>, Pcm, Vec<(String, f64)>) {
    let voice = blend(Some(voice), Lang::En).expect("a voice");
    let mut narrator = narrator(Lang::En, Some(voice.name()));
    let mut performance = Performance::new(recital, voice, 1.0);
    let mut parts = Vec::new();
    while let Some(part) = performance.next(&mut narrator, &Cancel::new()).expect("it speaks") {
        parts.push(part);
    }
    let placed: Vec<(f64, &Pcm)> = parts.iter().map(|p| (p.start, &p.spoken.sound)).collect();
    let sound = mix::place(performance.seconds(), 24_000, &placed).expect("rates");
    (parts, sound, performance.marks().to_vec())
}

fn read(xml: &str) -> Recital {
    ssml::parse(xml, Lang::En, &Dictionary::default()).expect("SSML")
}

/// Root mean square of a stretch in decibels.
fn level(sound: &Pcm, from: f64, to: f64) -> f64 {
    let index = |t: f64| ((t * f64::from(sound.rate)) as usize).min(sound.samples.len());
    let part = &sound.samples[index(from)..index(to)];
    let power = part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len().max(1) as f64;
    10.0 * power.max(1e-12).log10()
}

/// Stretches quieter than −50 dBFS of at least a tenth of a second, in seconds.
fn silences(sound: &Pcm) -> Vec<f64> {
    let step = sound.rate as usize / 100;
    let quiet = sound.samples.chunks(step).map(|c| {
        let power = c.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / c.len() as f64;
        power <= 1e-5
    });
    let mut out = Vec::new();
    let mut run = 0;
    for is_quiet in quiet.chain([false]) {
        if is_quiet {
            run += 1;
        } else {
            if run >= 10 {
                out.push(run as f64 / 100.0);
            }
            run = 0;
        }
    }
    out
}

fn word<'a>(words: &'a [SpokenWord], text: &str) -> &'a SpokenWord {
    words.iter().find(|w| w.text == text).unwrap_or_else(|| panic!("no word {text} in {words:?}"))
}

#[test]
fn pauses_are_exact() {
    for pause in [0.15, 0.5, 1.25] {
        let xml =
            format!("<speak>Banana<break time='{}ms'/>tomato<mark name='end'/></speak>", pause * 1000.0);
        let (parts, sound, marks) = perform(&read(&xml), "hibari");
        let heard = silences(&sound);
        assert_eq!(parts.len(), 2);
        assert!(heard.iter().any(|s| (s - pause).abs() <= 0.0101), "{pause} s: silences of {heard:?}");
        assert_eq!(marks[0].0, "end");
        assert!((marks[0].1 - sound.seconds()).abs() < 0.01);
    }
}

#[test]
fn emphasis_is_longer_and_louder() {
    for voice in ["hibari", "af_heart"] {
        let say = |xml: &str| perform(&read(xml), voice).0.remove(0).spoken;
        let plain = say("<speak>We never walk along the river.</speak>");
        let strong = say("<speak>We <emphasis level='strong'>never</emphasis> walk along the river.</speak>");
        let (a, b) = (word(&plain.words, "never"), word(&strong.words, "never"));
        let longer = (b.end - b.start) / (a.end - a.start);
        let louder = level(&strong.sound, b.start, b.end) - level(&plain.sound, a.start, a.end);
        assert!((1.15..1.5).contains(&longer), "{voice}: {longer:.2} times as long");
        assert!((2.5..6.5).contains(&louder), "{voice}: {louder:.1} dB louder");
        let (c, d) = (word(&plain.words, "river"), word(&strong.words, "river"));
        let same = (d.end - d.start) / (c.end - c.start);
        assert!((same - 1.0).abs() < 0.02, "{voice}: another word {same:.2} times as long");
        assert!(strong.sound.samples.iter().all(|x| x.abs() <= 1.0));
    }
}

#[test]
fn prosody_changes_pace_loudness_and_pitch() {
    let say = |xml: &str| perform(&read(xml), "hibari").0.remove(0).spoken;
    let plain = say("<speak>The boat comes home in the evening.</speak>");
    let of = |attribute: &str| {
        say(&format!("<speak><prosody {attribute}>The boat comes home in the evening.</prosody></speak>"))
    };
    let slow = of("rate='slow'").sound.seconds() / plain.sound.seconds();
    assert!((1.12..1.4).contains(&slow), "{slow:.2}");
    let soft = of("volume='-6dB'");
    let quieter = level(&soft.sound, 0.0, 9.0) - level(&plain.sound, 0.0, 9.0);
    assert!((quieter + 6.0).abs() < 0.5, "{quieter:.1} dB");
    let high = of("pitch='+4st'");
    assert!((high.sound.seconds() - plain.sound.seconds()).abs() < 0.05);
    assert!(high.sound.samples != plain.sound.samples);
}

#[test]
fn word_times_follow_the_sound() {
    for (voice, lang, text) in [
        ("hibari", Lang::En, "In 1969, two brave men walked on the moon, and the world watched."),
        ("af_heart", Lang::En, "In 1969, two brave men walked on the moon, and the world watched."),
        ("zf_xiaoxiao", Lang::Zh, "今天我们用 Python 学习人工智能，非常有趣。"),
    ] {
        let mut narrator = narrator(lang, Some(voice));
        let spoken = narrator.speak_sentence(text, lang, 1.0, &Cancel::new()).expect("speech");
        let words = &spoken.words;
        assert!(words.len() >= 8, "{words:?}");
        let expected = if lang == Lang::En { "1969" } else { "Python" };
        let long = word(words, expected);
        assert!(long.end - long.start > 0.3, "{long:?}");
        for pair in words.windows(2) {
            assert!(pair[0].start <= pair[1].start && pair[0].end <= pair[1].end + 1e-9, "{pair:?}");
        }
        let (first, last) = (&words[0], &words[words.len() - 1]);
        assert!(first.start < 0.15 && last.end > spoken.sound.seconds() - 0.35, "{first:?} {last:?}");
        for w in words {
            assert!(level(&spoken.sound, w.start, w.end) > -45.0, "silence in {w:?}");
        }
        // The pause at the comma lies between two words.
        let comma = if lang == Lang::En { "moon" } else { "人工智能" };
        let i = words.iter().position(|w| w.text == comma).expect("the word before the comma");
        let (gap, inside) = (
            level(&spoken.sound, words[i].end, words[i + 1].start),
            level(&spoken.sound, words[i + 1].start, words[i + 1].end),
        );
        assert!(
            words[i + 1].start - words[i].end < 0.05 || gap < inside - 3.0,
            "{voice}: {gap:.0} and {inside:.0} dB"
        );
    }
}

#[test]
fn a_mix_is_a_voice_of_its_own() {
    let text = "The evening light falls softly on the harbor.";
    let sound = |voice: &str| {
        let mut narrator = narrator(Lang::En, Some(voice));
        narrator.speak_sentence(text, Lang::En, 1.0, &Cancel::new()).expect("speech").sound
    };
    let mixed = sound("af_heart*0.6+bm_george*0.4");
    assert_eq!(mixed, sound("bm_george*2+af_heart*3"), "the same mix is the same voice");
    assert!(mixed != sound("af_heart") && mixed != sound("bm_george"));
    assert!(mixed.samples.iter().all(|x| x.is_finite()) && mixed.seconds() > 1.5);
}

#[test]
fn every_character_has_their_voice() {
    let dialogue = Dialogue::parse("ANNA: Good morning, Tom.\nTOM: Good morning, Anna.").expect("a dialogue");
    let cast = dialogue.cast(&[("TOM".into(), "am_michael".into())], Lang::En).expect("a cast");
    let recital = dialogue.recital(&cast, Lang::En, &Dictionary::default());
    let (parts, _, _) = perform(&recital, "af_heart");
    let said: Vec<(Option<&str>, &str)> =
        parts.iter().map(|p| (p.speaker.as_deref(), p.voice.as_str())).collect();
    assert_eq!(said[1], (Some("TOM"), "am_michael"));
    assert!(said[0].0 == Some("ANNA") && said[0].1.starts_with("af_"), "{said:?}");
}

#[test]
fn a_dictionary_is_obeyed() {
    let text = "I like that GIF.";
    let mut narrator = narrator(Lang::En, Some("hibari"));
    let before = narrator.speak_sentence(text, Lang::En, 1.0, &Cancel::new()).expect("speech");
    narrator.set_dictionary(
        Dictionary::from_lines("d", "gif\tgraphics interchange format").expect("a dictionary"),
    );
    let after = narrator.speak_sentence(text, Lang::En, 1.0, &Cancel::new()).expect("speech");
    assert!(after.sound.seconds() > before.sound.seconds() + 0.5);
    let gif = word(&after.words, "GIF");
    assert!(gif.end - gif.start > 0.8, "{gif:?}");
}

#[test]
fn the_first_clause_is_heard_first() {
    let none = Dictionary::default();
    let text =
        "When the rain had finally stopped that evening, we walked home together along the quiet river.";
    let mut recital = Recital::plain(text, Lang::En, &none);
    recital.start_early(&none);
    let (parts, _, _) = perform(&recital, "hibari");
    assert_eq!(parts.len(), 2);
    assert!(parts[0].spoken.sound.seconds() < 0.7 * parts[1].spoken.sound.seconds() + 2.0);
}

#[test]
fn a_long_text_without_a_full_stop_is_bounded() {
    let text = "and the ship sailed on ".repeat(43_000);
    let recital = Recital::plain(&text, Lang::En, &Dictionary::default());
    assert!(recital.len() > 2000);
    let voice = Blend::from(colophon_audio::default_voice(Lang::En));
    let cancel = Cancel::new();
    cancel.cancel();
    let mut narrator = narrator(Lang::En, Some("hibari"));
    let e = Performance::new(&recital, voice, 1.0).next(&mut narrator, &cancel).expect_err("stopped");
    assert_eq!(e.code(), ErrorCode::Cancelled);
}

/// Two sentences at the same time are those of one after the other, and what comes between stays.
#[test]
fn two_sentences_at_a_time_sound_as_one_at_a_time() {
    let text = "Once upon a time there was a fox. It painted the sea.\n\nThe birch canoe slid on the planks. \
                Rice is served in bowls. It ends here.";
    let recital = Recital::plain(text, Lang::En, &Dictionary::default());
    let (parts, ..) = perform(&recital, "hibari");
    assert_eq!(parts.len(), recital.len());
    let mut alone = narrator(Lang::En, Some("hibari"));
    for part in &parts {
        let spoken =
            alone.speak_sentence(&part.spoken.text, Lang::En, 1.0, &Cancel::new()).expect("it speaks");
        assert!(spoken.sound == part.spoken.sound && spoken.words == part.spoken.words, "{}", spoken.text);
    }
    assert!(parts.windows(2).all(|pair| pair[0].end() < pair[1].start));
}
