//! TrustMark, in pictures.

use std::sync::Arc;

use colophon_hub::Hub;
use colophon_image::{ImageError, TrustMark, trustmark};
use colophon_seal::{Found, Payload, Turn, Watermark, WatermarkError};
use colophon_types::{Cancel, Media, Modality};

use super::runtime;

/// The name of the method.
const NAME: &str = "trustmark-q";

pub(super) struct Trust {
    pub(super) networks: TrustMark,
    pub(super) hub: Arc<Hub>,
}

impl Trust {
    fn read(&self, media: &Media) -> Result<Option<u64>, ImageError> {
        let Media::Picture(raster) = media else { return Ok(None) };
        runtime(&self.hub)?;
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
        NAME
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Image
    }

    fn embed(&self, media: &mut Media, payload: Payload) -> Result<String, WatermarkError> {
        let failed = |e: ImageError| WatermarkError::Failed(e.to_string());
        let Media::Picture(raster) = media else {
            return Err(WatermarkError::Failed("it marks pictures alone".to_owned()));
        };
        runtime(&self.hub).map_err(|e| failed(e.into()))?;
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
