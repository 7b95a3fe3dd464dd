//! Watermarks by neural networks, laid and looked for beside our own where their models are in the store: any of
//! the catalogue, the user's own entries too, whose role is `watermark` and that holds TrustMark's two networks.

use std::sync::Arc;

use colophon_hub::{Hub, Role};
use colophon_image::{ImageError, TrustMark, trustmark};
use colophon_seal::{Found, Payload, Turn, Watermark, WatermarkError};
use colophon_types::{Cancel, Media, Modality};

use crate::Studio;

/// The name of the method.
const TRUSTMARK: &str = "trustmark-q";
/// Sealing is one step of a request that has its cores: the networks take none beside the one it runs on.
const THREADS: usize = 1;

struct Trust {
    networks: TrustMark,
    hub: Arc<Hub>,
}

impl Trust {
    fn runtime(&self) -> Result<(), ImageError> {
        let runtime = self.hub.get("onnxruntime")?;
        Ok(colophon_hub::onnx::init(&runtime.main())?)
    }

    fn read(&self, media: &Media) -> Result<Option<u64>, ImageError> {
        let Media::Picture(raster) = media else { return Ok(None) };
        self.runtime()?;
        self.networks.find(raster, &Cancel::new())
    }
}

/// The bits of a payload that TrustMark carries, and how they are told.
fn carried(payload: Payload) -> u64 {
    payload.bits() >> (u64::BITS - trustmark::BITS)
}

fn told(carried: u64) -> String {
    format!("{carried:015x}")
}

impl Watermark for Trust {
    fn name(&self) -> &str {
        TRUSTMARK
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Image
    }

    fn embed(&self, media: &mut Media, payload: Payload) -> Result<String, WatermarkError> {
        let failed = |e: ImageError| WatermarkError::Failed(e.to_string());
        let Media::Picture(raster) = media else {
            return Err(WatermarkError::Failed("it marks pictures alone".to_owned()));
        };
        self.runtime().map_err(failed)?;
        let payload = carried(payload);
        match self.networks.embed(raster, payload, &Cancel::new()).map_err(failed)? {
            true => Ok(told(payload)),
            false => Err(WatermarkError::Unfit("the picture gives TrustMark's bits back wrong".to_owned())),
        }
    }

    fn find(&self, media: &Media) -> Option<Found> {
        let payload = match self.read(media) {
            Ok(payload) => payload?,
            Err(error) => {
                tracing::warn!(%error, "TrustMark's network could not look at a picture");
                return None;
            }
        };
        Some(Found {
            payload: told(payload),
            score: 1.0,
            false_positive_rate: trustmark::FALSE_POSITIVES,
            turn: Turn::UPRIGHT,
        })
    }

    fn soft_binding(&self, payload: Payload) -> Option<(String, String)> {
        Some((trustmark::ALGORITHM.to_owned(), TrustMark::binding(carried(payload))))
    }
}

impl Studio {
    /// The watermarks whose networks are in the store.
    pub(crate) fn neural_marks(&self) -> Vec<Arc<dyn Watermark>> {
        let mark = self.trustmark.get().cloned().or_else(|| {
            let mut marks = self.hub.catalogue().entries().filter(|e| e.role == Role::Watermark);
            let model = marks.find_map(|entry| {
                let whole = trustmark::FILES.iter().all(|name| entry.file(name).is_some());
                whole.then(|| self.hub.get(&entry.id).ok())?
            })?;
            let networks = TrustMark::new(model.file(".").as_path(), THREADS);
            let mark: Arc<dyn Watermark> = Arc::new(Trust { networks, hub: Arc::clone(&self.hub) });
            Some(Arc::clone(self.trustmark.get_or_init(|| mark)))
        });
        mark.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_told_by_the_beginning_of_the_whole() {
        let payload = Payload::from_bits(0xfedc_ba98_7654_3210);
        assert_eq!(told(carried(payload)), "fedcba987654321");
        assert!(payload.to_string().starts_with(&told(carried(payload))));
        assert_eq!(TrustMark::binding(carried(payload)).len(), "1*".len() + 61);
    }
}
