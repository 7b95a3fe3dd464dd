//! Watermarks by neural networks, laid and looked for beside our own where their models are in the store: any of
//! the catalogue, the user's own entries too, whose role is `watermark` and that holds the networks of TrustMark, for
//! pictures, of AudioSeal, for sound, or of VideoSeal, for films.

mod films;
mod pictures;
mod sounds;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use colophon_audio::audioseal::{self, AudioSeal};
use colophon_hub::{Hub, HubError, Role};
use colophon_image::{TrustMark, VideoSeal, trustmark, videoseal};
use colophon_seal::Watermark;

use crate::Studio;
use films::Film;
use pictures::Trust;
use sounds::Voice;

/// Sealing is one step of a request that has its cores: the networks take none beside the one it runs on.
const THREADS: usize = 1;

/// The networks of a method, in the order in which they are looked for.
#[derive(Default)]
pub(crate) struct NeuralMarks {
    trustmark: OnceLock<Arc<dyn Watermark>>,
    audioseal: OnceLock<Arc<dyn Watermark>>,
    videoseal: OnceLock<Arc<dyn Watermark>>,
}

/// Loads the runtime that the networks need.
fn runtime(hub: &Hub) -> Result<(), HubError> {
    colophon_hub::onnx::init(&hub.get("onnxruntime")?.main())
}

impl Studio {
    /// The watermarks whose networks are in the store.
    pub(crate) fn neural_marks(&self) -> Vec<Arc<dyn Watermark>> {
        let trust = self.neural_mark(&self.neural.trustmark, &trustmark::FILES, |folder, hub| {
            Arc::new(Trust { networks: TrustMark::new(folder, THREADS), hub })
        });
        let voice = self.neural_mark(&self.neural.audioseal, &audioseal::FILES, |folder, hub| {
            Arc::new(Voice { networks: AudioSeal::new(folder, THREADS), hub })
        });
        let film = self.neural_mark(&self.neural.videoseal, &[videoseal::FILE], |folder, hub| {
            Arc::new(Film { networks: Arc::new(VideoSeal::new(folder, THREADS)), hub })
        });
        [trust, voice, film].into_iter().flatten().collect()
    }

    /// The watermark of `place`, made when a model with all of `files` is in the store.
    fn neural_mark(
        &self,
        place: &OnceLock<Arc<dyn Watermark>>,
        files: &[&str],
        made: impl FnOnce(&Path, Arc<Hub>) -> Arc<dyn Watermark>,
    ) -> Option<Arc<dyn Watermark>> {
        if let Some(mark) = place.get() {
            return Some(Arc::clone(mark));
        }
        let mut marks = self.hub.catalogue().entries().filter(|e| e.role == Role::Watermark);
        let model = marks.find_map(|entry| {
            let whole = files.iter().all(|name| entry.file(name).is_some());
            whole.then(|| self.hub.get(&entry.id).ok())?
        })?;
        let mark = made(model.file(".").as_path(), Arc::clone(&self.hub));
        Some(Arc::clone(place.get_or_init(|| mark)))
    }
}
