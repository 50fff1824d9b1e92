//! Names that every common file system takes.

use unicode_normalization::UnicodeNormalization as _;

/// The longest name of a file or folder in bytes without its number and ending: every common file system takes 255.
pub(super) const COMPONENT_BYTES_MAX: usize = 222;
/// The longest ending in bytes.
const ENDING_BYTES_MAX: usize = 12;

/// Names that Windows keeps for devices, whatever follows them behind a dot.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// What a name begins with: a dash would make it an option of every program that is given the name.
pub(super) fn first(name: String) -> String {
    if name.starts_with('-') { format!("_{name}") } else { name }
}

/// An ending of a file, whatever the text is.
pub(super) fn ending(text: &str) -> String {
    component(text, ENDING_BYTES_MAX).to_ascii_lowercase()
}

/// One name of a path, whatever the text is.
pub(super) fn component(text: &str, bytes_max: usize) -> String {
    let composed: String = text
        .nfc()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '|' => '-',
            '<' | '>' | '"' | '?' | '*' => '_',
            letter if letter.is_control() || is_invisible(letter) => ' ',
            letter => letter,
        })
        .collect();
    let words: Vec<&str> = composed.split_whitespace().collect();
    let joined = words.join(" ");
    let cut = truncate(&joined, bytes_max);
    // A dot in front hides a file; dots and spaces at the end are dropped by Windows.
    let bare = cut.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let stem = bare.split('.').next().unwrap_or_default().to_lowercase();
    if bare.is_empty() {
        "_".to_owned()
    } else if RESERVED.contains(&stem.trim_end()) {
        format!("_{bare}")
    } else {
        bare.to_owned()
    }
}

/// Marks of direction and joining that make two names look the same.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

pub(super) fn truncate(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// A path up to the ending of its last name.
pub fn stem(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('.') {
        Some(dot) if dot > 0 => &path[..name + dot],
        Some(_) | None => path,
    }
}

/// What is the same for two paths that are one on some file system: those of Windows and of memory cards know no case, that of
/// macOS no forms of a letter.
pub fn collision_key(path: &str) -> String {
    path.nfc().flat_map(char::to_lowercase).collect()
}
