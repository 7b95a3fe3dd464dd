//! The engines of sound from outside. One program, as linking takes longer than running.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test may panic and print")]

mod cleaning;
mod intelligibility;
mod kit;
mod narration;
mod normalisation;
mod recital;
mod recognition;
mod rewritten;
mod scored;
mod vocoders;
