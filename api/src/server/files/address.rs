//! Where files are fetched from, below the address of the server.

use mediary_schema::FileId;

/// The file itself.
pub(crate) fn media(id: FileId) -> String {
    format!("v1/files/{id}")
}

/// What is said in it.
pub(crate) fn subtitles(id: FileId, language: &str) -> String {
    format!("v1/files/{id}/subtitles/{language}")
}

/// Its chapters.
pub(crate) fn chapters(id: FileId) -> String {
    format!("v1/files/{id}/chapters")
}

/// Its picture.
pub(crate) fn thumbnail(id: FileId) -> String {
    format!("v1/files/{id}/thumbnail")
}
