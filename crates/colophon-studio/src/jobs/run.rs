//! What a job's work is given.

use std::sync::Arc;

use colophon_store::Job;
use colophon_types::{Cancel, Progress};

use super::shelf::Shelf;
use crate::Studio;

/// Who works on what: all that a job's work sees.
pub(crate) struct Run<'a> {
    pub(crate) studio: &'a Studio,
    pub(crate) job: &'a Job,
    pub(crate) shelf: &'a mut Shelf,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) cancel: &'a Cancel,
}
