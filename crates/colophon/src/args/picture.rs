//! Arguments of `colophon image`.

use std::path::PathBuf;

/// Make pictures, or change them.
#[derive(Debug, clap::Args)]
#[command(after_help = IMAGE_EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Image {
    #[command(subcommand)]
    pub(crate) change: Option<Change>,
    /// What is in the picture, in English or Chinese (composer)
    pub(crate) prompt: Option<String>,
    /// The file (.png, .jpg, .webp or .gif; .mp4 for a film of faces); several pictures are numbered
    #[arg(short, long, default_value = "picture.png", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// composer: pictures of words, composed of drawn art. diffusion: pictures of words out of noise, by
    /// a model that is fetched once. gan: faces of people who do not exist. stylegan: what a StyleGAN generator
    /// that you bring (--model FILE) was trained on. terrain: landscapes by procedure,
    /// whose land, hour, season and weather the words choose. Default: composer
    #[arg(long, value_name = "ENGINE", value_parser = ["composer", "diffusion", "gan", "stylegan", "terrain"])]
    pub(crate) engine: Option<String>,
    /// Width and height in pixels; default: 1024x1024 (composer, terrain), what suits the model (diffusion),
    /// 512x512 (a composed picture that moves)
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<String>,
    /// transparent leaves the backdrop of a composed picture out, and cuts the people out of one that a model
    /// drew (PNG or WebP)
    #[arg(long, value_name = "WHAT", value_parser = ["auto", "opaque", "transparent"])]
    pub(crate) background: Option<String>,
    /// Style (composer; see `colophon models list --styles`)
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,
    /// Write the layers into this folder, too: PNG files from back to front, and scene.json (composer)
    #[arg(long, value_name = "DIR")]
    pub(crate) layers: Option<PathBuf>,
    /// The same seed gives the same picture
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many pictures, each with a seed of its own
    #[arg(short, long, default_value_t = 1, value_name = "N")]
    pub(crate) n: usize,
    /// Faces that lead from --seed to this one (gan)
    #[arg(long, value_name = "SEED")]
    pub(crate) towards: Option<u64>,
    /// Change faces by so many steps, -10 to 10, along a direction: light, hair, backdrop, warm, side, turn, mouth or
    /// green (gan; may be repeated)
    #[arg(long, value_name = "NAME=STEPS")]
    pub(crate) direction: Vec<String>,
    /// How far pictures may be from the mean one, 0 to 2 (stylegan)
    #[arg(
        long,
        default_value_t = 0.7,
        hide_default_value = true,
        value_name = "X",
        allow_negative_numbers = true
    )]
    pub(crate) truncation: f32,
    /// Which class is drawn, counted from 0, by a generator that draws by class; default: each seed chooses
    /// (stylegan)
    #[arg(long, value_name = "N")]
    pub(crate) class: Option<usize>,
    /// All faces on one sheet (gan)
    #[arg(long)]
    pub(crate) grid: bool,
    /// Length of what moves, in seconds: of a film of faces (gan; .mp4, default 12) or of an animation (gan or
    /// composer; a .gif or .webp file moves where this is given)
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) seconds: Option<f64>,
    /// Language: auto, en or zh
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// One JSON document on stdout: files, receipts, what is in each picture
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten, next_help_heading = "Diffusion")]
    pub(crate) diffusion: Diffusion,
}

impl Image {
    /// Whether the background is left out.
    pub(crate) fn transparent(&self) -> bool {
        self.background.as_deref() == Some("transparent")
    }
}

/// What only `--engine diffusion` takes, but for `--model`.
#[derive(Debug, clap::Args)]
pub(crate) struct Diffusion {
    /// A model of the catalogue (sd-turbo, sd-1.5, sdxl-base, sdxl-turbo), a checkpoint in folders, or a
    /// safetensors file; default: sd-turbo. With --engine stylegan the safetensors file of a generator
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// What is not to be in the picture (of effect with a guidance above 1)
    #[arg(long, default_value = "", hide_default_value = true, value_name = "WORDS")]
    pub(crate) negative: String,
    /// Steps; default: what suits the model
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<usize>,
    /// How closely the words are followed; 1 for models that were distilled
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) guidance: Option<f32>,
    /// ddim, euler, euler-ancestral, dpm++2m-karras, lcm or flow-euler
    #[arg(long, value_name = "NAME")]
    pub(crate) scheduler: Option<String>,
    /// An adapter: a file or one of the catalogue, with its strength after a colon (may be repeated)
    #[arg(long, value_name = "FILE[:X]")]
    pub(crate) lora: Vec<String>,
    /// Begin with this picture
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// How much of it may change, 0 to 1
    #[arg(long, value_name = "X", requires = "from", allow_negative_numbers = true)]
    pub(crate) strength: Option<f32>,
    /// Change it only where this picture is light
    #[arg(long, value_name = "FILE", requires = "from")]
    pub(crate) mask: Option<PathBuf>,
    /// Draw it on by so many pixels at the left, top, right and bottom
    #[arg(long, value_name = "L,T,R,B", requires = "from")]
    pub(crate) extend: Option<String>,
    /// A checkpoint in folders that has what a file lacks (SD 3, FLUX, Z-Image)
    #[arg(long, value_name = "DIR")]
    pub(crate) base: Option<PathBuf>,
    /// Write so many pictures on the way beside the picture
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) previews: usize,
}

