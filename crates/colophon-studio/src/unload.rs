//! The models of pictures and of language that a studio has in memory, and when they leave it.

use crate::{Checkpoints, Languages, Studio};

impl Studio {
    /// The language engines.
    pub fn languages(&self) -> &Languages {
        self.languages.get_or_init(|| Languages::new(self.config.language()))
    }

    /// The diffusion models in memory.
    pub fn checkpoints(&self) -> &Checkpoints {
        self.checkpoints.get_or_init(|| Checkpoints::new(self.config.checkpoints()))
    }

    /// Unloads models of pictures and language that have not been used for a while, or that nobody uses while
    /// memory is short.
    pub fn unload(&self) {
        self.checkpoints().unload_idle();
        self.languages().unload_idle();
        self.relieve();
    }

    /// Unloads what nobody uses while memory is short.
    pub(crate) fn relieve(&self) {
        self.checkpoints().relieve();
        self.languages().relieve();
    }
}
