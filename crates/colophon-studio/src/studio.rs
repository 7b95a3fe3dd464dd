//! The studio itself: opened once, used by every surface.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use colophon_hub::{Hub, HubOptions};
use colophon_ledger::{Ledger, VerifiedProof, verify_witnessed_proof};
use colophon_objects::Cache;
use colophon_seal::{LocalAuthority, Sealer, SealerConfig, SoundLabel, SpokenLabel, TimeStamper};
use colophon_store::Store;
use colophon_types::{Cores, Recorder};

use crate::checkpoints::Checkpoints;
use crate::jobs::{Floor, Line};
use crate::label_voice::LabelVoice;
use crate::language::Languages;
use crate::loaded::{Encoders, Guards, Recognisers};
use crate::neural_marks::NeuralMarks;
use crate::shared_log::{self, SharedLog};
use crate::stamps::WebStamper;
use crate::{Config, StudioError};

/// Name of the log in its checkpoints.
const LOG_ORIGIN: &str = "colophon.local/log";
/// Who produced a work, where the settings name no one.
const PRODUCER: &str = "Colophon-local-user";

/// A studio. Threading contract: may be shared; films made at the same time share its cores.
pub struct Studio {
    pub(crate) config: Config,
    pub(crate) home: PathBuf,
    pub(crate) hub: Arc<Hub>,
    pub(crate) cores: Cores,
    /// Held while log or keys are opened: two at once would make two of each.
    pub(crate) opening: Mutex<()>,
    pub(crate) store: OnceLock<Store>,
    pub(crate) objects: OnceLock<Cache>,
    pub(crate) floor: Floor,
    ledger: OnceLock<Arc<Ledger>>,
    sealer: RwLock<Option<Arc<Sealer>>>,
    pub(crate) neural: NeuralMarks,
    pub(crate) languages: OnceLock<Languages>,
    pub(crate) checkpoints: OnceLock<Checkpoints>,
    pub(crate) encoders: Encoders,
    pub(crate) guards: Guards,
    pub(crate) line: Line,
    pub(crate) recognisers: Recognisers,
}

impl Studio {
    /// Opens a studio. Nothing is read or made but the catalogue; keys and log are opened when they
    /// are first needed.
    ///
    /// # Errors
    /// [`StudioError`] when no data folder is known or the catalogue is broken.
    pub fn open(config: Config) -> Result<Self, StudioError> {
        let home = config.home()?;
        let mut options = HubOptions::from_env();
        options.offline |= config.offline;
        if config.mirror.is_some() {
            options.mirror = config.mirror.clone();
        }
        let hub = Arc::new(Hub::open(home.join("models"), options)?);
        let cores = config.threads.map_or_else(Cores::of_this_machine, Cores::new);
        Ok(Self {
            config,
            home,
            hub,
            cores,
            opening: Mutex::new(()),
            store: OnceLock::new(),
            objects: OnceLock::new(),
            floor: Floor::default(),
            ledger: OnceLock::new(),
            sealer: RwLock::new(None),
            neural: NeuralMarks::default(),
            languages: OnceLock::new(),
            checkpoints: OnceLock::new(),
            encoders: Encoders::default(),
            guards: Guards::default(),
            line: Line::default(),
            recognisers: Recognisers::default(),
        })
    }

    /// The models.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The data folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The ffmpeg program.
    pub fn ffmpeg(&self) -> PathBuf {
        self.config.ffmpeg.clone().unwrap_or_else(|| "ffmpeg".into())
    }

