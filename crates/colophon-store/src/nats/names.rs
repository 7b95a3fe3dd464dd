//! Names at the broker.

use crate::job::JobId;

/// Names of one studio.
#[derive(Clone)]
pub(super) struct Names {
    pub(super) space: String,
}

impl Names {
    pub(super) fn stream(&self) -> String {
        format!("COLOPHON_{}", self.space)
    }

    pub(super) fn subject(&self, what: &str) -> String {
        format!("colophon.{}.{what}", self.space)
    }

    pub(super) fn ticket(&self, kind: &str, job: &JobId) -> String {
        self.subject(&format!("work.{}.{job}", token(kind)))
    }
}

/// A kind as part of a subject.
pub(super) fn token(kind: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    kind.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_plain() {
        let names = Names { space: "ab12".into() };
        let job = JobId::fresh();
        assert_eq!(names.ticket("picture.edit", &job), format!("colophon.ab12.work.picture-edit.{job}"));
        assert_eq!(token("a b.*>"), "a-b---");
        assert_eq!(names.stream(), "COLOPHON_ab12");
    }
}
