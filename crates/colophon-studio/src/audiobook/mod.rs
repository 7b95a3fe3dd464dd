//! Audiobooks: a book → sentences → voices, one a core → one recording with chapters → seal.
//!
//! What was spoken is kept in a private folder until the book is done, so that a work that was
//! stopped goes on where it was. No more than a segment of the sound is in memory at once.

mod shelf;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use colophon_audio::book::{Book, Chapter, Cover};
use colophon_audio::mix::{self, Meter};
use colophon_audio::{Blend, Dictionary, Narrator, SpeechModels};
use colophon_seal::{About, CredentialState, Recording, Sealed, Sealer, bare_text, seal};
use colophon_text::sentences;
use colophon_types::{
    Cancel, Draft, Event, Lang, LangChoice, Pcm, Progress, Receipt, SoundFormat, Source, Stage,
};
use serde_json::json;

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, new_work};
use crate::speech::GROWING_CEILING;
use crate::{Studio, StudioError};
use shelf::Shelf;

/// Characters of one segment: what a voice speaks in one go, and what is lost by a stop.
const SEGMENT: usize = 1200;
/// Silences, in seconds: between sentences, between paragraphs, after a heading, between chapters.
const SENTENCE: f64 = 0.35;
const PARAGRAPH: f64 = 0.7;
const HEADING: f64 = 1.1;
const CHAPTER: f64 = 1.8;
/// Root mean square of speech at the target loudness, about which the label is set.
const LEVEL: f32 = 0.12;
/// Longest book, in characters: about 100 hours.
const MOST: usize = 6_000_000;
/// Largest text that is looked at for a credential, in bytes.
const MAX_SOURCE: u64 = 32 << 20;
/// Largest cover, in bytes.
const MAX_COVER: u64 = 16 << 20;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct AudiobookRequest {
    /// The book: TXT, Markdown, HTML or EPUB.
    pub book: PathBuf,
    /// How the recording is written.
    pub format: SoundFormat,
    /// Voice; `None` for the default of the language.
    pub voice: Option<String>,
    /// Language.
    pub lang: LangChoice,
    /// How fast: 1 is usual, 0.5 to 2.
    pub speed: f32,
    /// Title, where the book does not say or says otherwise.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// A cover picture (JPEG or PNG) in the place of the book's own.
    pub cover: Option<PathBuf>,
    /// First and last chapter, counted from 1; `None` for all.
    pub chapters: Option<(usize, usize)>,
}

/// A finished audiobook.
pub struct Audiobook {
    /// The sealed recording.
    pub sealed: Sealed,
    /// Its length in seconds.
    pub seconds: f64,
    /// Its title.
    pub title: String,
    /// Start in seconds, label included, and title of each chapter.
    pub chapters: Vec<(f64, String)>,
}

/// A piece of a chapter, spoken in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    chapter: usize,
    /// Whether its first line is a heading.
    headed: bool,
    paragraphs: Vec<String>,
}

/// All that a voice needs to be opened, on any thread.
struct Cast<'a> {
    models: SpeechModels,
    lang: Lang,
    voice: Blend,
    dictionary: Dictionary,
    speed: f32,
    cancel: &'a Cancel,
    progress: &'a dyn Progress,
}

