//! How well speech is understood: sentences are spoken and heard again, and a long text is looked through
//! for sentences that are missing or come twice. `accuracy LIBRARY MODELS THREADS SENTENCES MINUTES BEAMS [VOICE…]`,
//! for `benches/speech/accuracy`. With voices, their sentences alone.
//!
//! Numbers are written out and marks dropped on both sides; Chinese is heard in simplified characters. What cannot
//! be heard is no error: whether a compound is one word or two, and whether a time of day is written 6:15, 6.15 or
//! 615. Two voices say the same: what both of them "say" wrong alike is counted apart, as it lies more likely
//! with the recogniser, or with a homophone.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use colophon_audio::normalize::normalize;
use colophon_audio::vad::Vad;
use colophon_audio::whisper::{InMemory, Listening, Precision, RATE, Search, Whisper};
use colophon_audio::{Narrator, Performance, Recital, SpeechModels, mix, split};
use colophon_types::{Cancel, Lang, NoProgress, Pcm};
use pinyin::ToPinyin;

type Failure = Box<dyn std::error::Error>;

const ENGLISH: &str = include_str!("../tests/data/sentences_en.txt");
const CHINESE: &str = include_str!("../tests/data/sentences_zh.txt");
const LONG: &str = include_str!("../../../benches/speech/long-form.txt");

/// Words, or characters in Chinese, as they are spoken.
fn units(text: &str, lang: Lang) -> Vec<String> {
    let spoken = normalize(&text.replace("per cent", "percent"), lang).to_lowercase();
    let plain: String =
        spoken.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    match lang {
        Lang::En => plain
            .split_whitespace()
            .map(|w| w.trim_matches('\'').to_owned())
            .filter(|w| !w.is_empty())
            .collect(),
        // Pronouns and particles that sound alike count as one.
        Lang::Zh => plain
            .chars()
            .filter(|c| c.is_alphanumeric())
            .map(|c| match c {
                '她' | '它' => "他".to_owned(),
                '地' | '得' => "的".to_owned(),
                c => c.to_string(),
            })
            .collect(),
    }
}

/// What was heard, its times of day written with a colon as in the text, if that leaves fewer errors, and its compounds
/// written in as many words as there.
fn as_written(heard: &str, reference: &[String], lang: Lang) -> Vec<String> {
    let timed: String = match lang {
        Lang::En => heard.split(' ').map(time_of_day).collect::<Vec<_>>().join(" "),
        Lang::Zh => minutes_in(heard),
    };
    let readings = [heard, &timed].map(|text| compounds(units(text, lang), reference));
    let best = readings.into_iter().min_by_key(|heard| align(reference, heard).wrong());
    best.unwrap_or_default()
}

/// `6.15` or `615` as `6:15`; other words as they are.
fn time_of_day(word: &str) -> String {
    let (number, marks) = word.split_at(word.trim_end_matches(['.', ',', '?', '!']).len());
    let digits: String = number.chars().filter(|c| *c != '.').collect();
    let plain = digits.len() + 1 >= number.len() && digits.chars().all(|c| c.is_ascii_digit());
    if !plain
        || !(3..=4).contains(&digits.len())
        || number.rfind('.').is_some_and(|at| at + 3 != number.len())
    {
        return word.to_owned();
    }
    let (hours, minutes) = digits.split_at(digits.len() - 2);
    let fits = |text: &str, most: u32| text.parse::<u32>().is_ok_and(|n| n <= most);
    if fits(hours, 24) && fits(minutes, 59) { format!("{hours}:{minutes}{marks}") } else { word.to_owned() }
}

/// Hours and minutes before "分" as `8:30`; what else there is as it was.
fn minutes_in(text: &str) -> String {
    let mut out = String::new();
    let mut number = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            continue;
        }
        let timed = time_of_day(&number);
        let minutes = c == '分' && timed.contains(':');
        out.push_str(if minutes { &timed } else { &number });
        number.clear();
        if !minutes {
            out.push(c);
        }
    }
    out + &number
}

