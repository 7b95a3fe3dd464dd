//! Forms (`multipart/form-data`): words in memory, files on the disk, both within bounds.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request};
use futures_util::StreamExt as _;
use tempfile::NamedTempFile;

use crate::error::ApiError;
use crate::patience::Refused;

/// Fields of one form, at most.
const FIELDS: usize = 256;
/// Files of one form, at most.
const FILES: usize = 17;
/// Longest word, in bytes.
const LONGEST_WORD: usize = 64 << 10;
/// Bytes of a form that wait to be understood, at most.
const ASIDE: usize = 1 << 20;
/// Characters of a file's name that are kept.
const NAME: usize = 200;

/// A form as it was sent.
#[derive(Default)]
pub(crate) struct Form {
    words: HashMap<String, Vec<String>>,
    files: Vec<SentFile>,
}

/// A file of a form. It is gone with this value unless it is kept.
pub(crate) struct SentFile {
    /// The field that it came in, without the `[]` of lists.
    pub(crate) field: String,
    /// Its name, without folders and control characters.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) file: NamedTempFile,
    /// Its length.
    pub(crate) bytes: u64,
}

impl Form {
    /// Reads a form of at most `limit` bytes; its files lie in `folder`.
    pub(crate) async fn read(request: Request, folder: &Path, limit: u64) -> Result<Self, ApiError> {
        let unreadable = |why: &str| ApiError::bad(format!("the form cannot be read: {why}"), None);
        let broken = |e: MultipartError| match Refused::within(&e) {
            Some(_) => ApiError::of_body(&e),
            None => unreadable(&e.body_text()),
        };
        let unwritten = |_: std::io::Error| ApiError::stopped();
        let (request, flow) = Flow::of(request);
        let read = Multipart::from_request(request, &()).await;
        let mut multipart = read.map_err(|e| unreadable(&e.body_text()))?;
        let mut form = Self::default();
        let (mut total, mut fields) = (0_u64, 0);
        while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
            fields += 1;
            if fields > FIELDS {
                return Err(unreadable(&format!("it has more than {FIELDS} fields")));
            }
            let name = field.name().unwrap_or_default().trim_end_matches("[]").to_owned();
            let mut sent = match field.file_name().map(plain) {
                None => None,
                Some(_) if form.files.len() == FILES => {
                    return Err(ApiError::bad(format!("at most {FILES} files are taken"), Some(&name)));
                }
                Some(file_name) => {
                    let file = NamedTempFile::new_in(folder).map_err(unwritten)?;
                    Some(SentFile { field: name.clone(), name: file_name, file, bytes: 0 })
                }
            };
            let mut word = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                flow.taken();
                total += chunk.len() as u64;
                if total > limit {
                    return Err(ApiError::too_large(usize::try_from(limit).unwrap_or(usize::MAX)));
                }
                match &mut sent {
                    Some(sent) => {
                        sent.file.write_all(&chunk).map_err(unwritten)?;
                        sent.bytes += chunk.len() as u64;
                    }
                    None if word.len() + chunk.len() > LONGEST_WORD => {
                        return Err(ApiError::bad(format!("'{name}' is too long"), Some(&name)));
                    }
                    None => word.extend_from_slice(&chunk),
                }
            }
            match sent {
                Some(sent) => form.files.push(sent),
                None => {
                    let word = String::from_utf8(word).map_err(|e| unreadable(&e.to_string()))?;
                    form.words.entry(name).or_default().push(word);
                }
            }
        }
        Ok(form)
    }

    /// Names of all fields that were sent.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        let files = self.files.iter().map(|file| file.field.as_str());
        self.words.keys().map(String::as_str).chain(files)
    }

    /// The last word of this name that is not empty.
    pub(crate) fn word(&self, name: &str) -> Option<&str> {
        self.words(name).last().map(String::as_str).filter(|w| !w.is_empty())
    }

    /// All words of this name.
    pub(crate) fn words(&self, name: &str) -> &[String] {
        self.words.get(name).map_or(&[], Vec::as_slice)
    }

    /// A number, or `true` or `false`.
    pub(crate) fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let Some(word) = self.word(name) else { return Ok(None) };
        let bad = |_| ApiError::bad(format!("'{word}' is no value of '{name}'"), Some(name));
        word.trim().parse().map(Some).map_err(|_: T::Err| bad(()))
    }

    /// Words by their names, the last of each.
    pub(crate) fn into_words(self) -> impl Iterator<Item = (String, String)> {
        self.words.into_iter().filter_map(|(name, mut words)| Some((name, words.pop()?)))
    }

    /// Whether a file came in this field.
    pub(crate) fn has_file(&self, field: &str) -> bool {
        self.files.iter().any(|f| f.field == field && f.bytes > 0)
    }

    /// Takes the files of a field, in their order; those without content do not count.
    pub(crate) fn take_files(&mut self, field: &str) -> Vec<SentFile> {
        let (taken, left) = std::mem::take(&mut self.files).into_iter().partition(|f| f.field == field);
        self.files = left;
        let taken: Vec<SentFile> = taken;
        taken.into_iter().filter(|f| f.bytes > 0).collect()
    }
}