impl Studio {
    /// Reads a book aloud.
    ///
    /// # Errors
    /// [`StudioError`]: a book that cannot be read, an unknown voice, chapters that are not there, a
    /// model that cannot be had, a step that failed. What was spoken until then is kept, and asking
    /// again goes on from there.
    pub fn audiobook(
        &self,
        request: &AudiobookRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Audiobook, StudioError> {
        colophon_ffmpeg::find(&self.ffmpeg())?;
        let source = self.sealed_text(&request.book)?;
        let mut book = read(&request.book, source.as_ref())?;
        let cover = match &request.cover {
            Some(path) => Some(cover(path)?),
            None => book.cover.take(),
        };
        choose(&mut book, request.chapters)?;
        book.title = request.title.clone().unwrap_or(book.title);
        book.author = request.author.clone().or(book.author);
        let length = book.characters();
        if length > MOST {
            let message = format!("the book has {length} characters; at most {MOST} are read aloud at once");
            return Err(StudioError::request(message, "read some chapters at a time with --chapters"));
        }
        let sample: String = book.chapters.iter().flat_map(|c| &c.paragraphs).take(20).cloned().collect();
        let lang = request.lang.resolve(&sample);
        let voice = colophon_audio::blend(request.voice.as_deref(), lang)?;
        let dictionary = self.dictionary(None)?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let models = fetch.voices(std::slice::from_ref(&voice))?;
        fetch.runtime()?;
        let uses = fetch.uses;
        let sealer = self.sealer()?;
        let segments = segments(&book, lang);
        let given = json!({
            "task": "audiobook", "book_sha256": origin::sha256_of_file(&request.book)?, "voice": voice.name(),
            "speed": request.speed, "chapters": request.chapters, "title": book.title, "author": book.author,
        });
        let shelf = Shelf::open(&self.home.join("cache").join("audiobooks"), &key(&segments, &given))?;
        let cast = Cast { models, lang, voice, dictionary, speed: request.speed, cancel, progress };
        let engine = self.record(&cast, &segments, &shelf)?;

        let work = new_work(&given)?;
        let steps = vec![("speak", engine), ("seal", GENERATOR.to_owned())];
        let receipt = origin::receipt(work, &book.title, lang, given, 0, uses, steps);
        let made =
            self.bind(&book, cover, &segments, &shelf, request.format, receipt, &sealer, &cast, source)?;
        shelf.clear();
        Ok(made)
    }

    /// The book as an ingredient of the recording's credential, where it is a text with a credential of its
    /// own, whether that holds or not.
    fn sealed_text(&self, book: &Path) -> Result<Option<Source>, StudioError> {
        // What cannot be read is told by the reader of books.
        let fits = std::fs::metadata(book).is_ok_and(|m| m.is_file() && m.len() <= MAX_SOURCE);
        let Some(known) = fits.then(|| self.verify(book).ok()).flatten() else { return Ok(None) };
        if !known.media_type.starts_with("text/") || known.c2pa.state == CredentialState::Absent {
            return Ok(None);
        }
        let name = origin::file_name(book);
        let bytes = std::fs::read(book).map_err(StudioError::io("read", book))?;
        Ok(Some(Source { name, media_type: known.media_type, bytes: bytes.into() }))
    }

    /// Speaks every segment that is not on the shelf yet, one voice a core. Gives the engine.
    fn record(&self, cast: &Cast<'_>, segments: &[Segment], shelf: &Shelf) -> Result<String, StudioError> {
        let lease = self.cores.lease(1, self.cores.total(), cast.cancel)?;
        let total: u64 = segments.iter().map(Segment::characters).sum();
        let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
        let tell = |more: u64| {
            let done = done.fetch_add(more, Ordering::Relaxed) + more;
            cast.progress.event(Event::Progress { stage: Stage::Speak, done, total, what: None });
        };
        let stop = AtomicUsize::new(0);
        let work = || -> Result<String, StudioError> {
            let mut narrator = Narrator::open(&cast.models, cast.lang, Some(cast.voice.name()), 1)?;
            narrator.set_dictionary(cast.dictionary.clone());
            while stop.load(Ordering::Relaxed) == 0 {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(segment) = segments.get(index) else { break };
                if !shelf.has(index) {
                    shelf.put(index, &speak(&mut narrator, segment, cast)?)?;
                }
                tell(segment.characters());
            }
            Ok(narrator.engine_version())
        };
        let results: Vec<Result<String, StudioError>> = std::thread::scope(|scope| {
            let voices: Vec<_> = (0..lease.threads().min(segments.len()).max(1))
                .map(|_| {
                    scope.spawn(|| {
                        let result = work();
                        if result.is_err() {
                            stop.store(1, Ordering::Relaxed);
                        }
                        result
                    })
                })
                .collect();
            voices.into_iter().map(|v| v.join().unwrap_or(Err(StudioError::Stopped("voice")))).collect()
        });
        let mut engine = String::new();
        for result in results {
            engine = result?;
        }
        Ok(engine)
    }

    /// Makes one recording of the segments and seals it.
    #[allow(clippy::too_many_arguments, reason = "each is a part of the book")]
    fn bind(
        &self,
        book: &Book,
        cover: Option<Cover>,
        segments: &[Segment],
        shelf: &Shelf,
        format: SoundFormat,
        receipt: Receipt,
        sealer: &Sealer,
        cast: &Cast<'_>,
        source: Option<Source>,
    ) -> Result<Audiobook, StudioError> {
        let mut meter = None;
        let mut seconds = CHAPTER;
        let mut chapters: Vec<(f64, String)> = Vec::new();
        let mut rate = 0;
        for (index, segment) in segments.iter().enumerate() {
            cast.cancel.check()?;
            let sound = shelf.get(index)?;
            rate = sound.rate;
            let meter = match &mut meter {
                Some(meter) => meter,
                None => meter.insert(Meter::new(rate)?),
            };
            meter.add(&sound);
            if chapters.len() <= segment.chapter {
                let title = book.chapters.get(segment.chapter).map(|c| c.title.clone()).unwrap_or_default();
                let title = if title.is_empty() { book.title.clone() } else { title };
                chapters.push((seconds, title));
            }
            seconds += sound.seconds() + gap(segments, index);
        }
        let gain = meter.and_then(|m| m.loudness()).map_or(0.0, |l| mix::TARGET_LUFS - l);
        let folder = tempfile::Builder::new()
            .prefix(".audiobook-")
            .tempdir_in(shelf.folder())
            .map_err(StudioError::io("write in", shelf.folder()))?;
        let cover = match cover {
            Some(cover) => {
                let path =
                    folder.path().join(if cover.media_type == "image/png" { "c.png" } else { "c.jpg" });
                std::fs::write(&path, cover.bytes).map_err(StudioError::io("write", &path))?;
                Some(path)
            }
            None => None,
        };
        let about = About {
            title: book.title.clone(),
            author: book.author.clone(),
            language: if cast.lang == Lang::Zh { "zho" } else { "eng" }.to_owned(),
            chapters: chapters.clone(),
            seconds,
            cover,
        };
        // The sealed file outlives the shelf: it lies beside it until it is written where it belongs.
        let place = self.home.join("cache");
        let work = &receipt.work_id;
        let mut recording = Recording::begin(sealer, work, format, rate, LEVEL, &about, &place, cast.cancel)?;
        let mut going = recording.write(&Pcm::silence(rate, CHAPTER));
        for index in 0..segments.len() {
            if !going {
                break;
            }
            cast.cancel.check()?;
            let sound = mix::louder(&shelf.get(index)?, gain, GROWING_CEILING - 0.5);
            going = recording.write(&sound) && recording.write(&Pcm::silence(rate, gap(segments, index)));
            let (done, total) = (index as u64 + 1, segments.len() as u64);
            cast.progress.event(Event::Progress { stage: Stage::Play, done, total, what: None });
        }
        let media = recording.finish(cast.cancel)?;
        let length = match &media {
            colophon_types::Media::Recording { seconds, .. } => *seconds,
            _ => seconds,
        };
        let later = length - seconds;
        let draft = Draft::from_sources(media, receipt, source.into_iter().collect()).written_as(format);
        let sealed = seal(draft, sealer, cast.cancel, cast.progress)?;
        let chapters = chapters.into_iter().map(|(start, title)| (start + later, title)).collect();
        Ok(Audiobook { sealed, seconds: length, title: book.title.clone(), chapters })
    }
}

/// Reads a book; of a sealed text what it was before, so that no mark is read aloud.
fn read(path: &Path, sealed: Option<&Source>) -> Result<Book, StudioError> {
    let Some(source) = sealed else { return Ok(Book::read(path)?) };
    let folder = tempfile::tempdir().map_err(StudioError::io("make a folder in", &std::env::temp_dir()))?;
    let bare = folder.path().join(&source.name);
    let words = bare_text(&String::from_utf8_lossy(&source.bytes));
    std::fs::write(&bare, words).map_err(StudioError::io("write", &bare))?;
    Ok(Book::read(&bare)?)
}

/// Keeps the chapters that were asked for.
fn choose(book: &mut Book, wanted: Option<(usize, usize)>) -> Result<(), StudioError> {
    let Some((first, last)) = wanted else { return Ok(()) };
    let count = book.chapters.len();
    if first == 0 || last < first || first > count {
        let message = format!("the book has the chapters 1 to {count}, not {first} to {last}");
        return Err(StudioError::request(message, "give them as FIRST-LAST"));
    }
    book.chapters.truncate(last);
    book.chapters.drain(..first - 1);
    Ok(())
}

/// A cover from a file.
fn cover(path: &Path) -> Result<Cover, StudioError> {
    let meta = std::fs::metadata(path).map_err(StudioError::io("read", path))?;
    let bytes = std::fs::read(path).map_err(StudioError::io("read", path))?;
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        _ => "",
    };
    if media_type.is_empty() || meta.len() > MAX_COVER {
        let message = format!("{} is no cover picture of at most 16 MB", path.display());
        return Err(StudioError::request(message, "give a JPEG or PNG file"));
    }
    Ok(Cover { media_type: media_type.to_owned(), bytes })
}