fn compounds(heard: Vec<String>, reference: &[String]) -> Vec<String> {
    let joined = |pair: &[String]| pair.concat();
    let mut out: Vec<String> = Vec::with_capacity(heard.len());
    let mut rest = heard.as_slice();
    while let [word, more @ ..] = rest {
        rest = more;
        if let Some(pair) = reference.windows(2).find(|pair| joined(pair) == *word) {
            out.extend_from_slice(pair);
        } else if let [next, more @ ..] = rest
            && reference.contains(&format!("{word}{next}"))
        {
            out.push(format!("{word}{next}"));
            rest = more;
        } else {
            out.push(word.clone());
        }
    }
    out
}

/// Characters as syllables with their tones, each read as it is most often: characters of the same sound are alike.
fn syllables(characters: &[String]) -> Vec<String> {
    let sound = |unit: &String| {
        let syllable = unit.as_str().to_pinyin().next().flatten();
        syllable.map_or_else(|| unit.clone(), |syllable| syllable.with_tone().to_owned())
    };
    characters.iter().map(sound).collect()
}

/// For each unit of the reference where it was heard, and whether it is the same; and the number of units
/// that were heard in between.
struct Alignment {
    heard: Vec<Option<(usize, bool)>>,
    extra: Vec<usize>,
}

fn align(reference: &[String], heard: &[String]) -> Alignment {
    let width = heard.len() + 1;
    let mut cost = vec![0u32; (reference.len() + 1) * width];
    for (j, cell) in cost[..width].iter_mut().enumerate() {
        *cell = j as u32;
    }
    for i in 1..=reference.len() {
        cost[i * width] = i as u32;
        for j in 1..width {
            let same = u32::from(reference[i - 1] != heard[j - 1]);
            let best = cost[(i - 1) * width + j - 1] + same;
            let best = best.min(cost[(i - 1) * width + j] + 1).min(cost[i * width + j - 1] + 1);
            cost[i * width + j] = best;
        }
    }
    let mut out = Alignment { heard: vec![None; reference.len()], extra: Vec::new() };
    let (mut i, mut j) = (reference.len(), heard.len());
    while i > 0 || j > 0 {
        let here = cost[i * width + j];
        let same = i > 0 && j > 0 && reference[i - 1] == heard[j - 1];
        if i > 0 && j > 0 && here == cost[(i - 1) * width + j - 1] + u32::from(!same) {
            (i, j) = (i - 1, j - 1);
            out.heard[i] = Some((j, same));
        } else if i > 0 && here == cost[(i - 1) * width + j] + 1 {
            i -= 1;
        } else {
            j -= 1;
            out.extra.push(j);
        }
    }
    out.extra.reverse();
    out
}

impl Alignment {
    fn wrong(&self) -> usize {
        self.heard.iter().filter(|h| !h.is_some_and(|(_, same)| same)).count() + self.extra.len()
    }
}

struct Ears {
    whisper: Whisper,
    vad: Vad,
    beams: usize,
}

impl Ears {
    fn hear(&mut self, sound: &Pcm, lang: Lang, vad: bool) -> Result<String, Failure> {
        let search = Search { beam: self.beams, ..Search::default() };
        let how = Listening { language: Some(lang.tag().into()), search, ..Listening::default() };
        let mut source = InMemory(mix::resample(sound, RATE)?.samples);
        let vad = vad.then_some(&mut self.vad);
        let never = Cancel::new();
        Ok(self.whisper.listen(&mut source, vad, &how, &mut |_| {}, &NoProgress, &never)?.text())
    }
}

