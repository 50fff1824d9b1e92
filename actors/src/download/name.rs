use mediary_schema::download::DownloadItem;
use unicode_normalization::UnicodeNormalization as _;

/// The longest name of a file or folder in bytes: every common file system takes 255, and room is
/// left for an id, an ending and a number against collisions.
const NAME_BYTES_MAX: usize = 170;
/// The longest id in a file name in bytes.
const ID_BYTES_MAX: usize = 48;

/// The longest ending in bytes.
const ENDING_BYTES_MAX: usize = 12;

/// Names that Windows keeps for devices, whatever follows them behind a dot.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Where an item's file goes, below the library: `<playlist>/<title> [<id>].<ending>` (DL-03).
///
/// Safe on every common file system: composed Unicode, no separators or reserved characters and
/// names, bounded length. The `number`, from 2, tells apart what would have the same name.
pub fn path_of(item: &DownloadItem, title: Option<&str>, ending: &str, number: u32) -> String {
    let folder = first(component(item.folder.as_deref().unwrap_or("Unlisted"), NAME_BYTES_MAX));
    let id = component(&item.source.source_id, ID_BYTES_MAX);
    let title = item.title.as_deref().or(title).unwrap_or(&item.source.source_id);
    let title = first(component(title, NAME_BYTES_MAX));
    let ending = component(ending, ENDING_BYTES_MAX).to_ascii_lowercase();
    if number < 2 {
        format!("{folder}/{title} [{id}].{ending}")
    } else {
        format!("{folder}/{title} [{id}] ({number}).{ending}")
    }
}

/// What a name begins with: a dash would make it an option of every program that is given the name.
fn first(name: String) -> String {
    if name.starts_with('-') { format!("_{name}") } else { name }
}

/// One name of a path, whatever the text is.
fn component(text: &str, bytes_max: usize) -> String {
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

fn truncate(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