impl Diffusion {
    /// The flags that ask for diffusion.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &'static str> {
        [
            ("--model", self.model.is_some()),
            ("--negative", !self.negative.is_empty()),
            ("--steps", self.steps.is_some()),
            ("--guidance", self.guidance.is_some()),
            ("--scheduler", self.scheduler.is_some()),
            ("--lora", !self.lora.is_empty()),
            ("--from", self.from.is_some()),
            ("--base", self.base.is_some()),
            ("--previews", self.previews > 0),
        ]
        .into_iter()
        .filter_map(|(flag, given)| given.then_some(flag))
    }
}

const IMAGE_EXAMPLES: &str = "\
Examples:
  colophon image \"A lighthouse on a cliff at dusk, a boat returns\" -o lighthouse.png
  colophon image \"竹林里的熊猫\" --size 1280x720 --style watercolour
  colophon image \"A fox in a red scarf in the snow\" -n 4 --seed 7 --json
  colophon image \"a red boat on the sea\" --layers boat -o boat.png
  colophon image \"a lighthouse at dusk, oil painting\" --engine diffusion --seed 3 -o dusk.png
  colophon image \"in winter\" --engine diffusion --from dusk.png --strength 0.5 -o winter.png
  colophon image --engine gan -n 6 --seed 1 -o faces.mp4
  colophon image --engine gan -n 8 --seed 1 --towards 2 -o face.png
  colophon image --engine gan -n 4 --seed 1 --direction mouth=3 --direction hair=-2 -o face.png
  colophon image --engine terrain \"mountain lake at sunset, autumn\" --size 1600x900 -o lake.png
  colophon image \"a boat on the sea in the rain\" --seconds 4 -o rain.gif
  colophon image \"a red fox\" --background transparent -o fox.png
  colophon image upscale small.jpg --factor 4 -o large.png
  colophon image style photo.jpg --like painting.jpg -o painted.png
Pictures are composed from drawn art, and painted over where the style is a painter's. Diffusion models
understand English; fetch one with `colophon models pull --group diffusion`.";

