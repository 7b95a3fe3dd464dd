//! What planning works on: a thing of the scene in the making, and all that is known when things are planned.

use colophon_types::Seed;

use super::cast::{Cast, Member};
use super::cues::Cues;
use super::lexicon::{ArtSpec, Class, Entry, Lexicon};
use super::token::Token;
use super::words::Count;
use crate::graph::{Body, Pose, Role};
use crate::layout::Link;

/// Everything that planning looks at.
pub(super) struct Planner<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) cues: &'a Cues,
    pub(super) index: &'a crate::search::ArtIndex,
    pub(super) tokens: &'a [Token],
    pub(super) mood: &'a str,
    pub(super) seed: Seed,
    pub(super) cast: &'a mut Cast,
}

impl Planner<'_> {
    /// The class of an entry of the lexicon.
    pub(super) fn class(&self, entry: usize) -> Option<Class> {
        self.lexicon.entry(entry).map(|e| e.class)
    }
}

/// A thing of the scene, in the making.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) class: Class,
    pub(super) art: ArtSpec,
    pub(super) height: f32,
    pub(super) count: Count,
    pub(super) role: Role,
    pub(super) link: Link,
    pub(super) pose: Pose,
    pub(super) holds: Option<String>,
    /// Where it is mentioned, in tokens.
    pub(super) spans: Vec<(usize, usize)>,
    pub(super) look: u64,
    /// Goes into another thing's hand, or is left out.
    pub(super) gone: bool,
}

impl Thing {
    pub(super) fn from_entry(entry: &Entry, name: &str, count: Count) -> Self {
        Self {
            key: entry.key.clone(),
            name: name.to_owned(),
            class: entry.class,
            art: entry.art.clone(),
            height: entry.height,
            count,
            role: Role::Support,
            link: Link::Free,
            pose: Pose::Stand,
            holds: None,
            spans: Vec::new(),
            look: 0,
            gone: false,
        }
    }

    pub(super) fn from_member(member: &Member) -> Self {
        let art = match member.body {
            Some(body) => ArtSpec::Figure { head: member.head.clone(), body, holds: None, whole: None },
            None => ArtSpec::Icon(member.head.clone()),
        };
        Self {
            key: member.key.clone(),
            name: member.name.clone(),
            class: if member.body == Some(Body::Animal) { Class::Animal } else { Class::Person },
            art,
            height: member.height,
            count: Count::One,
            role: Role::Hero,
            link: Link::Free,
            pose: Pose::Stand,
            holds: None,
            spans: Vec::new(),
            look: member.clothes,
            gone: false,
        }
    }

    /// Whether it has hands.
    pub(super) fn is_figure(&self) -> bool {
        matches!(self.art, ArtSpec::Figure { .. })
    }

    /// The icon or prop that a hand would hold.
    pub(super) fn in_hand(&self) -> Option<&str> {
        match &self.art {
            ArtSpec::Icon(name) | ArtSpec::Prop(name) => Some(name),
            ArtSpec::Figure { .. } => None,
        }
    }
}