    /// The log, made on first use, with all that other machines appended.
    ///
    /// # Errors
    /// [`StudioError::Ledger`] when it cannot be opened or is damaged.
    pub fn ledger(&self) -> Result<&Arc<Ledger>, StudioError> {
        if !self.follows_log() {
            if let Some(ledger) = self.ledger.get() {
                return Ok(ledger);
            }
            let _turn = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
            return self.open_ledger();
        }
        // Opened in a turn of its own.
        let store = self.store()?;
        if let Some(ledger) = self.ledger.get() {
            shared_log::catch_up(ledger, store)?;
            return Ok(ledger);
        }
        let keys = self.home.join("keys").join("log.key");
        if store.log_size()?.is_some() && !keys.exists() {
            return Err(StudioError::OtherStudio("it has no keys".into()));
        }
        let _turn = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ledger) = self.ledger.get() {
            return Ok(ledger);
        }
        let ledger = Arc::new(Ledger::open(&self.home.join("log"), LOG_ORIGIN, &keys)?);
        SharedLog::new(Arc::clone(&ledger), store.clone(), true).join()?;
        Ok(self.ledger.get_or_init(|| ledger))
    }

    /// Whether there is a log; asking makes none.
    pub(crate) fn has_log(&self) -> bool {
        let there = || self.store().is_ok_and(|store| store.log_size().is_ok_and(|size| size.is_some()));
        self.home.join("log").join("checkpoint").exists() || (self.follows_log() && there())
    }

    /// The log; `opening` must be held.
    fn open_ledger(&self) -> Result<&Arc<Ledger>, StudioError> {
        if let Some(ledger) = self.ledger.get() {
            return Ok(ledger);
        }
        let key = self.home.join("keys").join("log.key");
        let ledger = Ledger::open(&self.home.join("log"), LOG_ORIGIN, &key)?;
        Ok(self.ledger.get_or_init(|| Arc::new(ledger)))
    }

    /// The seal, as the settings want it.
    pub(crate) fn sealer(&self) -> Result<Arc<Sealer>, StudioError> {
        let held = || self.sealer.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(sealer) = held() {
            return Ok(sealer);
        }
        // Reads the records, which opens them in a turn of its own.
        let settings = self.effective_config()?;
        let store = match &self.config.database {
            None => None,
            Some(_) => Some(self.store()?.clone()),
        };
        if !self.follows_log() && store.as_ref().map_or(Ok(None), Store::log_size)?.is_some() {
            let message = "the other machines of this studio keep files in an object store, and the log in the \
                           database: set COLOPHON_OBJECTS as they do";
            return Err(StudioError::Config(message.into()));
        }
        let ledger = Arc::clone(self.ledger()?);
        let _turn = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sealer) = held() {
            return Ok(sealer);
        }
        let remote = settings.remote_signer()?;
        let certificate = match (&settings.certificate, &settings.private_key) {
            _ if remote.is_some() => None,
            (Some(chain), Some(key)) => Some((chain.clone(), key.clone())),
            (None, None) => None,
            _ => {
                return Err(StudioError::Config(
                    "a certificate and its private key must be given together".into(),
                ));
            }
        };
        let [code, propagator] = settings.provider.codes()?;
        let name = settings.producer.clone().unwrap_or_else(|| PRODUCER.into());
        let (in_words, place) = settings.label.of_sounds()?;
        let spoken = in_words.then(|| {
            let (hub, cache) = (Arc::clone(&self.hub), self.home.join("cache"));
            Arc::new(LabelVoice::new(hub, cache, self.cores.total())) as Arc<dyn SpokenLabel>
        });
        let config = SealerConfig {
            keys_dir: self.home.join("keys"),
            certificate,
            remote,
            trust_anchors: settings.trust_anchors.clone(),
            producer: code.map_or(name, |code| code.to_string()),
            propagator: propagator.map(|code| code.to_string()),
            aigc_key: settings.provider.signing_key()?,
            label: settings.label.options(&self.home)?,
            sound_label: SoundLabel { spoken, place },
            ffmpeg: self.ffmpeg(),
            stamper: self.stamper(&settings)?,
            protected: Some(Arc::new(self.protected_list(&settings)?)),
            watermarks: self.neural_marks(),
        };
        let ledger: Arc<dyn Recorder> = match store {
            None => ledger as Arc<dyn Recorder>,
            Some(store) => Arc::new(SharedLog::new(ledger, store, self.follows_log())),
        };
        let sealer = Arc::new(Sealer::open(config, ledger)?);
        *self.sealer.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&sealer));
        Ok(sealer)
    }

    /// Lets the next work open the seal anew.
    pub(crate) fn forget_sealer(&self) {
        *self.sealer.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Who stamps signatures, as the settings say.
    pub(crate) fn stamper(&self, settings: &Config) -> Result<Option<Arc<dyn TimeStamper>>, StudioError> {
        Ok(match settings.time_stamps.as_deref() {
            None | Some("none") => None,
            Some("local") => Some(Arc::new(LocalAuthority::open(&self.home.join("keys"))?)),
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
                Some(Arc::new(WebStamper::new(url)))
            }
            Some(other) => {
                let message =
                    format!("time stamps come from an http(s) address, 'local' or 'none', not '{other}'");
                return Err(StudioError::Config(message));
            }
        })
    }

    /// The proof that a file is in the log, under a checkpoint that enough witnesses signed where one covers
    /// it.
    ///
    /// # Errors
    /// [`StudioError::Ledger`] for a file that is not in the log.
    pub fn prove(&self, sha256: &str) -> Result<String, StudioError> {
        Ok(self.ledger()?.prove_witnessed(sha256, &self.config.witness_policy()?)?)
    }

    /// Checks a log proof of this studio's log, and that enough witnesses signed its checkpoint.
    ///
    /// # Errors
    /// [`StudioError::Ledger`] when the proof does not hold.
    pub fn check_proof(&self, proof: &str) -> Result<VerifiedProof, StudioError> {
        let policy = self.config.witness_policy()?;
        Ok(verify_witnessed_proof(proof, self.ledger()?.verifier_key(), &policy)?)
    }
}
