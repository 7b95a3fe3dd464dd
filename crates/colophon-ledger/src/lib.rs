//! The ledger: an append-only transparency log of everything that was sealed.
//!
//! On disk it is exactly what the [C2SP tlog-tiles](https://c2sp.org/tlog-tiles) specification
//! serves over HTTP: `checkpoint` (a [signed note](https://c2sp.org/signed-note) over the tree's
//! size and root), `tile/<level>/…` (hash tiles of height 8) and `tile/entries/…` (entry bundles).
//! So any static file server over the folder is a conforming log.
//!
//! An append writes the entry bundle and the tiles first, makes them durable, and then replaces the
//! checkpoint: the rename of the checkpoint is the commit. What a crash leaves behind before it is
//! invisible and is overwritten by the next append. The SQLite index (`index.db`) only finds entries
//! by the hash of a file; it is derived from the entries, checked when the log is opened, and made
//! anew when it is behind or wrong.
//!
//! The folder may be a copy of a log that several machines share (`follow`): then an entry is written here
//! after it was made to last there, and what others appended is taken over, checked against their note.
//!
//! What others say of the log lies beside its checkpoint: cosignatures of witnesses in `witnessed/`, time
//! stamps in `stamps/`.
//!
//! Threading contract: a [`Ledger`] may be shared by threads, and several processes may open the
//! same folder; appends take an exclusive lock on the file `lock`, readers take none.

mod audit;
mod disk;
mod error;
mod follow;
mod index;
mod key;
mod log;
mod outside;
mod parse;
mod proof;
mod stamped;
mod tree;
mod witness;

pub use audit::AuditReport;
pub use error::LedgerError;
pub use follow::NewEntry;
pub use log::{Checkpoint, Ledger};
pub use outside::WitnessRequest;
pub use proof::{VerifiedProof, verify_proof, verify_witnessed_proof};
pub use stamped::StampedCheckpoint;
pub use witness::{Cosigner, WitnessKey, WitnessPolicy, Witnessed};

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]
mod faults;