/// What is said before the book: its title, who wrote it, and that a machine reads it.
fn title_page(book: &Book, lang: Lang) -> Vec<String> {
    match (lang, &book.author) {
        (Lang::En, Some(author)) => vec![
            format!("{}.", book.title),
            format!("By {author}."),
            "This recording was generated by AI.".to_owned(),
        ],
        (Lang::En, None) => {
            vec![format!("{}.", book.title), "This recording was generated by AI.".to_owned()]
        }
        (Lang::Zh, Some(author)) => {
            vec![
                format!("{}。", book.title),
                format!("作者：{author}。"),
                "本录音由人工智能生成。".to_owned(),
            ]
        }
        (Lang::Zh, None) => vec![format!("{}。", book.title), "本录音由人工智能生成。".to_owned()],
    }
}

/// The book in pieces of about [`SEGMENT`] characters, cut between paragraphs; a paragraph that is
/// longer is cut between sentences.
fn segments(book: &Book, lang: Lang) -> Vec<Segment> {
    let mut all = Vec::new();
    for (chapter, Chapter { title, paragraphs }) in book.chapters.iter().enumerate() {
        let mut lines: Vec<String> = if chapter == 0 { title_page(book, lang) } else { Vec::new() };
        let mut headed = !lines.is_empty();
        if !title.is_empty() && *title != book.title {
            headed = true;
            lines.push(title.clone());
        }
        let mut length = 0;
        for part in paragraphs.iter().flat_map(|p| parts(p)) {
            let more = part.chars().count();
            if length > 0 && length + more > SEGMENT {
                all.push(Segment { chapter, headed, paragraphs: std::mem::take(&mut lines) });
                (headed, length) = (false, 0);
            }
            length += more;
            lines.push(part);
        }
        all.push(Segment { chapter, headed, paragraphs: lines });
    }
    all
}

