//! A narration over music, as in a film: loudness, peaks, ducking, and whether the words are still heard.
//! Needs the models hibari, whisper-base and those of the group `music`.

use crate::kit::{model, narrator, words};
use colophon_audio::mix::{self, stereo};
use colophon_audio::music::{Composer, MusicModels, Player};
use colophon_audio::whisper::{Precision, Whisper};
use colophon_types::{Cancel, Lang, Pcm, Seed, Stereo};

const SENTENCES: [&str; 4] = [
    "The old lighthouse keeper climbed the stairs every evening to light the lamp.",
    "A gentle wind moved through the tall grass and the birds fell silent.",
    "Farmers in the valley grow rice, wheat and tea.",
    "Through the window she could see the first snow of winter falling on the city.",
];

/// Mean power of a stretch in decibels.
fn level(sound: &Stereo, (from, to): (f64, f64)) -> f64 {
    let [a, b] = [from, to].map(|s| ((s * f64::from(sound.rate)) as usize).min(sound.len()));
    let power = |c: &[f32]| c[a..b].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    10.0 * ((power(&sound.left) + power(&sound.right)) / (b - a).max(1) as f64).log10()
}

#[test]
fn a_narration_over_music_is_understood() {
    let cancel = Cancel::new();
    let mut narrator = narrator(Lang::En, Some("hibari"));
    // A title, two scenes of two sentences each, an end.
    let mut at = 4.0;
    let mut placed = Vec::new();
    let mut spoken = Vec::new();
    let mut cuts = vec![3.5];
    for (i, sentence) in SENTENCES.iter().enumerate() {
        let said = narrator.speak_sentence(sentence, Lang::En, 1.0, &cancel).expect("it speaks").sound;
        spoken.push((at, at + said.seconds()));
        at += said.seconds() + if i % 2 == 0 { 0.4 } else { 3.0 };
        if i == 1 {
            cuts.push(at - 1.0);
        }
        placed.push((spoken[i].0, said));
    }
    let total = at + 2.0;
    let refs: Vec<(f64, &Pcm)> = placed.iter().map(|(at, sound)| (*at, sound)).collect();
    let voice = mix::place(total, 24_000, &refs).expect("rates");
    let store = colophon_test::models_dir();
    let soundfont = store.join("musescore-general/MuseScore_General_Lite.sf3");
    let models = MusicModels { rnn: model("performance-rnn"), soundfont };
    let composer = Composer::open(&models).expect("the network");
    let player = Player::open(&models.soundfont).expect("the soundfont");
    let mut ears =
        Whisper::load_with(&model("whisper-base"), Precision::Float, 2).expect("the recogniser loads");
    // The fullest of styles and the softest.
    for prompt in ["epic orchestral battle", "calm piano"] {
        let score = composer.fit(prompt, total, &cuts, Seed(4), &cancel).expect("a score");
        let music = player.perform(&score, Seed(4), 2, &cancel).expect("music").mix;
        assert!((music.seconds() - total).abs() < 0.01, "{prompt}: {} of {total}", music.seconds());
        let film = mix::over_music(&voice, &voice, &music, &cancel).expect("a mix");
        let loud = stereo::loudness(&film).expect("loud enough");
        assert!((loud - mix::TARGET_LUFS).abs() <= 0.5, "{prompt}: {loud} LUFS");
        let peak = stereo::true_peak(&film);
        assert!(peak <= mix::CEILING_DBTP, "{prompt}: {peak} dBTP");
        assert!(film.left.iter().chain(&film.right).all(|x| x.abs() < 0.9), "{prompt}");
        // What the ducking did to the music, stretch by stretch.
        let under = mix::under_speech(&music, &voice);
        let even = level(&under, (0.5, 3.0)) - level(&music, (0.5, 3.0));
        for (from, to) in &spoken {
            let now = level(&under, (from + 0.1, to - 0.1)) - level(&music, (from + 0.1, to - 0.1)) - even;
            assert!((-12.5..=-10.0).contains(&now), "{prompt}: {now} dB from {from} to {to}");
        }
        let pause = (spoken[1].1 + 1.2, spoken[2].0 - 0.6);
        let now = level(&under, pause) - level(&music, pause) - even;
        assert!(now > -1.0, "{prompt}: {now} dB in the pause");
        let mono = mix::resample(&film.mono(), 16_000).expect("rates");
        let heard = ears.transcribe(&mono, Some(Lang::En), &cancel).expect("it hears");
        let rate = colophon_test::error_rate(&words(&SENTENCES.join(" ")), &words(&heard));
        println!("{prompt}: {loud:.2} LUFS, {peak:.2} dBTP, {rate:.3} of the words wrong | {heard}");
        assert!(rate <= 0.06, "{prompt}: {rate:.3} | {heard}");
    }
}
