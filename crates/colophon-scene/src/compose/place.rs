//! The place: setting, time and weather, from the words, the model and the scene before.

use super::cues::Verb;
use super::lexicon::{ArtSpec, Class};
use super::thing::Planner;
use super::token::{Script, Token};
use super::words::Mention;
use crate::graph::{Setting, TimeOfDay, Weather};

/// Where and when a scene plays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) setting: Setting,
    pub(super) time: TimeOfDay,
    pub(super) weather: Weather,
    /// In space: on the ground of a moon or planet.
    pub(super) ground: bool,
}

/// Decides: what is named, then what is hinted at, then the scene
/// before, then what is usual.
pub(super) fn decide(planner: &Planner<'_>, mentions: &[Mention]) -> Place {
    let cues = planner.cues;
    let said = cues.setting(planner.tokens);
    // What the things hint at, the living left out: a fox may be anywhere.
    let things = cues.setting(&without_living(planner, mentions));
    let before = planner.cast.setting;
    let setting = said
        .named
        .or_else(|| before.and(things.hinted))
        .or(before)
        .or(said.hinted)
        .unwrap_or_else(|| usual_setting(planner, mentions));
    let time = cues.time(planner.tokens);
    let weather = cues.weather(planner.tokens);
    let setting = adapt(setting, planner, mentions, weather.named);

    let same_place = before == Some(setting);
    let weather = weather
        .named
        .or(if same_place { planner.cast.weather } else { None })
        .unwrap_or(if setting == Setting::SnowyForest { Weather::Snow } else { Weather::Clear });
    let time = time
        .named
        .or(time.hinted)
        .or(if same_place { planner.cast.time } else { None })
        .unwrap_or_else(|| usual_time(planner, setting));
    let ground = setting == Setting::Space && stands_on_ground(planner.tokens);
    Place { setting, time, weather, ground }
}

/// The tokens with living mentions struck out.
fn without_living(planner: &Planner<'_>, mentions: &[Mention]) -> Vec<Token> {
    let mut tokens = planner.tokens.to_vec();
    for mention in mentions {
        if planner.class(mention.entry).is_some_and(|c| c.is_living() || c == Class::Flying) {
            for token in &mut tokens[mention.start..mention.end] {
                token.script = Script::Comma;
            }
        }
    }
    tokens
}

/// A setting in which the things of the scene can be.
fn adapt(setting: Setting, planner: &Planner<'_>, mentions: &[Mention], weather: Option<Weather>) -> Setting {
    let has = |class: Class| mentions.iter().any(|m| planner.class(m.entry) == Some(class));
    match setting {
        Setting::Forest if weather == Some(Weather::Snow) => Setting::SnowyForest,
        // Nobody stands on the sea: without a boat, it is seen from the shore.
        Setting::Sea if !has(Class::Boat) => {
            let people = mentions.iter().any(|m| {
                planner.lexicon.entry(m.entry).is_some_and(|e| {
                    e.class.is_living()
                        && !matches!(
                            e.key.as_str(),
                            "surfer" | "swimmer" | "mermaid" | "duck" | "swan" | "goose"
                        )
                })
            });
            let rides = planner
                .tokens
                .iter()
                .any(|t| t.text.starts_with("sail") && planner.cues.verbs_of(t).contains(&Verb::Ride));
            if people && !rides { Setting::Beach } else { Setting::Sea }
        }
        other => other,
    }
}

/// Where a scene plays of which nothing is said.
fn usual_setting(planner: &Planner<'_>, mentions: &[Mention]) -> Setting {
    let first = mentions.iter().find_map(|m| planner.lexicon.entry(m.entry));
    match first.map(|e| (e.class, &e.art)) {
        Some((Class::Furniture | Class::Wall | Class::Small, _)) => Setting::Room,
        Some((Class::Symbol, _)) => Setting::Abstract,
        Some((Class::Boat, _)) => Setting::Sea,
        Some((Class::Swimming, _)) => Setting::Underwater,
        Some((Class::Vehicle, _)) => Setting::Street,
        Some((Class::Person, _)) => Setting::Garden,
        Some((Class::Animal, ArtSpec::Figure { .. })) => Setting::Forest,
        Some(_) => Setting::Field,
        None if planner.cast.hero().is_some() => Setting::Garden,
        None => Setting::Abstract,
    }
}

fn usual_time(planner: &Planner<'_>, setting: Setting) -> TimeOfDay {
    if setting == Setting::Space {
        return TimeOfDay::Night;
    }
    let mood = planner.mood;
    let any = |words: &[&str]| words.iter().any(|w| mood.contains(w));
    if any(&["sad", "lonely", "melanchol", "mysterious", "quiet", "悲", "孤独", "忧郁", "神秘", "宁静"])
    {
        return TimeOfDay::Dusk;
    }
    if any(&["hope", "fresh", "new", "希望", "清新"]) {
        return TimeOfDay::Dawn;
    }
    if any(&["warm", "nostalg", "tender", "温暖", "温馨", "怀念", "温柔"]) {
        return if setting.is_indoors() { TimeOfDay::Afternoon } else { TimeOfDay::Sunset };
    }
    let mut seed = planner.seed.derive("time");
    if seed.next_u64() & 1 == 0 { TimeOfDay::Morning } else { TimeOfDay::Afternoon }
}

fn stands_on_ground(tokens: &[Token]) -> bool {
    const WORDS: [&str; 12] = [
        "surface",
        "crater",
        "landed",
        "lands",
        "landing",
        "walks",
        "stands",
        "月球",
        "月球上",
        "月面",
        "登陆",
        "着陆",
    ];
    tokens.iter().any(|t| WORDS.contains(&t.text.as_str()))
        || tokens.windows(3).any(|w| {
            w[0].text == "on" && w[1].text == "the" && matches!(w[2].text.as_str(), "moon" | "planet")
        })
}
