//! The cast: characters and place that a film keeps from scene to scene.

use serde::{Deserialize, Serialize};

use crate::graph::{Art, Body, Pose, Setting, TimeOfDay, Weather};

/// Most characters that are remembered.
const MAX_MEMBERS: usize = 12;

/// A character.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Key of its entry in the lexicon.
    pub key: String,
    /// In the words of the description that brought it in.
    pub name: String,
    /// Its name, where the description gives one ("a fox called Ember").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Icon of the head, or of the whole creature.
    pub head: String,
    /// The body under the head; `None` where the art is of the whole creature.
    pub body: Option<Body>,
    /// Height as a fraction of the frame's height, before the shot's scale.
    pub height: f32,
    /// Seed of its clothes and colours: the same through the film.
    pub clothes: u64,
}

impl Member {
    /// How it is drawn.
    pub fn art(&self, pose: Pose, holds: Option<String>) -> Art {
        match self.body {
            Some(body) => Art::Figure { head: self.head.clone(), body, pose, holds },
            None => Art::Icon { icon: self.head.clone() },
        }
    }

    /// Whether a general word ("the man", "the child", "它") may mean this character.
    pub(super) fn answers_to(&self, key: &str) -> bool {
        if self.key == key {
            return true;
        }
        let old = self.head.starts_with("old-");
        match key {
            "man" | "young man" | "old man" => {
                self.body == Some(Body::Adult)
                    && !self.is_female()
                    && (key != "old man" || old)
                    && (key != "young man" || !old)
            }
            "woman" | "young woman" | "old woman" => {
                self.body == Some(Body::Adult)
                    && !self.is_male()
                    && (key != "old woman" || old)
                    && (key != "young woman" || !old)
            }
            "boy" => self.body == Some(Body::Child) && self.head != "girl",
            "girl" => self.body == Some(Body::Child) && self.head != "boy",
            "child" => self.body == Some(Body::Child),
            _ => false,
        }
    }

    pub(super) fn is_female(&self) -> bool {
        self.head.contains("woman") || matches!(self.head.as_str(), "girl" | "princess")
    }

    pub(super) fn is_male(&self) -> bool {
        !self.is_female()
            && (self.head.starts_with("man")
                || matches!(self.head.as_str(), "old-man" | "boy" | "prince" | "person-with-crown"))
    }
}

/// What a film keeps from scene to scene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cast {
    /// Characters, in the order in which they came in; the first is the film's hero.
    pub members: Vec<Member>,
    /// Where the last scene played.
    pub setting: Option<Setting>,
    /// When.
    pub time: Option<TimeOfDay>,
    /// Weather.
    pub weather: Option<Weather>,
    /// How many scenes there were: decides the next one's staging.
    pub scenes: u32,
}

impl Cast {
    /// The film's hero.
    pub fn hero(&self) -> Option<&Member> {
        self.members.first()
    }

    /// The character that an entry of the lexicon means, if it is in the film already.
    pub(super) fn find(&self, key: &str) -> Option<&Member> {
        self.members.iter().find(|m| m.key == key).or_else(|| self.members.iter().find(|m| m.answers_to(key)))
    }

    /// The character of that name.
    pub(super) fn named(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|m| m.called.as_deref() == Some(name))
    }

    pub(super) fn add(&mut self, member: Member) {
        if self.members.len() < MAX_MEMBERS && !self.members.iter().any(|m| m.key == member.key) {
            self.members.push(member);
        }
    }
}
