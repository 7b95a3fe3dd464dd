//! The seal from outside: what it writes, what a verification says of it, and what hostile files get. One program,
//! as linking takes longer than running.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

mod aigc;
mod aigc_signature;
mod animation;
mod beside;
mod formats;
mod hostile;
mod kit;
mod labels;
mod marks;
mod round_trip;
mod signer;
mod sound;
mod sources;
mod stamps;
mod thumbnails;
