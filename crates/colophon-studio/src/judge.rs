//! The judge of pictures: refuses what is not fit to be shown everywhere.

use colophon_hub::Model;
use colophon_image::NudityFilter;
use colophon_types::{Cancel, Raster};

use crate::StudioError;
use crate::config::PictureConfig;
use crate::engines::Fetch;

/// From this score on, in hundredths, a picture is refused unless the settings say otherwise.
const NUDITY_LIMIT: u8 = 90;

/// What it takes to judge.
pub(crate) struct Bench {
    limit: u8,
    model: Option<Model>,
}

/// A judge at work. One whose limit is 0 lets everything pass unseen.
pub(crate) struct Judge {
    limit: u8,
    filter: Option<NudityFilter>,
}

impl Bench {
    /// Fetches the model, where the settings want pictures to be judged. The runtime must be fetched too
    /// where [`sits`](Self::sits) says so.
    pub(crate) fn fetch(fetch: &mut Fetch<'_>, config: &PictureConfig) -> Result<Self, StudioError> {
        let limit = config.nudity_limit.unwrap_or(NUDITY_LIMIT);
        let model = if limit > 0 { Some(fetch.get("open-nsfw", "judge", None)?) } else { None };
        Ok(Self { limit, model })
    }

    /// Whether there will be a judge.
    pub(crate) fn sits(&self) -> bool {
        self.model.is_some()
    }

    pub(crate) fn load(self, threads: usize) -> Result<Judge, StudioError> {
        let filter = self.model.map(|model| NudityFilter::load(&model.dir, threads)).transpose()?;
        Ok(Judge { limit: self.limit, filter })
    }
}

impl Judge {
    /// How likely a picture shows nudity, 0 to 1; 0 where nobody looks.
    pub(crate) fn score(&self, picture: &Raster, cancel: &Cancel) -> Result<f32, StudioError> {
        match &self.filter {
            Some(filter) => Ok(filter.score(picture, cancel)?),
            None => Ok(0.0),
        }
    }

    /// Looks at a picture; `what` names it in the refusal.
    ///
    /// # Errors
    /// [`StudioError::Refused`], a stop, a network that failed.
    pub(crate) fn pass(&self, picture: &Raster, what: &str, cancel: &Cancel) -> Result<(), StudioError> {
        let Some(filter) = &self.filter else { return Ok(()) };
        let score = filter.score(picture, cancel)?;
        if score * 100.0 < f32::from(self.limit) {
            return Ok(());
        }
        let limit = self.limit;
        Err(StudioError::Refused {
            message: format!(
                "{what} is refused: it looks like nudity (score {score:.2}, limit 0.{limit:02})"
            ),
            hint: "the limit is `nudity_limit` under [pictures] in colophon.toml",
        })
    }
}