/// One voice over all sentences; gives for each unit of each sentence what was heard in its place.
fn sentences(
    narrator: &mut Narrator,
    ears: &mut Ears,
    lang: Lang,
    list: &[&str],
) -> Result<Vec<BTreeMap<usize, String>>, Failure> {
    let never = Cancel::new();
    let name = narrator.blend().name().to_owned();
    let (mut wrong, mut otherwise, mut total, mut whole, mut seconds) = (0, 0, 0, 0, 0.0);
    let mut all = Vec::new();
    let began = Instant::now();
    for text in list {
        let sound = narrator.speak_sentence(text, lang, speed(), &never)?.sound;
        seconds += sound.seconds();
        let heard = ears.hear(&sound, lang, false)?;
        let reference = units(text, lang);
        let said = as_written(&heard, &reference, lang);
        let alignment = align(&reference, &said);
        wrong += alignment.wrong();
        otherwise += align(&syllables(&reference), &syllables(&said)).wrong();
        total += reference.len();
        whole += usize::from(alignment.wrong() == 0);
        if alignment.wrong() > 0 {
            println!("  {name}: {text} | {}", heard.trim());
        }
        let missed = alignment.heard.iter().enumerate().filter(|(_, h)| !h.is_some_and(|(_, same)| same));
        all.push(missed.map(|(i, h)| (i, h.map(|(j, _)| said[j].clone()).unwrap_or_default())).collect());
    }
    let share = |wrong: usize| 100.0 * wrong as f64 / total as f64;
    let sounds = match lang {
        Lang::Zh => format!(", {:.2} % sound otherwise", share(otherwise)),
        Lang::En => String::new(),
    };
    println!(
        "{lang} {name}: {} sentences, {wrong} of {total} units wrong ({:.2} %){sounds}, {whole} sentences without an \
         error, {seconds:.0} s of sound in {:.0} s",
        list.len(),
        share(wrong),
        began.elapsed().as_secs_f64(),
    );
    Ok(all)
}

/// The pace at which sentences are spoken; `COLOPHON_SPEED` sets another one than the voices' own.
fn speed() -> f32 {
    std::env::var("COLOPHON_SPEED").ok().and_then(|speed| speed.parse().ok()).unwrap_or(1.0)
}

