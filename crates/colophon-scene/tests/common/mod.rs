//! What the tests of composing share.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use colophon_scene::graph::{Art, Placed, Role, Scene};
use colophon_scene::{ArtIndex, ArtPaths};
use colophon_test::models_dir;
use colophon_text::encode::MiniLm;

pub(crate) fn paths() -> ArtPaths {
    let models = models_dir();
    ArtPaths {
        icons: models.join("noto-art/icons.json"),
        emojibase_en: models.join("emojibase/en.json"),
        emojibase_zh: models.join("emojibase/zh.json"),
        emojilib: models.join("emojilib/emoji-en-US.json"),
    }
}

/// The index without a model: names and keywords only.
#[allow(dead_code)]
pub(crate) fn plain() -> &'static ArtIndex {
    static INDEX: OnceLock<ArtIndex> = OnceLock::new();
    INDEX.get_or_init(|| ArtIndex::load(&paths(), None, None).unwrap())
}

/// The embedding model.
#[allow(dead_code)]
pub(crate) fn model() -> Arc<MiniLm> {
    static MODEL: OnceLock<Arc<MiniLm>> = OnceLock::new();
    MODEL.get_or_init(|| Arc::new(MiniLm::load(&models_dir().join("all-minilm-l6-v2")).unwrap())).clone()
}

/// Names of the art of an object: icon, prop, or head and what is held.
pub(crate) fn art_names(object: &Placed) -> Vec<&str> {
    match &object.art {
        Art::Icon { icon } => vec![icon],
        Art::Prop { prop } => vec![prop],
        Art::Figure { head, holds, .. } => std::iter::once(head.as_str()).chain(holds.as_deref()).collect(),
    }
}

/// Names of all art of a scene.
#[allow(dead_code)]
pub(crate) fn all_art(scene: &Scene) -> BTreeSet<&str> {
    scene.objects.iter().flat_map(art_names).collect()
}

/// The hero.
#[allow(dead_code)]
pub(crate) fn hero(scene: &Scene) -> Option<&Placed> {
    scene.objects.iter().find(|o| o.role == Role::Hero)
}
