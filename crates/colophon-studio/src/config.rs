//! Settings: `colophon.toml`, then `COLOPHON_*` variables, then flags; all declared here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use colophon_seal::{
    Agreement, AigcKey, CommandSigner, Corner, KnownSigners, LabelOptions, LabelProfile, ProviderCode,
    RemoteSigner, SoundPlace,
};
use colophon_text::RemoteOptions;
use serde::Deserialize;

use crate::oidc::OidcConfig;
use crate::{CheckpointOptions, LanguageOptions, StudioError};

/// The settings of one program run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept. `COLOPHON_HOME`; default: the platform's data directory.
    pub home: Option<PathBuf>,
    /// Never touch the network. `COLOPHON_OFFLINE=1`.
    pub offline: bool,
    /// Processor cores to use. `COLOPHON_THREADS`; default: all that the system allows.
    pub threads: Option<usize>,
    /// Language model for scripts. `COLOPHON_MODEL`.
    pub model: Option<String>,
    /// The ffmpeg program. `COLOPHON_FFMPEG`; default: `ffmpeg` on the path.
    pub ffmpeg: Option<PathBuf>,
    /// A folder laid out as `id/file` from which models are taken before the network is asked.
    /// `COLOPHON_MIRROR`.
    pub mirror: Option<PathBuf>,
    /// Who answers for the content, as written into the `AIGC` field: a provider code of 27
    /// characters, or any name of printable ASCII characters. `COLOPHON_PRODUCER`.
    pub producer: Option<String>,
    /// Who signs in place of a key in a file.
    pub signer: SignerConfig,
    /// Who vouches for the log.
    pub log: LogConfig,
    /// Registered codes and the key of the provider.
    pub provider: ProviderConfig,
    /// Signing certificate chain (PEM) of your own, with its key. `COLOPHON_CERTIFICATE`.
    pub certificate: Option<PathBuf>,
    /// Private key (PEM, PKCS#8) of that certificate. `COLOPHON_PRIVATE_KEY`.
    pub private_key: Option<PathBuf>,
    /// Certificates (PEM) that make a credential count as trusted. `COLOPHON_TRUST_ANCHORS`.
    pub trust_anchors: Option<PathBuf>,
    /// Who stamps signatures with the time (RFC 3161): the http(s) address of an authority, `local` for
    /// one inside this program, which proves no more than this machine's clock, or `none` (the default).
    /// `COLOPHON_TIME_STAMPS`.
    pub time_stamps: Option<String>,
    /// What happens to a result that is like a protected work (`colophon protect`): `refuse` (the
    /// default) or `report`, which tells it in the receipt.
    pub protected: Option<String>,
    /// Where jobs, gallery and people are kept: the `postgres://` address of a database that several
    /// machines share; by default a file in the data folder. `COLOPHON_DATABASE`.
    pub database: Option<String>,
    /// The `nats://` address of a broker with JetStream that hands out the jobs of that database and tells
    /// their events; several with commas. `COLOPHON_NATS`.
    pub nats: Option<String>,
    /// Where files are kept instead of in the data folder, which machines then need not share:
    /// `s3://bucket/prefix?endpoint=…&region=…`, with keys from the environment alone, or the absolute path of
    /// a folder that all of them mount. `COLOPHON_OBJECTS`.
    pub objects: Option<String>,
    /// The visible label.
    pub label: LabelConfig,
    /// What is looked at before it is made.
    pub policy: PolicyConfig,
    /// How long things are kept.
    pub retention: RetentionConfig,
    /// Language engines.
    pub text: TextConfig,
    /// Picture engines.
    pub pictures: PictureConfig,
    /// Who tells the server who people are, besides passwords and keys.
    pub oidc: Option<OidcConfig>,
}

