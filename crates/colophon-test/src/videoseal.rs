//! Two tiny networks of VideoSeal's kind with random weights. `data/film_marks.py` made them, and computed with the
//! reference code what they give.

/// The checkpoint of both under the name of the published one.
pub const CHECKPOINT: (&str, &[u8]) = ("y_256b_img.pth", include_bytes!("../data/videoseal/y_256b_img.pth"));

/// What the reference code gives for a picture: JSON.
pub const REFERENCE: &str = include_str!("../data/videoseal/reference.json");
