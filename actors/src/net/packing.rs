//! Answers that are packed on their way.

use std::io::{self, Write};

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header::CONTENT_ENCODING};

use super::Error;

/// How an answer is packed (RFC 9110, 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// zlib, which HTTP calls deflate.
    Deflate,
}

impl Packing {
    /// What the head of an answer says of it.
    pub fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let name = headers.get(CONTENT_ENCODING).map(|name| name.to_str().map_err(|_| Error::Packed));
        match name.transpose()?.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Self::None),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip),
            Some("deflate") => Ok(Self::Deflate),
            Some(_) => Err(Error::Packed),
        }
    }
}

/// Writes unpacked what is written to it packed.
#[derive(Debug)]
pub struct Unpacking<W: Write>(Way<W>);

#[derive(Debug)]
enum Way<W: Write> {
    None(W),
    Gzip(MultiGzDecoder<W>),
    Deflate(ZlibDecoder<W>),
}

impl<W: Write> Unpacking<W> {
    /// Unpacks into `inner`.
    pub fn new(packing: Packing, inner: W) -> Self {
        Self(match packing {
            Packing::None => Way::None(inner),
            Packing::Gzip => Way::Gzip(MultiGzDecoder::new(inner)),
            Packing::Deflate => Way::Deflate(ZlibDecoder::new(inner)),
        })
    }

    /// Takes a part.
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Way::None(inner) => inner.write_all(bytes),
            Way::Gzip(unpacker) => unpacker.write_all(bytes),
            Way::Deflate(unpacker) => unpacker.write_all(bytes),
        }
    }

    /// Writes what was held back; what is not whole fails.
    pub fn end(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Way::None(_) => Ok(()),
            Way::Gzip(unpacker) => unpacker.try_finish(),
            Way::Deflate(unpacker) => unpacker.try_finish(),
        }
    }

    /// Where it is unpacked to.
    pub fn inner(&self) -> &W {
        match &self.0 {
            Way::None(inner) => inner,
            Way::Gzip(unpacker) => unpacker.get_ref(),
            Way::Deflate(unpacker) => unpacker.get_ref(),
        }
    }

    /// The same, once it [ended](Self::end).
    pub fn into_inner(self) -> io::Result<W> {
        match self.0 {
            Way::None(inner) => Ok(inner),
            Way::Gzip(unpacker) => unpacker.finish(),
            Way::Deflate(unpacker) => unpacker.finish(),
        }
    }
}
