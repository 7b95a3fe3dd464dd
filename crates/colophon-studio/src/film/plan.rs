//! The clock of a film: how many scenes, how much to say in each, and how long every part stays on
//! screen, so that the film ends within a few per cent of the length that was asked for.
//!
//! Pure arithmetic; lengths in seconds. A shot is: lead, sentences with gaps between, tail.

use colophon_types::Lang;

/// Silence before the first sentence of a scene.
pub(crate) const LEAD: f64 = 0.55;
/// Silence between sentences.
pub(crate) const GAP: f64 = 0.38;
/// Silence after the last sentence of a scene.
pub(crate) const TAIL: f64 = 0.65;
/// How much longer than asked a film may be; one tenth is kept from what users are promised.
const OVER: f64 = 1.1;
/// The shortest end card, as a share of the planned one.
const SHORT_END: f64 = 0.7;
/// Fastest speech that still sounds unhurried.
const HURRY: f64 = 1.25;

/// The plan of a film.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// Length asked for.
    pub(crate) total: f64,
    /// Title card.
    pub(crate) title: f64,
    /// End card, before it takes up what is left over.
    pub(crate) end: f64,
    /// Number of scenes between the cards.
    pub(crate) scenes: usize,
    lang: Lang,
    /// Words (English) or characters (Chinese) a second, for sentences alone.
    rate: f64,
    /// Spoken seconds and units so far, for the rate that is really heard.
    heard: (f64, f64),
    /// Seconds of finished shots.
    spent: f64,
    /// Shots finished.
    done: usize,
}

impl Plan {
    /// A plan for a film of `total` seconds; `words` is the recipe's measure of a scene in English
    /// words.
    pub(crate) fn new(total: u32, words: u32, lang: Lang) -> Self {
        let total = f64::from(total);
        // Half a minute or more has room for slow cards.
        let title = if total < 30.0 { 2.8 } else { 3.6 };
        let end = if total < 30.0 { 3.2 } else { 5.0 };
        let (rate, each) = match lang {
            Lang::En => (2.75, f64::from(words)),
            Lang::Zh => (4.4, f64::from(words) * 1.7),
        };
        let shot = LEAD + TAIL + GAP * 0.8 + each / rate;
        let scenes = ((total - title - end) / shot).round().max(2.0) as usize;
        Self { total, title, end, scenes, lang, rate, heard: (0.0, 0.0), spent: 0.0, done: 0 }
    }

    /// Notes a finished shot: `spoken` seconds of speech for `units` words or characters, `length`
    /// seconds of film.
    pub(crate) fn finished(&mut self, spoken: f64, units: usize, length: f64) {
        self.heard.0 += spoken;
        self.heard.1 += units as f64;
        self.spent += length;
        self.done += 1;
    }

    /// How many scenes the writer may be ahead of the voice: two, so that both are busy; one in a
    /// short film, where a single scene that runs long cannot be made up for later.
    pub(crate) fn ahead(&self) -> usize {
        if self.scenes <= 3 { 1 } else { 2 }
    }

    /// Words or characters for scene `index`, when the shots between the last finished one and this
    /// one have `pending` units.
    pub(crate) fn target(&self, index: usize, pending: usize) -> usize {
        let rate = self.rate();
        let between = index.saturating_sub(self.done);
        let pending_seconds = pending as f64 / rate + between as f64 * self.silence();
        let left = self.total - self.title - self.end - self.spent - pending_seconds;
        let scenes_left = self.scenes.saturating_sub(index).max(1) as f64;
        let units = (left / scenes_left - self.silence()).max(1.0) * rate;
        let (least, most) = self.bounds();
        units.clamp(least, most).round() as usize
    }

    /// Words or characters of the shortest and the longest scene.
    fn bounds(&self) -> (f64, f64) {
        match self.lang {
            Lang::En => (6.0, 60.0),
            Lang::Zh => (9.0, 100.0),
        }
    }

    /// How fast to say the scene after the finished ones, which takes `spoken` seconds in `sentences`
    /// sentences at the usual pace: faster where the film would end too late otherwise.
    pub(crate) fn pace(&self, spoken: f64, sentences: usize) -> f32 {
        let shortest = self.bounds().0 / self.rate() + LEAD + TAIL;
        let later = self.scenes.saturating_sub(self.done + 1) as f64 * shortest;
        let used = self.title + self.spent + later + self.end * SHORT_END;
        let pauses = LEAD + TAIL + GAP * sentences.saturating_sub(1) as f64;
        // What runs over is shared out: early scenes leave some of it to later ones.
        let over = 1.0 + (OVER - 1.0) * (self.done + 1) as f64 / self.scenes as f64;
        let room = self.total * over - used - pauses;
        (spoken / room.max(0.1)).clamp(1.0, HURRY) as f32
    }

    /// How long the end card stays, so that the film has its length: between its planned length
    /// less a third and twice that length.
    pub(crate) fn end_card(&self) -> f64 {
        let left = self.total - self.title - self.spent;
        left.clamp(self.end * SHORT_END, self.end * 2.0)
    }

    /// Seconds of silence in a shot, on average.
    fn silence(&self) -> f64 {
        LEAD + TAIL + GAP * 0.8
    }

    /// The speaking rate, from what was heard once there is enough of it.
    fn rate(&self) -> f64 {
        let (seconds, units) = self.heard;
        if seconds < 3.0 { self.rate } else { (units / seconds).clamp(self.rate * 0.6, self.rate * 1.6) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    /// A writer that misses its target by a quarter, or by half where it runs long, and a voice that is
    /// up to a fifth off the assumed rate still end within 15 %.
    #[test]
    fn films_end_on_time() {
        let mut seed = Seed(1);
        for lang in [Lang::En, Lang::Zh] {
            for total in [15, 20, 30, 45, 60, 90, 120, 300] {
                for _ in 0..50 {
                    let mut plan = Plan::new(total, 24, lang);
                    let rate = plan.rate * f64::from(seed.range(0.82, 1.2));
                    let mut said: Vec<usize> = Vec::new();
                    let mut length = plan.title;
                    let hear = |plan: &mut Plan, said: &[usize], length: &mut f64| {
                        let units = said[plan.done];
                        let spoken = units as f64 / rate;
                        let spoken = spoken / f64::from(plan.pace(spoken, 2));
                        let shot = spoken + LEAD + TAIL + GAP;
                        plan.finished(spoken, units, shot);
                        *length += shot;
                    };
                    for i in 0..plan.scenes {
                        if i >= plan.ahead() {
                            hear(&mut plan, &said, &mut length);
                        }
                        let pending: usize = said[plan.done..].iter().sum();
                        let target = plan.target(i, pending);
                        said.push((target as f32 * seed.range(0.75, 1.5)).round() as usize);
                    }
                    while plan.done < plan.scenes {
                        hear(&mut plan, &said, &mut length);
                    }
                    length += plan.end_card();
                    let off = (length / f64::from(total) - 1.0).abs();
                    assert!(off < 0.15, "{lang} {total} s: {length:.1} s");
                }
            }
        }
    }
}
