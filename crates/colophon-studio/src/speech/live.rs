//! Speech as it is spoken: each sentence is sent as soon as it sounds.

use colophon_audio::{Performance, mix};
use colophon_seal::{SealedSound, SoundPiece, SoundSeal};
use colophon_types::{Cancel, Cancelled, NoProgress, Pcm, WorkId};

use super::prepare::{ENDS, GROWING_CEILING, Prepared, SpeechRequest, receipt};
use crate::{Studio, StudioError};

/// A speech while it is being spoken.
pub enum LiveSpeech {
    /// The work has begun: its number.
    Begun(WorkId),
    /// Bytes of the sound.
    Piece(SoundPiece),
    /// The end, with the marks of the whole; its last bytes came before.
    Done(Box<SealedSound>),
}

impl Studio {
    /// Speaks a text sentence by sentence: each is sent to `sink` as soon as it is spoken, the first
    /// sentence clause by clause; false from the sink stops the work. The credential of the whole,
    /// which cannot stand at the start of a stream, is kept in the folder `works`.
    ///
    /// # Errors
    /// As [`Self::speak`].
    pub fn speak_live(
        &self,
        request: &SpeechRequest,
        cancel: &Cancel,
        sink: &mut dyn FnMut(LiveSpeech) -> bool,
    ) -> Result<(), StudioError> {
        let Prepared { mut recital, dictionary, voice, voices, mut narrator, uses, sealer, lease } =
            self.prepare(request, &NoProgress, cancel)?;
        recital.start_early(&dictionary);
        let rate = narrator.sample_rate();
        let receipt = receipt(request, &voices, recital.lang, narrator.engine_version(), uses)?;
        let work = receipt.work_id.clone();
        let mut give = |event| if sink(event) { Ok(()) } else { Err(StudioError::from(Cancelled)) };
        let mut begun = Some((sealer, receipt));
        let mut seal: Option<SoundSeal> = None;
        // The loudness of the whole is that of its first sentence, about: a voice keeps its own.
        let mut gain = None;
        let mut performance = Performance::new(&recital, voice, request.speed);
        while let Some(performed) = performance.next(&mut narrator, cancel)? {
            let spoken = performed.spoken.sound;
            // The work begins with its first sentence: until then it can be refused as a whole.
            if let Some((sealer, receipt)) = begun.take() {
                let level = mix::target_level();
                let (growing, first) =
                    SoundSeal::begin(sealer, receipt, request.format, rate, level, cancel)?;
                seal = Some(growing);
                give(LiveSpeech::Begun(work.clone()))?;
                give(LiveSpeech::Piece(first))?;
            }
            let gain =
                *gain.get_or_insert_with(|| mix::loudness(&spoken).map_or(0.0, |l| mix::TARGET_LUFS - l));
            let mut sound = Pcm::silence(rate, performed.silence);
            sound.samples.extend(mix::louder(&spoken, gain, GROWING_CEILING).samples);
            if let Some(seal) = &mut seal {
                give(LiveSpeech::Piece(seal.piece(&sound)?))?;
            }
        }
        drop(lease);
        let Some(mut seal) = seal else {
            return Err(StudioError::request("there is nothing to speak", "give a text with words"));
        };
        give(LiveSpeech::Piece(seal.piece(&Pcm::silence(rate, ENDS))?))?;
        let sealed = seal.finish(cancel)?;
        self.keep_credential(&sealed)?;
        give(LiveSpeech::Piece(sealed.last.clone()))?;
        give(LiveSpeech::Done(Box::new(sealed)))
    }

    /// Keeps the credential of a sound that was streamed.
    pub(crate) fn keep_credential(&self, sealed: &SealedSound) -> Result<(), StudioError> {
        let folder = self.home.join("works");
        std::fs::create_dir_all(&folder).map_err(StudioError::io("create", &folder))?;
        let path = folder.join(format!("{}.c2pa", sealed.receipt.work_id.as_str()));
        std::fs::write(&path, &sealed.manifest).map_err(StudioError::io("write", &path))
    }
}
