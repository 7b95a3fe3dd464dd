//! Values that are given to statements, whichever database runs them.

/// A value that is given to a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// Something that can be given to a statement.
pub(crate) trait Param {
    fn value(&self) -> Value<'_>;
}

macro_rules! param {
    ($($type:ty => |$it:ident| $made:expr),* $(,)?) => {$(
        impl Param for $type {
            fn value(&self) -> Value<'_> {
                let $it = self;
                $made
            }
        }
    )*};
}

param! {
    bool => |it| Value::Bool(*it),
    i32 => |it| Value::Int((*it).into()),
    u32 => |it| Value::Int((*it).into()),
    i64 => |it| Value::Int(*it),
    f64 => |it| Value::Real(*it),
    str => |it| Value::Text(it),
    String => |it| Value::Text(it),
    Vec<u8> => |it| Value::Bytes(it),
}

impl<T: Param + ?Sized> Param for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Param> Param for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Param::value)
    }
}

/// The values of a statement, in order.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(crate::value::Param::value(&$value)),*]
    };
}
pub(crate) use params;

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
        Ok(match *self {
            Self::Null => ToSqlOutput::Owned(Owned::Null),
            Self::Bool(it) => ToSqlOutput::Owned(Owned::Integer(it.into())),
            Self::Int(it) => ToSqlOutput::Owned(Owned::Integer(it)),
            Self::Real(it) => ToSqlOutput::Owned(Owned::Real(it)),
            Self::Text(it) => ToSqlOutput::Borrowed(ValueRef::Text(it.as_bytes())),
            Self::Bytes(it) => ToSqlOutput::Borrowed(ValueRef::Blob(it)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_are() {
        let (name, none, some) = ("a".to_owned(), None::<i64>, Some("b".to_owned()));
        let values: &[Value<'_>] = params![name, none, some, 3u32, true];
        let wanted = [Value::Text("a"), Value::Null, Value::Text("b"), Value::Int(3), Value::Bool(true)];
        assert_eq!(values, wanted);
    }
}