/// What is done to a picture that is there. PNG, JPEG, WebP, GIF and TIFF are read.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Change {
    /// Compose it anew with other seeds: a picture that `colophon image` made
    #[command(after_help = VARY_EXAMPLES)]
    Vary {
        #[command(flatten)]
        files: Files,
        /// How many pictures
        #[arg(short, default_value_t = 4, value_name = "N")]
        n: usize,
        /// Width and height in pixels; default: those of the picture
        #[arg(long, value_name = "WxH")]
        size: Option<String>,
    },
    /// Change what is in it, by instruction: a picture that `colophon image` composed
    #[command(after_help = EDIT_EXAMPLES)]
    Edit {
        #[command(flatten)]
        files: Files,
        /// What changes: add, remove, move, make bigger or smaller, turn; an hour, a weather
        #[arg(value_name = "INSTRUCTION")]
        instruction: String,
    },
    /// Paint it: in a named style, or as a painting is painted
    #[command(after_help = STYLE_EXAMPLES)]
    Style {
        #[command(flatten)]
        files: Files,
        /// A style by name (see `colophon models list --styles`), or s00 to s25
        #[arg(long, value_name = "STYLE", required_unless_present = "like", conflicts_with = "like")]
        style: Option<String>,
        /// Paint as this painting is painted; several are mixed
        #[arg(long, value_name = "FILE")]
        like: Vec<PathBuf>,
        /// Follow the painting closely, by optimisation: takes minutes (with one --like)
        #[arg(long, requires = "like")]
        best: bool,
        /// 0 leaves the picture as it is, 1 takes the style's whole
        #[arg(long, value_name = "X", allow_negative_numbers = true)]
        strength: Option<f32>,
        /// Keep the picture's own colours
        #[arg(long, overrides_with = "own_colour")]
        keep_colour: bool,
        /// Take the style's colours
        #[arg(long)]
        own_colour: bool,
        /// Steps of the optimisation
        #[arg(long, default_value_t = 120, value_name = "N", requires = "best")]
        steps: usize,
        /// What the style weighs against the content in the optimisation
        #[arg(long, default_value_t = 30.0, value_name = "X", requires = "best")]
        weight: f32,
        /// Longest side at which it is optimised, in pixels
        #[arg(long, default_value_t = 512, value_name = "N", requires = "best")]
        longest: usize,
    },
    /// Let a network dream into it what the network is used to see
    #[command(after_help = DREAM_EXAMPLES)]
    Dream {
        #[command(flatten)]
        files: Files,
        /// conv1_1 to conv5_3: strokes first, then patterns, then parts of things
        #[arg(long, default_value = "conv5_1", value_name = "LAYER")]
        layer: String,
        /// Only one feature of the layer
        #[arg(long, value_name = "N")]
        channel: Option<usize>,
        /// Dream of what is in this picture
        #[arg(long, value_name = "FILE")]
        guide: Option<PathBuf>,
        /// Sizes at which it dreams, small to large
        #[arg(long, default_value_t = 4, value_name = "N")]
        octaves: usize,
        /// Steps at each size
        #[arg(long, default_value_t = 10, value_name = "N")]
        steps: usize,
        /// How far a step goes
        #[arg(long, default_value_t = 0.012, value_name = "X", allow_negative_numbers = true)]
        rate: f32,
        /// Length of a film that falls into the dream, in seconds, where the file is an .mp4 (default 8); a .gif or
        /// .webp file moves where this is given
        #[arg(long, value_name = "X", allow_negative_numbers = true)]
        seconds: Option<f64>,
    },
    /// Enlarge it
    #[command(after_help = UPSCALE_EXAMPLES)]
    Upscale {
        #[command(flatten)]
        files: Files,
        /// 2 or 4
        #[arg(long, default_value_t = 4, value_name = "N")]
        factor: usize,
        /// fast (faithful), best (slow, restores damage, invents texture) or drawing
        #[arg(long, default_value = "fast", value_name = "QUALITY")]
        quality: String,
    },
    /// Cut people out, or put something else behind them
    #[command(after_help = CUTOUT_EXAMPLES)]
    Cutout {
        #[command(flatten)]
        files: Files,
        /// What comes behind them: a colour such as #ffcc00, `blur`, or a picture file; nothing when
        /// left out
        #[arg(long, value_name = "WHAT")]
        behind: Option<String>,
    },
    /// Remove something, and fill the hole from around it
    #[command(after_help = REMOVE_EXAMPLES)]
    Remove {
        #[command(flatten)]
        files: Files,
        /// A picture of the same size: light pixels are removed, or clear ones where it has any
        #[arg(long, value_name = "FILE", required_unless_present = "boxes", conflicts_with = "boxes")]
        mask: Option<PathBuf>,
        /// A box to remove, in pixels; may be given several times
        #[arg(long = "box", value_name = "LEFT,TOP,WIDTH,HEIGHT", id = "boxes")]
        boxes: Vec<String>,
    },
    /// Draw it with a pencil
    #[command(after_help = SKETCH_EXAMPLES)]
    Sketch {
        #[command(flatten)]
        files: Files,
        /// How dark the hatching is, 0 to 1; 0 leaves lines alone
        #[arg(long, default_value_t = 0.6, value_name = "X", allow_negative_numbers = true)]
        shade: f32,
        /// How dark the lines are, 0 to 1
        #[arg(long, default_value_t = 0.9, value_name = "X", allow_negative_numbers = true)]
        lines: f32,
    },
    /// Grade its light and colour
    #[command(after_help = GRADE_EXAMPLES)]
    Grade {
        #[command(flatten)]
        files: Files,
        /// auto, mono, warm, cool, faded or noir; what else is said is added to it
        #[arg(long, value_name = "LOOK")]
        look: Option<String>,
        /// Light in stops: 1 doubles it
        #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
        exposure: f32,
        /// -1 to 1
        #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
        contrast: f32,
        /// -1 (grey) to 1
        #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
        saturation: f32,
        /// -1 (blue) to 1 (yellow)
        #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
        warmth: f32,
        /// -1 (green) to 1 (magenta)
        #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
        tint: f32,
        /// 0 to 1: darker towards the corners
        #[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
        vignette: f32,
    },
    /// Cut it to another shape around what draws the eye
    #[command(after_help = CROP_EXAMPLES)]
    Crop {
        #[command(flatten)]
        files: Files,
        /// Width to height, such as 16:9 or 1:1
        #[arg(long, value_name = "W:H", required_unless_present = "size")]
        aspect: Option<String>,
        /// Width and height in pixels to which it is scaled
        #[arg(long, value_name = "WxH", conflicts_with = "aspect")]
        size: Option<String>,
    },
    /// Lay several pictures on one sheet
    #[command(after_help = SHEET_EXAMPLES)]
    Sheet {
        #[command(flatten)]
        files: Files,
        /// More pictures
        #[arg(value_name = "FILES")]
        more: Vec<PathBuf>,
        /// Pictures in a row; default: about as many as rows
        #[arg(long, value_name = "N")]
        columns: Option<usize>,
        /// Side of the square that a picture fits into, in pixels
        #[arg(long, default_value_t = 320, value_name = "N")]
        cell: u32,
        /// Leave the names out
        #[arg(long)]
        no_names: bool,
    },
}

