//! Long files go to a bucket in parts, which become an object at once with the last request. What was begun
//! and not ended is taken back; what a program that died leaves, the bucket's own rule for such parts removes.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusty_s3::S3Action as _;
use rusty_s3::actions::{CompleteMultipartUploadResponse, CreateMultipartUpload};

use crate::bucket::{Bucket, Fault, HASH, Sums, VALID, header};
use crate::{ObjectError, Stat};

/// The usual length of a part: one lies in memory at a time.
const PART: u64 = 16 << 20;
/// The most parts of one object.
const PARTS: u64 = 10_000;

impl Bucket {
    pub(crate) fn put_parts(&self, key: &str, path: &Path, sums: &Sums) -> Result<Stat, ObjectError> {
        let whole = self.whole(key)?;
        let doing = format!("take {key}");
        let upload = self.try_to(&doing, || {
            let mut action = self.bucket.create_multipart_upload(self.credentials(), &whole);
            action.headers_mut().insert(HASH, sums.sha256.as_str());
            let request = self.agent.post(action.sign(VALID).as_str()).header(HASH, &sums.sha256);
            let text = self.words(&doing, self.answer(&doing, key, request.send_empty())?)?;
            let begun = CreateMultipartUpload::parse_response(&text);
            let begun = begun.map_err(|e| Fault::Passing(format!("its answer cannot be read: {e}")))?;
            Ok(begun.upload_id().to_owned())
        })?;
        let sent = self.send_parts(key, &whole, &upload, path, sums);
        sent.and_then(|()| self.confirm(key, sums)).inspect_err(|_| {
            let action = self.bucket.abort_multipart_upload(self.credentials(), &whole, &upload);
            let taken_back = self.agent.delete(action.sign(VALID).as_str()).call();
            if taken_back.is_err() {
                tracing::warn!(
                    "parts of {key} stay in the bucket until its rule for such parts removes them"
                );
            }
        })
    }

    fn send_parts(
        &self,
        key: &str,
        whole: &str,
        upload: &str,
        path: &Path,
        sums: &Sums,
    ) -> Result<(), ObjectError> {
        let doing = format!("take {key}");
        let fail = || ObjectError::io("read", path);
        let mut file = File::open(path).map_err(fail())?;
        let length = PART.max(sums.length.div_ceil(PARTS));
        let (mut part, mut etags) = (Vec::new(), Vec::new());
        let mut left = sums.length;
        while left > 0 {
            part.clear();
            let most = length.min(left);
            file.by_ref().take(most).read_to_end(&mut part).map_err(fail())?;
            if part.len() as u64 != most {
                return Err(fail()(std::io::Error::other("it became shorter while it was sent")));
            }
            left -= most;
            let number = (etags.len() + 1) as u16;
            let md5 = Sums::of(&part);
            etags.push(self.try_to(&doing, || {
                let action = self.bucket.upload_part(self.credentials(), whole, number, upload);
                let request = self.agent.put(action.sign(VALID).as_str()).header("content-md5", md5.md5());
                let response = self.answer(&doing, key, request.send(&part))?;
                header(&response, "etag").ok_or_else(|| Fault::Passing("it does not name the part".into()))
            })?);
        }
        let ended = self.try_to(&doing, || {
            let names = etags.iter().map(String::as_str);
            let action = self.bucket.complete_multipart_upload(self.credentials(), whole, upload, names);
            let url = action.sign(VALID);
            let response = self.answer(&doing, key, self.agent.post(url.as_str()).send(action.body()))?;
            // The store may say that all is well and tell of an error after it.
            let text = self.words(&doing, response)?;
            match CompleteMultipartUploadResponse::parse(&text) {
                Ok(_) => Ok(()),
                Err(_) => Err(Fault::Passing("it does not put the parts together".into())),
            }
        });
        match ended {
            // Ended by a try whose answer was lost: whoever asked looks whether the object is there.
            Err(ObjectError::Missing { .. }) => Ok(()),
            Err(ObjectError::Refused { why, .. }) if why.starts_with("NoSuchUpload") => Ok(()),
            other => other,
        }
    }
}