/// A program that signs credentials (`[signer]` in the file), with the chain in `certificate`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignerConfig {
    /// Program and arguments. It gets the bytes on its standard input and gives the raw signature on its
    /// standard output.
    pub command: Vec<String>,
    /// Seconds that it may take for one signature; default 20.
    pub seconds: Option<u64>,
}

/// Who vouches for the log (`[log]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// How many witnesses must have signed a checkpoint; default 0.
    pub quorum: usize,
    /// The witnesses.
    pub witnesses: Vec<WitnessConfig>,
}

/// A witness of the log (`[[log.witnesses]]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WitnessConfig {
    /// Its key: `name+id+key`, of type 4 (Ed25519 cosignatures).
    pub key: String,
    /// The http(s) address before `/add-checkpoint`; none where files are exchanged.
    pub url: Option<String>,
}

/// Refuses the name of a producer that has the form of a provider code and is none.
pub(crate) fn producer(name: Option<&str>) -> Result<(), StudioError> {
    match name.filter(|name| colophon_seal::is_provider_code(name)).map(ProviderCode::parse) {
        Some(Err(wrong)) => {
            let name = name.unwrap_or_default();
            Err(StudioError::Config(format!(
                "the producer '{name}' has the form of a provider code, but it {wrong}"
            )))
        }
        Some(Ok(_)) | None => Ok(()),
    }
}

/// Who answers for content under Chinese law (`[provider]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderConfig {
    /// The provider code, which then is the `AIGC` field's `ContentProducer` in place of `producer`.
    /// `COLOPHON_PROVIDER_CODE`.
    pub code: Option<String>,
    /// The code as the propagator of content that another produced; default: `code`.
    /// `COLOPHON_PROPAGATOR_CODE`.
    pub propagator: Option<String>,
    /// Private SM2 key (PEM, PKCS#8) that signs `AIGC` fields. `COLOPHON_PROVIDER_KEY`.
    pub key: Option<PathBuf>,
    /// Public SM2 keys or certificates (PEM) of signers whose `AIGC` fields count as theirs.
    pub known_signers: Vec<PathBuf>,
}

impl ProviderConfig {
    /// The codes as producer and as propagator.
    ///
    /// # Errors
    /// [`StudioError::Config`] for one that is none.
    pub fn codes(&self) -> Result<[Option<ProviderCode>; 2], StudioError> {
        let read = |name: &str, code: &Option<String>| match code {
            Some(code) => ProviderCode::parse(code)
                .map(Some)
                .map_err(|wrong| StudioError::Config(format!("the {name} code '{code}' {wrong}"))),
            None => Ok(None),
        };
        Ok([read("provider", &self.code)?, read("propagator", &self.propagator)?])
    }

    pub(crate) fn signing_key(&self) -> Result<Option<AigcKey>, StudioError> {
        Ok(self.key.as_deref().map(AigcKey::open).transpose()?)
    }

    /// Keys of signers: the own one, and those that are configured.
    pub(crate) fn signers(&self) -> Result<KnownSigners, StudioError> {
        let mut signers = KnownSigners::default();
        if let Some(key) = self.signing_key()? {
            signers.add(&key);
        }
        self.known_signers.iter().try_for_each(|file| signers.add_file(file))?;
        Ok(signers)
    }
}

/// Settings of the visible label (`[label]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelConfig {
    /// Whose law's wording it has: `all` (the default), `cn`, `eu`, `us`. `COLOPHON_LABEL_PROFILE`.
    pub profile: Option<String>,
    /// The corner in which pictures and films carry it: `top-left` (the default), `top-right`,
    /// `bottom-left`, `bottom-right`. `COLOPHON_LABEL_CORNER`.
    pub corner: Option<String>,
    /// What sounds have: `rhythm` (the default), or `speech`, which says it in words.
    /// `COLOPHON_LABEL_SOUND`.
    pub sound: Option<String>,
    /// Where sounds have it: `start` (the default), `middle` or `end`; those that are sent or encoded
    /// while they grow have it at their start.
    pub sound_place: Option<String>,
    /// Who agrees to get content without it, and why: given with each run of the program, never in the
    /// settings file.
    #[serde(skip)]
    pub agreement: Option<(String, String)>,
}

