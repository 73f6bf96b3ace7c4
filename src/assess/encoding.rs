//! Canonical bytes of this crate's records: their fields in the order listed.

/// Implements [`domain::canon::Canon`] for structs: the order of fields is the format.
macro_rules! canon_struct {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl domain::canon::Canon for $name {
            fn write(&self, to: &mut domain::canon::Writer) {
                $(self.$field.write(to);)*
            }
            fn read(
                from: &mut domain::canon::Reader<'_>,
            ) -> Result<Self, domain::canon::CanonError> {
                Ok(Self { $($field: domain::canon::Canon::read(from)?),* })
            }
        }
    )*};
}

/// Implements [`domain::canon::Canon`] for enums of bare variants by their stable names.
macro_rules! canon_enum {
    ($($name:ident { $($variant:ident = $text:literal),* $(,)? })*) => {$(
        impl $name {
            /// Stable English name, used in files and the database.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }

            /// The value by its stable English name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl domain::canon::Canon for $name {
            fn write(&self, to: &mut domain::canon::Writer) {
                self.name().to_owned().write(to);
            }
            fn read(
                from: &mut domain::canon::Reader<'_>,
            ) -> Result<Self, domain::canon::CanonError> {
                let name = <String as domain::canon::Canon>::read(from)?;
                Self::from_name(&name).ok_or(domain::canon::CanonError::NotA {
                    what: stringify!($name),
                    at: 0,
                })
            }
        }
    )*};
}

pub(crate) use {canon_enum, canon_struct};