/// What every change takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Files {
    /// The picture
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The file (.png, .jpg or .webp); default: the picture's name with the change's name, PNG
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The same seed gives the same picture
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// One JSON document on stdout: file, receipt, place in the log
    #[arg(long)]
    pub(crate) json: bool,
}

impl Change {
    /// The files, and the name of the change.
    pub(crate) fn files(&self) -> (&Files, &'static str) {
        match self {
            Self::Vary { files, .. } => (files, "vary"),
            Self::Edit { files, .. } => (files, "edit"),
            Self::Style { files, .. } => (files, "style"),
            Self::Dream { files, .. } => (files, "dream"),
            Self::Upscale { files, .. } => (files, "upscale"),
            Self::Cutout { files, .. } => (files, "cutout"),
            Self::Remove { files, .. } => (files, "remove"),
            Self::Sketch { files, .. } => (files, "sketch"),
            Self::Grade { files, .. } => (files, "grade"),
            Self::Crop { files, .. } => (files, "crop"),
            Self::Sheet { files, .. } => (files, "sheet"),
        }
    }
}

const VARY_EXAMPLES: &str = "\
Examples:
  colophon image vary lighthouse.png -n 4 -o other.png
  colophon image vary lighthouse.png -n 1 --size 1920x1080";
const STYLE_EXAMPLES: &str = "\
Examples:
  colophon image style photo.jpg --style oil -o oil.png
  colophon image style photo.jpg --like starry-night.jpg -o painted.png
  colophon image style photo.jpg --like one.jpg --like two.jpg --keep-colour
  colophon image style photo.jpg --like starry-night.jpg --best --steps 200";
const DREAM_EXAMPLES: &str = "\
Examples:
  colophon image dream clouds.jpg -o dream.png
  colophon image dream clouds.jpg --layer conv4_3 --octaves 6 --seed 3
  colophon image dream clouds.jpg --guide flowers.jpg";
const UPSCALE_EXAMPLES: &str = "\
Examples:
  colophon image upscale small.png -o large.png
  colophon image upscale old-photo.jpg --factor 2 --quality best";
const CUTOUT_EXAMPLES: &str = "\
Examples:
  colophon image cutout portrait.jpg -o cut.png
  colophon image cutout portrait.jpg --behind blur
  colophon image cutout portrait.jpg --behind '#2e5aac'
  colophon image cutout portrait.jpg --behind beach.jpg";
const REMOVE_EXAMPLES: &str = "\
Examples:
  colophon image remove street.jpg --box 410,220,90,160 -o clean.png
  colophon image remove street.jpg --mask mask.png";
const SKETCH_EXAMPLES: &str = "\
Examples:
  colophon image sketch house.jpg -o sketch.png
  colophon image sketch house.jpg --shade 0";
const GRADE_EXAMPLES: &str = "\
Examples:
  colophon image grade dull.jpg --look auto -o clear.png
  colophon image grade street.jpg --look noir
  colophon image grade beach.jpg --warmth 0.3 --exposure 0.2 --vignette 0.4";
const CROP_EXAMPLES: &str = "\
Examples:
  colophon image crop photo.jpg --aspect 1:1 -o square.png
  colophon image crop photo.jpg --size 1280x720";
const SHEET_EXAMPLES: &str = "\
Examples:
  colophon image sheet one.png two.jpg three.webp -o sheet.png
  colophon image sheet *.png --columns 4 --cell 400 --no-names";
const EDIT_EXAMPLES: &str = "\
Examples:
  colophon image edit harbour.png \"move the moon left, make it winter\" -o winter.png
  colophon image edit harbour.png \"remove the boat and add a dog\"
  colophon image edit harbour.png \"把灯塔放大，改成夜晚\"";