/// What is looked at before it is made (`[policy]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// What happens to prompts that the guard flags: `off` (the default: nobody looks), `report` (it is
    /// noted in the audit log), `refuse` (it is noted and refused). `COLOPHON_MODERATION`.
    pub moderation: Option<String>,
}

/// How long things are kept (`[retention]` in the file). The audit log is kept for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Days after its end for which a job is kept, with its events; default 90, 0 for ever.
    pub jobs_days: Option<u32>,
    /// Days after which works go into the trash; without it they stay.
    pub works_days: Option<u32>,
}

impl LabelConfig {
    /// Whether sounds have it in words, and where.
    pub(crate) fn of_sounds(&self) -> Result<(bool, SoundPlace), StudioError> {
        let spoken = match self.sound.as_deref() {
            None | Some("rhythm") => false,
            Some("speech") => true,
            Some(other) => {
                let message = format!("the label of sounds is rhythm or speech, not '{other}'");
                return Err(StudioError::Config(message));
            }
        };
        let place = match &self.sound_place {
            Some(name) => SoundPlace::named(name).ok_or_else(|| {
                StudioError::Config(format!(
                    "the label of sounds is at the start, middle or end, not '{name}'"
                ))
            })?,
            None => SoundPlace::default(),
        };
        Ok((spoken, place))
    }

    pub(crate) fn options(&self, home: &Path) -> Result<LabelOptions, StudioError> {
        let profile = match &self.profile {
            Some(name) => LabelProfile::named(name).ok_or_else(|| {
                StudioError::Config(format!("the label's profile is all, cn, eu or us, not '{name}'"))
            })?,
            None => LabelProfile::default(),
        };
        let corner = match &self.corner {
            Some(name) => Corner::named(name).ok_or_else(|| {
                let known = "top-left, top-right, bottom-left or bottom-right";
                StudioError::Config(format!("the label's corner is {known}, not '{name}'"))
            })?,
            None => Corner::default(),
        };
        let kept_in = home.join("agreements.jsonl");
        let hidden = self.agreement.clone().map(|(who, why)| Agreement { who, why, kept_in });
        Ok(LabelOptions { corner, profile, hidden })
    }
}

/// Settings of the picture engines (`[pictures]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PictureConfig {
    /// From this score on, in hundredths, a picture that is brought or made is refused as unfit to be
    /// shown everywhere; default 90. 0 lets every picture pass unseen.
    pub nudity_limit: Option<u8>,
    /// Diffusion models of your own by name: checkpoints in folders, or safetensors files. The server
    /// offers these and those of the catalogue.
    pub checkpoints: BTreeMap<String, PathBuf>,
    /// Diffusion models that stay loaded for the next picture; default 1. 0 keeps none.
    pub loaded: Option<usize>,
    /// Seconds after which an unused diffusion model is unloaded; default 900.
    pub idle_seconds: Option<u64>,
}

/// Settings of the language engines (`[text]` in the file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextConfig {
    /// Requests that run at the same time in each engine; default 4.
    pub slots: Option<usize>,
    /// Tokens of context of one request; default 4096, or the model's own limit. Each of the `slots`
    /// has a cache of so many tokens.
    pub context: Option<usize>,
    /// Engines that may be loaded at once; default 2.
    pub loaded: Option<usize>,
    /// Seconds after which an unused engine is unloaded; default 900.
    pub idle_seconds: Option<u64>,
    /// Models at other servers.
    pub remote: Vec<RemoteConfig>,
}