/// A long text in one performance, heard as one file.
fn long_form(narrator: &mut Narrator, ears: &mut Ears, minutes: f64) -> Result<(), Failure> {
    let (never, lang) = (Cancel::new(), Lang::En);
    let name = narrator.blend().name().to_owned();
    let recital = Recital::plain(LONG, lang, &Default::default());
    let mut performance = Performance::new(&recital, narrator.blend().clone(), 1.0);
    let mut sound = Pcm { rate: narrator.sample_rate(), samples: Vec::new() };
    let mut spoken = Vec::new();
    while let Some(part) = performance.next(narrator, &never)? {
        sound.samples.resize((part.start * f64::from(sound.rate)) as usize, 0.0);
        sound.samples.extend(&part.spoken.sound.samples);
        spoken.push(part.spoken.sound);
        if sound.seconds() > minutes * 60.0 {
            break;
        }
    }
    let heard = ears.hear(&sound, lang, true)?;
    // Sentences as the text has them, not as the performance reports them.
    let list: Vec<String> = split::sentences(LONG).into_iter().take(spoken.len()).collect();
    let reference: Vec<Vec<String>> = list.iter().map(|s| units(s, lang)).collect();
    let heard = as_written(&heard, &reference.concat(), lang);
    let alignment = align(&reference.concat(), &heard);
    let (mut at, mut missing, mut silent) = (0, 0, 0);
    for ((sentence, words), sound) in list.iter().zip(&reference).zip(&spoken) {
        let found = alignment.heard[at..at + words.len()].iter().flatten().filter(|h| h.1).count();
        if 2 * found < words.len() {
            missing += 1;
            let place = |h: &Option<(usize, bool)>| h.as_ref().map(|(place, _)| *place);
            let from =
                alignment.heard[..at].iter().rev().find_map(place).map_or(0, |p| (p + 1).saturating_sub(4));
            let to = alignment.heard[at + words.len()..].iter().find_map(place).unwrap_or(heard.len());
            let said = heard.get(from..(to + 4).min(heard.len())).unwrap_or_default().join(" ");
            // What the recogniser passes over in a window is there if it is heard by itself.
            let alone = ears.hear(sound, lang, false)?;
            let found = align(words, &units(&alone, lang)).heard.iter().flatten().filter(|h| h.1).count();
            silent += usize::from(2 * found < words.len());
            println!("  {name}: missing: {sentence} | … {said} … | by itself: {}", alone.trim());
        }
        at += words.len();
    }
    // A run of words between those of the text that stands somewhere in it was said twice.
    let text = format!(" {} ", reference.concat().join(" "));
    let mut twice = 0;
    let runs = alignment.extra.chunk_by(|a, b| a + 1 == *b);
    for run in runs.filter(|r| r.len() >= 4) {
        let words: Vec<&str> = run.iter().map(|j| heard[*j].as_str()).collect();
        if text.contains(&format!(" {} ", words.join(" "))) {
            twice += 1;
            println!("  {name}: twice: {}", words.join(" "));
        }
    }
    println!(
        "long {name}: {:.1} minutes, {} sentences, {missing} not heard in the whole, {silent} of them not by \
         themselves either, {twice} twice, {} of {} words wrong ({:.2} %)",
        sound.seconds() / 60.0,
        list.len(),
        alignment.wrong(),
        text.split_whitespace().count(),
        100.0 * alignment.wrong() as f64 / text.split_whitespace().count() as f64,
    );
    Ok(())
}

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().collect();
    let [_, library, store, threads, count, minutes, beams, only @ ..] = args.as_slice() else {
        return Err("usage: accuracy LIBRARY MODELS THREADS SENTENCES MINUTES BEAMS [VOICE…]".into());
    };
    colophon_hub::onnx::init(Path::new(library))?;
    let store = PathBuf::from(store);
    let (threads, count, minutes): (usize, usize, f64) = (threads.parse()?, count.parse()?, minutes.parse()?);
    let models = SpeechModels {
        kokoro: Some(store.join("kokoro-82m-int8")),
        kokoro_voices: Some(store.join("kokoro-voices")),
        hibari: Some(store.join("hibari")),
    };
    let mut ears = Ears {
        whisper: Whisper::load_with(&store.join("whisper-base"), Precision::Float, threads)?,
        vad: Vad::load(&store.join("silero-vad"))?,
        beams: beams.parse()?,
    };
    let lists =
        [(Lang::En, ENGLISH, ["hibari", "af_heart"]), (Lang::Zh, CHINESE, ["zf_xiaoxiao", "zm_yunxi"])];
    for voice in only {
        // The names of Mandarin voices begin with z.
        let (lang, list, _) = lists[usize::from(voice.starts_with('z'))];
        let list: Vec<&str> = list.lines().take(count).collect();
        sentences(&mut Narrator::open(&models, lang, Some(voice), threads)?, &mut ears, lang, &list)?;
    }
    if !only.is_empty() {
        return Ok(());
    }
    for (lang, list, voices) in lists {
        let list: Vec<&str> = list.lines().take(count).collect();
        let mut missed = Vec::new();
        for voice in voices {
            let mut narrator = Narrator::open(&models, lang, Some(voice), threads)?;
            missed.push(sentences(&mut narrator, &mut ears, lang, &list)?);
        }
        let alike = |(a, b): (&BTreeMap<usize, String>, &BTreeMap<usize, String>)| {
            a.iter().filter(|(place, heard)| b.get(*place) == Some(*heard)).count()
        };
        let both: usize = missed[0].iter().zip(&missed[1]).map(alike).sum();
        println!("{lang}: {both} units heard wrong alike from both voices");
    }
    for voice in ["hibari", "af_heart"] {
        let mut narrator = Narrator::open(&models, Lang::En, Some(voice), threads)?;
        long_form(&mut narrator, &mut ears, minutes)?;
    }
    Ok(())
}