/// A paragraph in parts of at most [`SEGMENT`] characters or one sentence.
fn parts(paragraph: &str) -> Vec<String> {
    if paragraph.chars().count() <= SEGMENT {
        return vec![paragraph.to_owned()];
    }
    let mut all: Vec<String> = Vec::new();
    for sentence in sentences::split(paragraph) {
        match all.last_mut() {
            Some(last) if last.chars().count() + sentence.chars().count() < SEGMENT => {
                last.push(' ');
                last.push_str(&sentence);
            }
            _ => all.push(sentence),
        }
    }
    all
}

impl Segment {
    fn characters(&self) -> u64 {
        self.paragraphs.iter().map(|p| p.chars().count() as u64).sum()
    }
}

/// The silence after a segment.
fn gap(segments: &[Segment], index: usize) -> f64 {
    match segments.get(index + 1) {
        Some(next) if next.chapter == segments[index].chapter => PARAGRAPH,
        _ => CHAPTER,
    }
}

/// Speaks a segment. Sentences without a word that can be spoken are passed over.
fn speak(narrator: &mut Narrator, segment: &Segment, cast: &Cast<'_>) -> Result<Pcm, StudioError> {
    let rate = narrator.sample_rate();
    let mut sound = Pcm { rate, samples: Vec::new() };
    let silence = |sound: &mut Pcm, seconds: f64| {
        if !sound.samples.is_empty() {
            sound.samples.extend(Pcm::silence(rate, seconds).samples);
        }
    };
    for (number, paragraph) in segment.paragraphs.iter().enumerate() {
        silence(&mut sound, if number == 1 && segment.headed { HEADING } else { PARAGRAPH });
        for (index, sentence) in sentences::split(paragraph).iter().enumerate() {
            if index > 0 {
                silence(&mut sound, SENTENCE);
            }
            match narrator.speak_sentence(sentence, cast.lang, cast.speed, cast.cancel) {
                Ok(spoken) => sound.samples.extend(spoken.sound.samples),
                Err(colophon_audio::AudioError::Silent { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
    Ok(sound)
}

/// Names the folder of a book's sound: what is spoken, by whom, how.
fn key(segments: &[Segment], given: &serde_json::Value) -> String {
    let words: Vec<&str> = segments.iter().flat_map(|s| &s.paragraphs).map(String::as_str).collect();
    origin::sha256(&format!("{GENERATOR} {given} {}", words.join("\n")))[..24].to_owned()
}
