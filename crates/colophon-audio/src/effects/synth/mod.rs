//! The synthesisers, by family. Each takes a [`Take`](super::take::Take) and gives a
//! [`Signal`](super::dsp::Signal) at no particular level: continuous sounds fill the time, events have
//! their natural length, rhythms ring on beyond the time.

pub(super) mod alarms;
pub(super) mod animals;
pub(super) mod bells;
pub(super) mod birds;
pub(super) mod bodies;
pub(super) mod clocks;
pub(super) mod doors;
pub(super) mod engines;
pub(super) mod fire;
pub(super) mod footsteps;
pub(super) mod household;
pub(super) mod impacts;
pub(super) mod insects;
pub(super) mod interface;
pub(super) mod machines;
pub(super) mod music;
pub(super) mod people;
pub(super) mod places;
pub(super) mod trains;
pub(super) mod water;
pub(super) mod weather;