/// A model at another server that speaks the OpenAI API (`[[text.remote]]` in the file). What it
/// writes is sealed like everything else; its sampler is not ours, so it carries no watermark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteConfig {
    /// The name to ask for it by.
    pub id: String,
    /// Base address up to and with `/v1`.
    pub url: String,
    /// The model's name at that server; default: `id`.
    pub model: Option<String>,
    /// The environment variable that holds the key; none where the server wants none.
    pub key_env: Option<String>,
    /// Tokens of its context; default 8192.
    pub context: Option<usize>,
    /// How often a request that failed before its first word is tried again; default 2.
    pub retries: Option<u32>,
    /// Longest silence in seconds; default 120.
    pub silence_seconds: Option<u64>,
    /// Requests at the same time; default 32.
    pub at_once: Option<usize>,
    /// Whether the server knows `top_k`, `min_p` and the like, as vLLM and llama.cpp do.
    pub extended: bool,
    /// Licence or terms of what it writes, for the receipt.
    pub licence: Option<String>,
}

impl RemoteConfig {
    /// How the server is reached.
    ///
    /// # Errors
    /// [`StudioError::Config`] when the key is not in the environment.
    pub(crate) fn options(&self) -> Result<RemoteOptions, StudioError> {
        let key = match &self.key_env {
            Some(name) => Some(env_text(name).ok_or_else(|| {
                StudioError::Config(format!("the key of '{}' is expected in the variable {name}", self.id))
            })?),
            None => None,
        };
        let usual =
            RemoteOptions::new(self.url.clone(), self.model.clone().unwrap_or_else(|| self.id.clone()));
        Ok(RemoteOptions {
            key,
            context: self.context.unwrap_or(usual.context).max(256),
            retries: self.retries.unwrap_or(usual.retries).min(10),
            silence: self.silence_seconds.map_or(usual.silence, |s| Duration::from_secs(s.max(1))),
            at_once: self.at_once.unwrap_or(usual.at_once).max(1),
            extended: self.extended,
            ..usual
        })
    }
}

/// The file of a certificate chain, and who signs for it.
type ChainAndSigner = (PathBuf, Arc<dyn RemoteSigner>);

