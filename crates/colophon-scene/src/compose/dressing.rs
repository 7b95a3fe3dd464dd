//! Set dressing: what belongs to a place though nobody mentions it, so that no scene is empty.

use colophon_types::Seed;

use crate::graph::Setting;

/// Keys of the lexicon that may dress a setting, the most useful first.
fn wardrobe(setting: Setting) -> &'static [&'static str] {
    match setting {
        Setting::Forest => &["mushroom", "bush", "rock", "bird", "log"],
        Setting::SnowyForest => &["rock", "log", "bird"],
        Setting::Bamboo => &["rock", "butterfly"],
        Setting::Sea => &["seagull"],
        Setting::Beach => &["rock", "shell", "seagull"],
        Setting::Lake => &["flower", "duck", "rock", "bird", "bush"],
        Setting::Mountain => &["rock", "pine", "eagle", "bush"],
        Setting::Field => &["flower", "fence", "bird", "haystack", "bush"],
        Setting::Garden => &["flower", "bench", "butterfly", "bush", "tree"],
        Setting::City => &["street lamp", "bench", "bird"],
        Setting::Street => &["street lamp", "bench", "signpost", "bush"],
        Setting::Village => &["cottage", "fence", "well", "flower"],
        Setting::Desert => &["cactus", "rock"],
        Setting::Space => &["satellite", "comet"],
        Setting::Underwater => &["coral", "fish", "seaweed", "tropical fish"],
        Setting::Room => &["potted plant", "chair", "table"],
        Setting::Classroom => &["desk", "chair"],
        Setting::Library => &["table", "lamp", "ladder"],
        Setting::Kitchen => &["table", "chair"],
        Setting::Office => &["potted plant", "chair"],
        Setting::Hospital => &["hospital bed", "chair"],
        Setting::Abstract => &[],
    }
}

/// Up to `most` keys for a setting, chosen by seed.
pub(super) fn keys(setting: Setting, most: usize, seed: Seed) -> Vec<&'static str> {
    let all = wardrobe(setting);
    let mut seed = seed.derive("dressing");
    let mut left: Vec<&'static str> = all.to_vec();
    let mut chosen = Vec::new();
    while chosen.len() < most && !left.is_empty() {
        // The front of the list is twice as likely.
        let t = seed.next_f32();
        let at = ((t * t * left.len() as f32) as usize).min(left.len() - 1);
        chosen.push(left.remove(at));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::lexicon::Lexicon;

    #[test]
    fn every_key_is_in_the_lexicon() {
        let lexicon = Lexicon::builtin().unwrap();
        for setting in Setting::ALL {
            for key in wardrobe(setting) {
                assert!(lexicon.find(key).is_some(), "{key}");
            }
        }
    }
}
