//! The marks that the metadata of a file holds.

use crate::mark::aigc::FoundAigc;
use crate::mark::xmp;

/// The metadata marks of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    pub(crate) aigc: FoundAigc,
    pub(crate) source_type: Option<String>,
}

impl Marks {
    /// Takes what an XMP packet says.
    pub(crate) fn add_xmp(&mut self, packet: &str) {
        for json in xmp::aigc_fields(packet) {
            self.aigc.add(&json);
        }
        self.source_type = self.source_type.take().or_else(|| xmp::source_type(packet));
    }
}