/// Watches what comes of a form and is not taken: heads of parts that do not end. The reader of forms would
/// keep them in memory.
#[derive(Clone, Default)]
struct Flow(Arc<AtomicUsize>);

impl Flow {
    fn of(request: Request) -> (Request, Self) {
        let flow = Self::default();
        let watched = flow.clone();
        let request = request.map(|body| {
            Body::from_stream(body.into_data_stream().map(move |piece| {
                let piece = piece?;
                let waits = watched.0.fetch_add(piece.len(), Ordering::Relaxed) + piece.len();
                if waits > ASIDE { Err(axum::Error::new(Aside)) } else { Ok(piece) }
            }))
        });
        (request, flow)
    }

    fn taken(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[derive(Debug, thiserror::Error)]
#[error("there is too much in it beside its fields")]
struct Aside;

/// A client may send a path, which tells where a file lay on someone's machine; its last part is enough.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    const BOUNDARY: &str = "line";

    fn request(body: impl Into<Body>) -> Request {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        Request::builder().header(header::CONTENT_TYPE, kind).body(body.into()).unwrap()
    }

    fn part(head: &str, body: &str) -> String {
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n{body}\r\n")
    }

    async fn read(parts: &[String], limit: u64) -> Result<Form, ApiError> {
        let folder = tempfile::tempdir().unwrap();
        Form::read(request(parts.concat() + "--line--\r\n"), folder.path(), limit).await
    }

    #[tokio::test]
    async fn words_and_files_come_by_their_fields() {
        let parts = [
            part("name=\"n\"", "1"),
            part("name=\"n\"", "2"),
            part("name=\"image[]\"; filename=\"C:\\\\secret\\\\cat.png\"", "cat"),
            part("name=\"image[]\"; filename=\"/photos/ann/.dog.png\"", "dog"),
            part("name=\"image[]\"; filename=\"\"", ""),
        ];
        let mut form = read(&parts, 1000).await.unwrap();
        assert_eq!(form.value::<u8>("n").unwrap(), Some(2));
        assert_eq!(form.words("n"), ["1", "2"]);
        assert!(form.has_file("image") && !form.has_file("mask"));
        let names: Vec<String> = form.take_files("image").into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["cat.png", "dog.png"]);
    }

    #[tokio::test]
    async fn what_is_too_much_or_broken_is_refused() {
        let long = part("name=\"prompt\"", &"a".repeat(LONGEST_WORD + 1));
        assert!(read(&[long], 1 << 20).await.is_err());
        let many = vec![part("name=\"a\"", "b"); FIELDS + 1];
        assert!(read(&many, 1 << 20).await.is_err());
        let big = part("name=\"image\"; filename=\"a\"", &"a".repeat(500));
        assert_eq!(read(&[big], 100).await.err().unwrap().status, 413);
        let folder = tempfile::tempdir().unwrap();
        for body in
            [&b"--line\r\n"[..], b"", b"--line\r\ncontent-disposition: form-data; name=a\r\n\r\n\xff\r\n"]
        {
            let body = request(Body::from(body.to_vec()));
            assert!(Form::read(body, folder.path(), 100).await.is_err());
        }
    }
}