impl Config {
    /// Reads `colophon.toml` (the file given, else the one in the working directory, else the one in
    /// the home folder) and lays the environment over it.
    ///
    /// # Errors
    /// [`StudioError::Config`] for an unreadable file, a value of the wrong form, or a provider code
    /// that is none.
    pub fn load(file: Option<&Path>) -> Result<Self, StudioError> {
        let mut config = match file {
            Some(path) => Self::read(path)?,
            None => {
                let local = PathBuf::from("colophon.toml");
                let at_home =
                    env_path("COLOPHON_HOME").or_else(default_home).map(|h| h.join("colophon.toml"));
                match [Some(local), at_home].into_iter().flatten().find(|p| p.is_file()) {
                    Some(path) => Self::read(&path)?,
                    None => Self::default(),
                }
            }
        };
        config.lay_environment_over()?;
        config.provider.codes()?;
        producer(config.producer.as_deref())?;
        config.witness_policy()?;
        config.label.of_sounds()?;
        for url in config.log.witnesses.iter().filter_map(|w| w.url.as_deref()) {
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(StudioError::Config(format!("a witness has an http(s) address, not '{url}'")));
            }
        }
        Ok(config)
    }

    fn read(path: &Path) -> Result<Self, StudioError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|e| StudioError::Config(format!("cannot read {shown}: {e}")))?;
        toml::from_str(&text).map_err(|e| {
            StudioError::Config(format!("{shown} is broken: {}", e.message().replace('\n', " ")))
        })
    }

    fn lay_environment_over(&mut self) -> Result<(), StudioError> {
        let paths = [
            ("COLOPHON_HOME", &mut self.home),
            ("COLOPHON_FFMPEG", &mut self.ffmpeg),
            ("COLOPHON_MIRROR", &mut self.mirror),
            ("COLOPHON_CERTIFICATE", &mut self.certificate),
            ("COLOPHON_PRIVATE_KEY", &mut self.private_key),
            ("COLOPHON_TRUST_ANCHORS", &mut self.trust_anchors),
            ("COLOPHON_PROVIDER_KEY", &mut self.provider.key),
        ];
        for (name, slot) in paths {
            if let Some(value) = env_path(name) {
                *slot = Some(value);
            }
        }
        for (name, slot) in [
            ("COLOPHON_MODEL", &mut self.model),
            ("COLOPHON_PRODUCER", &mut self.producer),
            ("COLOPHON_PROVIDER_CODE", &mut self.provider.code),
            ("COLOPHON_PROPAGATOR_CODE", &mut self.provider.propagator),
            ("COLOPHON_DATABASE", &mut self.database),
            ("COLOPHON_NATS", &mut self.nats),
            ("COLOPHON_OBJECTS", &mut self.objects),
            ("COLOPHON_TIME_STAMPS", &mut self.time_stamps),
            ("COLOPHON_MODERATION", &mut self.policy.moderation),
            ("COLOPHON_LABEL_PROFILE", &mut self.label.profile),
            ("COLOPHON_LABEL_CORNER", &mut self.label.corner),
            ("COLOPHON_LABEL_SOUND", &mut self.label.sound),
        ] {
            if let Some(value) = env_text(name) {
                *slot = Some(value);
            }
        }
        if let Some(value) = env_text("COLOPHON_OFFLINE") {
            self.offline = !matches!(value.as_str(), "0" | "false" | "no");
        }
        if let Some(value) = env_text("COLOPHON_THREADS") {
            let threads = value.parse().ok().filter(|n| (1..=1024).contains(n)).ok_or_else(|| {
                StudioError::Config(format!("COLOPHON_THREADS must be a number of cores, not '{value}'"))
            })?;
            self.threads = Some(threads);
        }
        Ok(())
    }

    /// The program that signs, with the certificate chain of its key.
    pub(crate) fn remote_signer(&self) -> Result<Option<ChainAndSigner>, StudioError> {
        if self.signer.command.is_empty() {
            return Ok(None);
        }
        let (Some(chain), None) = (&self.certificate, &self.private_key) else {
            let message =
                "`signer.command` needs the chain of its key in `certificate`, and no `private_key`";
            return Err(StudioError::Config(message.into()));
        };
        let limit = Duration::from_secs(self.signer.seconds.unwrap_or(20).clamp(1, 600));
        let signer = CommandSigner::new(self.signer.command.clone(), limit)?;
        Ok(Some((chain.clone(), Arc::new(signer))))
    }

    pub(crate) fn language(&self) -> LanguageOptions {
        let usual = LanguageOptions::default();
        let text = &self.text;
        LanguageOptions {
            slots: text.slots.unwrap_or(usual.slots).clamp(1, 64),
            context: text.context.unwrap_or(usual.context).clamp(256, 1 << 20),
            loaded: text.loaded.unwrap_or(usual.loaded).max(1),
            idle: text.idle_seconds.map_or(usual.idle, Duration::from_secs),
        }
    }

    pub(crate) fn checkpoints(&self) -> CheckpointOptions {
        let (usual, pictures) = (CheckpointOptions::default(), &self.pictures);
        CheckpointOptions {
            loaded: pictures.loaded.unwrap_or(usual.loaded),
            idle: pictures.idle_seconds.map_or(usual.idle, Duration::from_secs),
        }
    }

    /// The folder of models, works, keys and the log.
    ///
    /// # Errors
    /// [`StudioError::Config`] when no home folder is set or known.
    pub fn home(&self) -> Result<PathBuf, StudioError> {
        self.home.clone().or_else(default_home).ok_or_else(|| {
            StudioError::Config("no data folder is known on this system; set COLOPHON_HOME".into())
        })
    }
}

fn default_home() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    etcetera::choose_base_strategy().ok().map(|base| base.data_dir().join("colophon"))
}

fn env_text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn env_path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)
}
