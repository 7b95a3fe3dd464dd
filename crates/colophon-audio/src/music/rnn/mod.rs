//! PerformanceRNN: a recurrent network that plays the piano, event by event (Simon and Oore, 2017;
//! weights by CooperTunes, of the design by djosix). Three GRU layers of 512 units over 240 events;
//! each step also takes a control of 24 numbers: how dense the notes should be (12, one-hot), and
//! how often each pitch class should sound (12).

mod events;
mod kernel;
mod network;
mod sample;

pub use events::{Control, EVENTS};
pub use network::{PerformanceRnn, State};
pub(crate) use sample::{RawNote, Rules, Span, Stream, gauss, improvise};
