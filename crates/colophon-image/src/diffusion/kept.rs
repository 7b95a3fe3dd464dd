//! Networks that wait for the next picture, so that they need not be loaded again.
//!
//! A picture takes a network out while it uses it, so two pictures at the same time never wait for one
//! another: the second loads its own, and the last that is given back stays.

use std::any::Any;
use std::sync::{Mutex, MutexGuard, PoisonError};

use colophon_hub::tools;

use super::memory::Need;
use crate::ImageError;

/// A part of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Clip(usize),
    T5,
    Qwen,
    Denoiser,
    Encoder,
    Decoder,
}

/// A network: a part of a checkpoint, for latents of one size and texts of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) size: (usize, usize),
    pub(crate) length: usize,
}

impl Key {
    /// A network that hangs on neither.
    pub(crate) fn of(place: Place) -> Self {
        Self { place, size: (0, 0), length: 0 }
    }
}

struct Entry {
    key: Key,
    bytes: u64,
    network: Box<dyn Any + Send>,
}

/// The networks of one checkpoint that wait, at most one for each of its parts; the one that waits longest
/// comes first.
#[derive(Default)]
pub(crate) struct Kept {
    entries: Mutex<Vec<Entry>>,
    /// Whether networks are kept at all.
    pub(crate) keeps: bool,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<Key> = self.lock().iter().map(|e| e.key).collect();
        write!(f, "Kept({}, {keys:?})", self.keeps)
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with a network: the one that waits, else one that is loaded after others made room for it.
    pub(crate) fn with<N: Any + Send, T>(
        &self,
        key: Key,
        need: Need,
        load: impl FnOnce() -> Result<N, ImageError>,
        work: impl FnOnce(&N) -> Result<T, ImageError>,
    ) -> Result<T, ImageError> {
        let network = match self.take(key) {
            Some(network) => network,
            None => {
                self.make_room(&|| tools::is_short_of(need.weights + need.work));
                load()?
            }
        };
        let outcome = work(&network);
        // One that failed is not trusted again.
        if self.keeps && matches!(outcome, Ok(_) | Err(ImageError::Cancelled(_))) {
            self.put(key, need.weights, network);
        }
        outcome
    }

    /// The network of a part, if it fits; one that does not is let go.
    fn take<N: Any>(&self, key: Key) -> Option<N> {
        let mut entries = self.lock();
        let at = entries.iter().position(|e| e.key.place == key.place)?;
        let entry = entries.remove(at);
        drop(entries);
        if entry.key != key {
            return None;
        }
        entry.network.downcast().ok().map(|network| *network)
    }

    fn put<N: Any + Send>(&self, key: Key, bytes: u64, network: N) {
        let mut entries = self.lock();
        let before: Vec<Entry> = entries.extract_if(.., |e| e.key.place == key.place).collect();
        entries.push(Entry { key, bytes, network: Box::new(network) });
        drop(entries);
        drop(before);
    }

    /// Lets networks go, the one that waits longest first, while there is too little memory.
    fn make_room(&self, short: &dyn Fn() -> bool) {
        while self.bytes() > 0 && short() {
            let mut entries = self.lock();
            let oldest = (!entries.is_empty()).then(|| entries.remove(0));
            drop(entries);
            drop(oldest);
        }
    }

    /// Bytes that the waiting networks hold.
    pub(crate) fn bytes(&self) -> u64 {
        self.lock().iter().map(|e| e.bytes.max(1)).sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn kept() -> Kept {
        Kept { keeps: true, ..Kept::default() }
    }

    fn use_of(kept: &Kept, key: Key, loaded: &Cell<u32>) -> u32 {
        let load = || {
            loaded.set(loaded.get() + 1);
            Ok(loaded.get())
        };
        kept.with(key, Need { weights: 5, work: 0 }, load, |n: &u32| Ok(*n)).unwrap()
    }

    #[test]
    fn a_network_is_loaded_once_for_each_shape() {
        let (kept, loaded) = (kept(), Cell::new(0));
        let small = Key { place: Place::Denoiser, size: (8, 8), length: 77 };
        let large = Key { size: (16, 8), ..small };
        let asked = [small, small, large, large, Key::of(Place::T5), large, small];
        let got = asked.map(|key| use_of(&kept, key, &loaded));
        assert_eq!(got, [1, 1, 2, 2, 3, 2, 4], "another size takes the place");
        assert_eq!(kept.bytes(), 10);
        let not = Kept::default();
        assert_eq!([1, 2].map(|_| use_of(&not, small, &Cell::new(0))), [1, 1]);
        assert_eq!(not.bytes(), 0);
    }

    #[test]
    fn a_stop_keeps_a_network_and_a_failure_does_not() {
        let kept = kept();
        let key = Key::of(Place::Decoder);
        let end = |error: fn() -> ImageError| {
            let outcome: Result<(), _> = kept.with(key, Need::default(), || Ok(1u8), |_| Err(error()));
            assert!(outcome.is_err());
            kept.lock().len()
        };
        assert_eq!(end(|| ImageError::Cancelled(colophon_types::Cancelled)), 1);
        assert_eq!(end(|| ImageError::Network("it broke".into())), 0);
    }

    #[test]
    fn the_longest_waiting_makes_room() {
        let (kept, loaded) = (kept(), Cell::new(0));
        for place in [Place::Clip(0), Place::Denoiser, Place::Decoder, Place::Clip(0)] {
            use_of(&kept, Key::of(place), &loaded);
        }
        let looks = Cell::new(0);
        kept.make_room(&|| looks.replace(looks.get() + 1) < 2);
        let left: Vec<Place> = kept.lock().iter().map(|e| e.key.place).collect();
        assert_eq!(left, [Place::Clip(0)]);
        kept.make_room(&|| true);
        assert_eq!(kept.bytes(), 0);
    }
}
