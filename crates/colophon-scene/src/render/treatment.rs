//! Treatments: how the drawing is finished.

use std::fmt;
use std::str::FromStr;

/// How the drawing is finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// Paper-cut: every layer is a sheet that throws a soft shadow and has a lit edge.
    #[default]
    Paper,
    /// Flat colours, no shadows between layers.
    Flat,
    /// Pale washes with a dark outline.
    Ink,
    /// Dark lines on white paper.
    Line,
    /// White lines on blue paper.
    Blueprint,
    /// Paper-cut by moonlight, whatever the hour of the scene.
    Night,
    /// Printed in three inks through screens of dots.
    Print,
}

impl Treatment {
    /// Every treatment.
    pub const ALL: [Self; 7] =
        [Self::Paper, Self::Flat, Self::Ink, Self::Line, Self::Blueprint, Self::Night, Self::Print];

    /// Its name, as given on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Flat => "flat",
            Self::Ink => "ink",
            Self::Line => "line",
            Self::Blueprint => "blueprint",
            Self::Night => "night",
            Self::Print => "print",
        }
    }

    /// What happens to the paint when all is drawn.
    pub(crate) fn tone(self) -> Option<Tone> {
        match self {
            Self::Line => Some(Tone::Drawn([252, 251, 248], [28, 30, 38])),
            Self::Blueprint => Some(Tone::Drawn([24, 62, 128], [232, 240, 252])),
            Self::Print => Some(Tone::Screened),
            Self::Paper | Self::Flat | Self::Ink | Self::Night => None,
        }
    }

    /// The numbers behind it.
    pub(crate) fn spec(self) -> Spec {
        match self {
            Self::Paper | Self::Night => {
                Spec { shadow: 1.0, rim: 1.0, grain: 0.62, outline: 0.0, wash: 0.0, paper_edge: 1.0 }
            }
            Self::Flat | Self::Print => {
                Spec { shadow: 0.0, rim: 0.35, grain: 0.0, outline: 0.0, wash: 0.0, paper_edge: 0.0 }
            }
            Self::Ink => {
                Spec { shadow: 0.25, rim: 0.0, grain: 1.6, outline: 1.0, wash: 0.55, paper_edge: 0.0 }
            }
            Self::Line | Self::Blueprint => {
                Spec { shadow: 0.0, rim: 0.0, grain: 0.0, outline: 1.0, wash: 0.0, paper_edge: 0.0 }
            }
        }
    }
}

/// How the paint of a finished layer is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// What is dark becomes line, what is light becomes paper: the colours of paper and line.
    Drawn([u8; 3], [u8; 3]),
    /// Inks through screens.
    Screened,
}

/// What a treatment does, as strengths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// Shadows of sheets on the sheets behind.
    pub(crate) shadow: f32,
    /// Lit edges.
    pub(crate) rim: f32,
    /// Paper grain.
    pub(crate) grain: f32,
    /// Dark outline.
    pub(crate) outline: f32,
    /// Loss of colour, towards paper white.
    pub(crate) wash: f32,
    /// Pale cut edge around objects.
    pub(crate) paper_edge: f32,
}

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Treatment {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|t| t.name() == s).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|t| t.name()).collect();
            format!("unknown treatment '{s}'; known are {}", names.join(", "))
        })
    }
}
