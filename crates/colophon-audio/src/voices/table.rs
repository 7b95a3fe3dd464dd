//! The table of voices.

use colophon_types::Lang;

use super::voice::{EngineKind, Gender, Voice};
use crate::g2p::en::Accent;

use Accent::{Gb, Us};
use Gender::{Female, Male};
use Lang::{En, Zh};

const fn kokoro(
    id: &'static str,
    home: &'static str,
    accent: Accent,
    gender: Gender,
    title: &'static str,
) -> Voice {
    let lang = if matches!(home.as_bytes(), [b'z', b'h', ..]) { Zh } else { En };
    Voice { id, lang, home, accent, engine: EngineKind::Kokoro, gender, title }
}

const HIBARI: Voice = Voice {
    id: "hibari",
    lang: En,
    home: "en-US",
    accent: Us,
    engine: EngineKind::Hibari,
    gender: Female,
    title: "Hibari (fast)",
};

/// Every voice: English first, then Mandarin, then those at home in other languages. The first of a
/// language is its default.
pub(super) const VOICES: [Voice; 55] = [
    kokoro("af_heart", "en-US", Us, Female, "Heart"),
    kokoro("af_alloy", "en-US", Us, Female, "Alloy"),
    kokoro("af_aoede", "en-US", Us, Female, "Aoede"),
    kokoro("af_bella", "en-US", Us, Female, "Bella"),
    kokoro("af_jessica", "en-US", Us, Female, "Jessica"),
    kokoro("af_kore", "en-US", Us, Female, "Kore"),
    kokoro("af_nicole", "en-US", Us, Female, "Nicole"),
    kokoro("af_nova", "en-US", Us, Female, "Nova"),
    kokoro("af_river", "en-US", Us, Female, "River"),
    kokoro("af_sarah", "en-US", Us, Female, "Sarah"),
    kokoro("af_sky", "en-US", Us, Female, "Sky"),
    kokoro("am_adam", "en-US", Us, Male, "Adam"),
    kokoro("am_echo", "en-US", Us, Male, "Echo"),
    kokoro("am_eric", "en-US", Us, Male, "Eric"),
    kokoro("am_fenrir", "en-US", Us, Male, "Fenrir"),
    kokoro("am_liam", "en-US", Us, Male, "Liam"),
    kokoro("am_michael", "en-US", Us, Male, "Michael"),
    kokoro("am_onyx", "en-US", Us, Male, "Onyx"),
    kokoro("am_puck", "en-US", Us, Male, "Puck"),
    kokoro("am_santa", "en-US", Us, Male, "Santa"),
    kokoro("bf_alice", "en-GB", Gb, Female, "Alice"),
    kokoro("bf_emma", "en-GB", Gb, Female, "Emma"),
    kokoro("bf_isabella", "en-GB", Gb, Female, "Isabella"),
    kokoro("bf_lily", "en-GB", Gb, Female, "Lily"),
    kokoro("bm_daniel", "en-GB", Gb, Male, "Daniel"),
    kokoro("bm_fable", "en-GB", Gb, Male, "Fable"),
    kokoro("bm_george", "en-GB", Gb, Male, "George"),
    kokoro("bm_lewis", "en-GB", Gb, Male, "Lewis"),
    HIBARI,
    kokoro("zf_xiaoxiao", "zh-CN", Us, Female, "晓晓"),
    kokoro("zf_xiaobei", "zh-CN", Us, Female, "晓北"),
    kokoro("zf_xiaoni", "zh-CN", Us, Female, "晓妮"),
    kokoro("zf_xiaoyi", "zh-CN", Us, Female, "晓伊"),
    kokoro("zm_yunjian", "zh-CN", Us, Male, "云健"),
    kokoro("zm_yunxi", "zh-CN", Us, Male, "云希"),
    kokoro("zm_yunxia", "zh-CN", Us, Male, "云夏"),
    kokoro("zm_yunyang", "zh-CN", Us, Male, "云扬"),
    kokoro("ef_dora", "es", Us, Female, "Dora"),
    kokoro("em_alex", "es", Us, Male, "Alex"),
    kokoro("em_santa", "es", Us, Male, "Santa (Spanish)"),
    kokoro("ff_siwis", "fr-FR", Us, Female, "Siwis"),
    kokoro("hf_alpha", "hi", Us, Female, "Alpha (Hindi)"),
    kokoro("hf_beta", "hi", Us, Female, "Beta"),
    kokoro("hm_omega", "hi", Us, Male, "Omega"),
    kokoro("hm_psi", "hi", Us, Male, "Psi"),
    kokoro("if_sara", "it", Us, Female, "Sara"),
    kokoro("im_nicola", "it", Us, Male, "Nicola"),
    kokoro("jf_alpha", "ja", Us, Female, "Alpha (Japanese)"),
    kokoro("jf_gongitsune", "ja", Us, Female, "Gongitsune"),
    kokoro("jf_nezumi", "ja", Us, Female, "Nezumi"),
    kokoro("jf_tebukuro", "ja", Us, Female, "Tebukuro"),
    kokoro("jm_kumo", "ja", Us, Male, "Kumo"),
    kokoro("pf_dora", "pt-BR", Us, Female, "Dora (Portuguese)"),
    kokoro("pm_alex", "pt-BR", Us, Male, "Alex (Portuguese)"),
    kokoro("pm_santa", "pt-BR", Us, Male, "Santa (Portuguese)"),
];
