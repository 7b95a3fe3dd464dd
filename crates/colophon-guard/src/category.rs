//! The categories, named as OpenAI's moderation names them.

use serde::Serialize;

macro_rules! categories {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// What a text or picture may be about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Category {
            $($(#[$doc])* #[serde(rename = $name)] $variant),*
        }

        impl Category {
            /// All of them, in the order of [`Scores`].
            pub const ALL: [Self; 13] = [$(Self::$variant),*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }
    };
}

categories! {
    /// Insults and humiliation of someone.
    Harassment = "harassment",
    /// The same with a threat.
    HarassmentThreatening = "harassment/threatening",
    /// Contempt for people because of what they are.
    Hate = "hate",
    /// The same with a threat.
    HateThreatening = "hate/threatening",
    /// Help with what is forbidden.
    Illicit = "illicit",
    /// The same with weapons or violence.
    IllicitViolent = "illicit/violent",
    /// Hurting oneself, shown or praised.
    SelfHarm = "self-harm",
    /// The speaker wants to hurt themself.
    SelfHarmIntent = "self-harm/intent",
    /// How to hurt oneself.
    SelfHarmInstructions = "self-harm/instructions",
    /// Sexual content.
    Sexual = "sexual",
    /// The same with someone under 18.
    SexualMinors = "sexual/minors",
    /// Death and injury of others.
    Violence = "violence",
    /// The same in detail.
    ViolenceGraphic = "violence/graphic",
}

impl Category {
    /// The category of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// Its place in [`Self::ALL`].
    pub(crate) fn place(self) -> usize {
        self as usize
    }
}

/// A score for each category, 0 to 1; from 0.5 on a category is flagged. No calibrated probabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores([f32; Category::ALL.len()]);

impl Scores {
    /// The score of a category.
    pub fn of(&self, category: Category) -> f32 {
        self.0[category.place()]
    }

    /// Sets the score of a category, within 0 and 1.
    pub fn set(&mut self, category: Category, score: f32) {
        self.0[category.place()] = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
    }

    /// Whether a category is flagged.
    pub fn flags(&self, category: Category) -> bool {
        self.of(category) >= 0.5
    }

    /// The categories that are flagged.
    pub fn flagged(&self) -> Vec<Category> {
        Category::ALL.into_iter().filter(|c| self.flags(*c)).collect()
    }

    /// The higher of both scores in each category.
    pub fn worst(mut self, other: &Self) -> Self {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.max(other);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_categories() {
        for category in Category::ALL {
            assert_eq!(Category::named(category.name()), Some(category));
        }
        assert_eq!(Category::named("gossip"), None);
    }

    #[test]
    fn the_worst_of_two_is_kept() {
        let (mut one, mut two) = (Scores::default(), Scores::default());
        one.set(Category::Hate, 0.7);
        two.set(Category::Hate, 0.2);
        two.set(Category::Violence, f32::NAN);
        two.set(Category::Sexual, 3.0);
        let both = one.worst(&two);
        assert_eq!((both.of(Category::Hate), both.of(Category::Violence)), (0.7, 0.0));
        assert_eq!(both.flagged(), [Category::Hate, Category::Sexual]);
    }
}
